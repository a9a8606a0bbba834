/**
 * One run of the login chat client, from the login to the last line: feeds what happens to the state
 * machine and performs what it answers.
 *
 * Two tasks run side by side, one that reads what the server sends and one that reads what is typed.
 * Leaving ends both: the server closes after `C EX`, and the terminal is closed then.
 */

import { UnreachableError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import type { LoginChatLink } from "./login_chat_link.ts";
import { goodbyeLine } from "./login_chat_screens.ts";
import {
  type ChatClientState,
  type ChatEffect,
  type ChatEvent,
  completions,
  step,
  wantsLine,
} from "./login_chat_state.ts";
import type { Terminal } from "./terminal.ts";

/** How long the server may take to say goodbye. */
const GOODBYE_MS = 2000;

/** A login chat client whose user is logged in. It closes the terminal, not the link. */
export class LoginChatSession {
  readonly #link: LoginChatLink;
  #terminal: Terminal | undefined;
  #state: ChatClientState;
  #lineWanted: PromiseWithResolvers<void> | undefined = Promise.withResolvers();
  #isOver = false;
  #goodbyeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(link: LoginChatLink, user: UserId) {
    this.#link = link;
    this.#state = { user, mode: { kind: "idle" } };
  }

  /** What Tab may make of what is typed. */
  completions(typed: string): readonly string[] {
    return completions(this.#state, typed);
  }

  /**
   * Runs until the user leaves or the input ends.
   *
   * @throws UnreachableError when the server goes away before that
   */
  async run(terminal: Terminal, isNew: boolean): Promise<void> {
    this.#terminal = terminal;
    this.#happened({ kind: "started", isNew });
    this.#readLines();
    for (let answer; (answer = await this.#link.next()) !== undefined;) {
      this.#happened({ kind: "answer", answer });
    }
    this.#isOver = true;
    clearTimeout(this.#goodbyeTimer);
    const isGoodbye = this.#state.mode.kind === "leaving";
    if (isGoodbye) terminal.show([goodbyeLine()]);
    terminal.close();
    if (!isGoodbye) throw new UnreachableError("The server closed the connection");
  }

  /** Leaves in order, whatever is under way. */
  stop(): void {
    this.#happened({ kind: "end" });
  }

  async #readLines(): Promise<void> {
    for (;;) {
      await this.#lineWanted?.promise;
      const text = await this.#terminal!.nextLine();
      if (text === undefined) return this.stop();
      this.#happened({ kind: "line", text });
    }
  }

  #happened(event: ChatEvent): void {
    if (this.#isOver) return;
    const { state, effects } = step(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (!wantsLine(state)) {
      this.#lineWanted ??= Promise.withResolvers();
    } else {
      this.#lineWanted?.resolve();
      this.#lineWanted = undefined;
    }
  }

  #perform(effect: ChatEffect): void {
    switch (effect.kind) {
      case "show":
        return this.#terminal!.show([effect.line]);
      case "prompt":
        return this.#terminal!.prompt(effect.prompt);
      case "send":
        this.#link.send(effect.request);
        if (effect.request.kind === "exit") {
          // A server that does not answer must not keep anybody here.
          this.#goodbyeTimer = setTimeout(() => this.#link.close(), GOODBYE_MS);
        }
    }
  }
}

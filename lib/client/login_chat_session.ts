/**
 * One run of the login chat client, from the login to the last line: feeds what happens to the state
 * machine and performs what it answers.
 *
 * Two tasks run side by side, one that reads what the server sends and one that reads what is typed.
 * Leaving ends both: the server closes after `C EX`, and the terminal is closed then.
 */

import { UnreachableError } from "../core/errors.ts";
import { CHAT_PING_SECONDS } from "../core/limits.ts";
import type { UserId } from "../core/user_id.ts";
import type { Conversation } from "./conversations.ts";
import { keepSaid } from "./login_chat_memory.ts";
import type { LoginChatLink } from "./login_chat_link.ts";
import { completions } from "./login_chat_completions.ts";
import { step } from "./login_chat_machine.ts";
import {
  type ChatClientState,
  type ChatEffect,
  type ChatEvent,
  isWaiting,
  loggedIn,
  wantsLine,
} from "./login_chat_state.ts";
import { goodbyeLine, ownTroubleLine } from "./screens.ts";
import { type CommandHandlers, commandsAt } from "./slash_commands.ts";
import type { Terminal } from "./terminal.ts";

/** How long a server may take. */
export interface SessionWaits {
  /** Milliseconds to say goodbye. */
  readonly goodbyeMs: number;
  /** Milliseconds to answer before a person is told that they may leave. */
  readonly slowMs: number;
  /** Milliseconds to answer at all. */
  readonly answerMs: number;
  /** Milliseconds of silence until it is asked whether it is there, and until it is given up. */
  readonly silentMs: number;
  readonly goneMs: number;
}

const SESSION_WAITS: SessionWaits = {
  ...{ goodbyeMs: 2000, slowMs: 5000, answerMs: 60_000 },
  silentMs: (CHAT_PING_SECONDS + 10) * 1000,
  goneMs: (CHAT_PING_SECONDS + 30) * 1000,
};

/** What a session may be given. */
export interface LoginChatParts {
  /** What the program can do. */
  readonly commands?: CommandHandlers;
  readonly waits?: SessionWaits;
  /** Where what is said is kept. */
  readonly conversation?: Conversation;
  /** Connects and logs in anew after a connection was lost; without it, that is the end. */
  readonly comeBack?: ComeBack;
}

/**
 * Gives a link that is logged in; `undefined` when `left` resolved before.
 *
 * @param reason how the connection was lost
 */
export type ComeBack = (
  reason: string,
  left: Promise<void>,
) => Promise<LoginChatLink | undefined>;

/**
 * A login chat client whose user is logged in. It closes the terminal, and links it came back with;
 * the first one is its caller's to close.
 */
export class LoginChatSession {
  #link: LoginChatLink;
  readonly #commands: CommandHandlers;
  readonly #waits: SessionWaits;
  readonly #conversation: Conversation | undefined;
  readonly #comeBack: ComeBack | undefined;
  readonly #left = Promise.withResolvers<void>();
  #terminal: Terminal | undefined;
  #state: ChatClientState;
  #lineWanted: PromiseWithResolvers<void> | undefined = Promise.withResolvers();
  #isOver = false;
  #goodbyeTimer: ReturnType<typeof setTimeout> | undefined;
  #answerTimers: readonly ReturnType<typeof setTimeout>[] = [];
  #isSilent = false;

  constructor(
    link: LoginChatLink,
    user: UserId,
    { commands = {}, waits = SESSION_WAITS, conversation, comeBack }: LoginChatParts = {},
  ) {
    this.#link = link;
    this.#state = loggedIn(user, commandsAt("login", commands));
    this.#commands = commands;
    this.#waits = waits;
    this.#conversation = conversation;
    this.#comeBack = comeBack;
  }

  /** What Tab may make of what is typed. */
  completions(typed: string): readonly string[] {
    return completions(this.#state, typed);
  }

  /**
   * Runs until the user leaves or the input ends.
   *
   * @throws UnreachableError when the server goes away before that, or does not answer
   */
  async run(terminal: Terminal, isNew: boolean): Promise<void> {
    this.#terminal = terminal;
    this.#happened({ kind: "started", isNew });
    this.#readLines();
    const asking = setInterval(() => this.#askSilent(), this.#waits.silentMs / 4);
    try {
      await this.#listen();
    } finally {
      this.#isOver = true;
      clearInterval(asking);
      await this.#link.close();
    }
    for (const timer of [this.#goodbyeTimer, ...this.#answerTimers]) clearTimeout(timer);
    const isGoodbye = this.#state.mode.kind === "leaving";
    if (isGoodbye) terminal.show([goodbyeLine()]);
    terminal.close();
    if (isGoodbye) return;
    throw new UnreachableError(this.#lossText());
  }

  /** Takes what the server says, over one connection after the other, to the end. */
  async #listen(): Promise<void> {
    for (;;) {
      for (let answer; (answer = await this.#link.next()) !== undefined;) {
        this.#happened({ kind: "answer", answer });
      }
      if (this.#state.mode.kind === "leaving" || this.#comeBack === undefined) return;
      await this.#link.close();
      this.#happened({ kind: "lost" });
      // Meant for a dialogue with the server that is over.
      for (const text of this.#terminal!.dropTyped()) this.#happened({ kind: "line", text });
      const link = await this.#comeBack(this.#lossText(), this.#left.promise);
      if (link === undefined) return;
      this.#isSilent = false;
      this.#link = link;
      this.#happened({ kind: "back" });
    }
  }

  /** A connection may be dead without a word: a server that says nothing is asked. */
  #askSilent(): void {
    const silent = performance.now() - this.#link.heardAt;
    if (silent > this.#waits.goneMs) {
      this.#isSilent = true;
      this.#link.close();
    } else if (silent > this.#waits.silentMs) {
      this.#link.send({ kind: "ping", text: "there?" });
    }
  }

  #lossText(): string {
    return `The server ${this.#isSilent ? "does not answer any more" : "closed the connection"}`;
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
    keepSaid(this.#state, event, this.#conversation);
    const { state, effects } = step(this.#state, event);
    const isOther = state.mode !== this.#state.mode;
    this.#state = state;
    if (isOther) this.#limitWaiting();
    for (const effect of effects) this.#perform(effect);
    if (!wantsLine(state)) {
      this.#lineWanted ??= Promise.withResolvers();
    } else {
      this.#lineWanted?.resolve();
      this.#lineWanted = undefined;
    }
  }

  /** Waits for the answer that is wanted now, if any, and no longer for another one. */
  #limitWaiting(): void {
    for (const timer of this.#answerTimers) clearTimeout(timer);
    this.#answerTimers = [];
    if (!isWaiting(this.#state)) return;
    const { slowMs, answerMs } = this.#waits;
    // A script goes on when it is answered; a person may have had enough.
    const slow = setTimeout(() => {
      if (this.#terminal!.interactive) this.#happened({ kind: "slow" });
    }, slowMs);
    const silent = setTimeout(() => {
      this.#isSilent = true;
      this.#link.close();
    }, answerMs);
    this.#answerTimers = [slow, silent];
  }

  async #command({ word, argument }: Extract<ChatEffect, { kind: "command" }>): Promise<void> {
    try {
      this.#terminal!.show(await this.#commands[word]!(argument, { place: "login" }));
    } catch (error) {
      this.#terminal!.show([ownTroubleLine(error)]);
    }
  }

  #perform(effect: ChatEffect): void {
    switch (effect.kind) {
      case "show":
        return this.#terminal!.show([effect.line]);
      case "prompt":
        return this.#terminal!.prompt(effect.prompt);
      case "command":
        this.#command(effect);
        return;
      case "send":
        this.#link.send(effect.request);
        if (effect.request.kind === "exit") {
          this.#left.resolve();
          // A server that does not answer must not keep anybody here.
          this.#goodbyeTimer = setTimeout(() => this.#link.close(), this.#waits.goodbyeMs);
        }
    }
  }
}

/**
 * One stay in a room: what is typed goes out, what is said is shown, until one of us leaves or the
 * room closes.
 */

import { reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { NoReplyError } from "../net/exchange.ts";
import { maxMessageBytes } from "../wire/ucrp.ts";
import type { EnterRequest } from "../wire/room_request.ts";
import { readRoomLine, type RoomLine } from "./room_line.ts";
import type { RoomLink } from "./room_link.ts";
import * as screens from "./room_screens.ts";
import { RoomTalk } from "./room_talk.ts";
import type { ScreenLine } from "./screen_line.ts";
import { notSentLine } from "./screens.ts";
import type { Terminal } from "./terminal.ts";
import type { TypedLines } from "./typed_lines.ts";

/** What a stay needs. */
export interface StayParts {
  readonly terminal: Terminal;
  readonly lines: TypedLines;
  readonly link: RoomLink;
  readonly log: Log;
  /** The server's UDP port. */
  readonly udpPort: number;
  /** Resolves when the program is to end. */
  readonly stopped: Promise<void>;
}

/** How a stay ended. */
export type StayEnd = "left" | "closed" | "no more input" | "stopped";

/** A stay in a room, from the token to the last line. */
export class RoomStay {
  readonly #entered: EnterRequest;
  readonly #token: string;
  readonly #parts: StayParts;
  readonly #talk: RoomTalk;
  readonly #closed = Promise.withResolvers<"closed">();

  /** Starts talking. */
  constructor(entered: EnterRequest, token: string, parts: StayParts) {
    this.#entered = entered;
    this.#token = token;
    this.#parts = parts;
    const server = { ip: parts.link.reachedIp ?? "127.0.0.1", port: parts.udpPort };
    this.#talk = new RoomTalk({ room: entered.room, token }, server, {
      log: parts.log,
      listener: {
        said: (sender, text) => this.#show(screens.roomSaidLine(sender, text)),
        closed: () => this.#closed.resolve("closed"),
      },
    });
  }

  /** Stays until somebody leaves. */
  async run(): Promise<StayEnd> {
    const { terminal } = this.#parts;
    const { kind, room, member } = this.#entered;
    this.#show(...screens.enteredLines(kind, room));
    terminal.prompt(screens.roomPrompt(member));
    const end = await this.#talkOn();
    if (end === "closed") {
      // What was typed for the room must not become a choice of the menu.
      const unsent = terminal.dropTyped();
      this.#show(screens.roomClosedLine(room));
      if (unsent.length > 0) this.#show(notSentLine(unsent));
      return end;
    }
    await this.#talk.leave();
    this.#show(screens.roomLeftLine(kind, room));
    return end;
  }

  async #talkOn(): Promise<StayEnd> {
    const { lines, stopped } = this.#parts;
    const over = Promise.race([this.#closed.promise, stopped.then(() => "stopped" as const)]);
    for (;;) {
      const next = await lines.next(over);
      if (next.kind === "other") return next.what;
      if (next.kind === "end") return "no more input";
      if (!this.#take(readRoomLine(next.text))) return "left";
      this.#parts.terminal.prompt(screens.roomPrompt(this.#entered.member));
    }
  }

  /** Does what a line says; false when it says to leave. */
  #take(typed: RoomLine): boolean {
    switch (typed.kind) {
      case "leave":
        return false;
      case "text":
        this.#say(typed.text);
        break;
      case "who":
        this.#askWho();
        break;
      case "help":
        this.#show(...screens.roomHelpLines());
        break;
      case "reserved":
      case "unknown":
        this.#show(screens.notForSendingLine(typed));
        break;
      case "nothing":
        break;
    }
    return true;
  }

  #say(text: string): void {
    const { room, member } = this.#entered;
    const most = maxMessageBytes({ room, token: this.#token }, member);
    const bytes = new TextEncoder().encode(text).length;
    if (bytes > most) this.#show(screens.messageTooLongLine(bytes, most));
    else this.#talk.send(text);
  }

  async #askWho(): Promise<void> {
    const { room } = this.#entered;
    try {
      const answer = await this.#parts.link.ask({ kind: "who", room, token: this.#token });
      const isKnown = answer.success && answer.members !== undefined;
      this.#show(
        isKnown
          ? screens.whoLine(room, answer.members, answer.host)
          : screens.olderServerLine("tell who is in a room"),
      );
    } catch (error) {
      const isOlder = error instanceof NoReplyError;
      this.#show(
        isOlder
          ? screens.olderServerLine("tell who is in a room")
          : screens.roomTroubleLine(reasonOf(error)),
      );
    }
  }

  #show(...lines: readonly ScreenLine[]): void {
    this.#parts.terminal.show(lines);
  }
}

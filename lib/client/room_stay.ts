/**
 * One stay in a room: what is typed goes out, what is said is shown, until one of us leaves or the
 * room closes.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import { ROOM_KEEP_ALIVE_SECONDS } from "../core/limits.ts";
import type { Log, Trace } from "../core/ports.ts";
import { HungUpError } from "../net/exchange.ts";
import { maxMessageBytes } from "../wire/ucrp.ts";
import type { RoomAnswer } from "../wire/room_answer.ts";
import type { EnterRequest } from "../wire/room_request.ts";
import { readRoomLine, type RoomLine } from "./room_line.ts";
import type { RoomLink } from "./room_link.ts";
import * as screens from "./room_screens.ts";
import { RoomTalk } from "./room_talk.ts";
import { RoomWatch } from "./room_watch.ts";
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
  /** What listens to its datagrams, where something does. */
  readonly trace?: Trace | undefined;
  /** The server's UDP port. */
  readonly udpPort: number;
  /** Resolves when the program is to end. */
  readonly stopped: Promise<void>;
  /** How often we say that we are there, and ask whether we are. */
  readonly keepAliveSeconds?: number;
}

/** How a stay ended. */
export type StayEnd = "left" | "closed" | "no more input" | "stopped";

/** What an older server cannot do. */
const WHO = "tell who is in a room";

/** A stay in a room, from the token to the last line. */
export class RoomStay {
  readonly #entered: EnterRequest;
  readonly #token: string;
  readonly #parts: StayParts;
  readonly #talk: RoomTalk;
  readonly #watch: RoomWatch;
  readonly #over = Promise.withResolvers<"closed" | "lost" | "stopped">();
  /** What was asked of the server and is not answered yet. */
  #asking: Promise<unknown> = Promise.resolve();
  /** What was typed and could not be sent any more. */
  readonly #unsent: string[] = [];

  /** Starts talking. */
  constructor(entered: EnterRequest, token: string, parts: StayParts) {
    this.#entered = entered;
    this.#token = token;
    this.#parts = parts;
    const { keepAliveSeconds = ROOM_KEEP_ALIVE_SECONDS } = parts;
    const server = { ip: parts.link.reachedIp ?? "127.0.0.1", port: parts.udpPort };
    this.#talk = new RoomTalk({ room: entered.room, token }, server, {
      log: parts.log,
      trace: parts.trace,
      listener: {
        said: (sender, text) => this.#show(screens.roomSaidLine(sender, text)),
        closed: () => this.#over.resolve("closed"),
      },
    }, keepAliveSeconds);
    this.#watch = new RoomWatch(() => this.#who(), {
      silent: (reason) => {
        if (!parts.link.isClosed) this.#show(screens.roomSilentLine(reason));
      },
      back: () => this.#show(screens.roomBackLine()),
      lost: () => this.#over.resolve("lost"),
    }, keepAliveSeconds);
    parts.stopped.then(() => this.#over.resolve("stopped"));
  }

  /**
   * Stays until somebody leaves.
   *
   * @throws OperationalError when the server knows nothing of us any more
   */
  async run(): Promise<StayEnd> {
    const { terminal } = this.#parts;
    const { kind, room, member } = this.#entered;
    this.#show(...screens.enteredLines(kind, room));
    terminal.prompt(screens.roomPrompt(member));
    const end = await this.#talkOn();
    this.#watch.end();
    if (end === "closed" || end === "lost") {
      await this.#talk.end();
      if (end === "closed") this.#show(screens.roomClosedLine(room));
      // What was typed for the room must not become a choice of the menu.
      this.#unsent.push(...terminal.dropTyped());
    } else {
      await this.#talk.leave();
      this.#show(screens.roomLeftLine(kind, room, this.#watch.isSilent));
    }
    if (this.#unsent.length > 0) this.#show(notSentLine(this.#unsent));
    if (end === "lost") throw new OperationalError(screens.roomLostText(room));
    return end;
  }

  async #talkOn(): Promise<StayEnd | "lost"> {
    const { lines, terminal } = this.#parts;
    const over = this.#over.promise;
    for (;;) {
      const next = await lines.next(over);
      if (next.kind === "other") return next.what;
      const isEnd = next.kind === "end";
      if (isEnd || !await this.#take(readRoomLine(next.text))) {
        // A script asks and leaves at once: it is answered all the same.
        await Promise.race([this.#asking, over]);
        return isEnd ? "no more input" : "left";
      }
      terminal.prompt(screens.roomPrompt(this.#entered.member));
    }
  }

  /** Does what a line says; false when it says to leave. */
  async #take(typed: RoomLine): Promise<boolean> {
    switch (typed.kind) {
      case "leave":
        return false;
      case "text":
        await this.#say(typed.text);
        break;
      case "who":
        this.#asking = Promise.all([this.#asking, this.#askWho()]);
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

  /** Says something as soon as it may be sent, unless the stay is over before. */
  async #say(text: string): Promise<void> {
    const { room, member } = this.#entered;
    const most = maxMessageBytes({ room, token: this.#token }, member);
    const bytes = new TextEncoder().encode(text).length;
    if (bytes > most) return this.#show(screens.messageTooLongLine(bytes, most));
    const saying = this.#talk.say(text).then(() => "said" as const);
    if (await Promise.race([saying, this.#over.promise]) !== "said") this.#unsent.push(text);
  }

  #who(): Promise<RoomAnswer> {
    const { room } = this.#entered;
    return this.#parts.link.ask({ kind: "who", room, token: this.#token });
  }

  async #askWho(): Promise<void> {
    try {
      const answer = await this.#who();
      const isTold = answer.success && answer.members !== undefined;
      this.#show(
        isTold
          ? screens.whoLine(this.#entered.room, answer.members, answer.host)
          : screens.notToldLine(WHO, answer.success ? undefined : answer.error),
      );
    } catch (error) {
      if (this.#parts.link.isClosed) return;
      const isOlder = error instanceof HungUpError;
      this.#show(isOlder ? screens.olderServerLine(WHO) : screens.roomTroubleLine(reasonOf(error)));
    }
  }

  #show(...lines: readonly ScreenLine[]): void {
    this.#parts.terminal.show(lines);
  }
}

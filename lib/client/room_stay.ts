/**
 * One stay in a room: what is typed goes out, what is said is shown, until one of us leaves or the
 * room closes.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import { ROOM_KEEP_ALIVE_SECONDS } from "../core/limits.ts";
import type { Log, Trace } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { HungUpError } from "../net/exchange.ts";
import { maxMessageBytes } from "../wire/ucrp.ts";
import type { RoomAnswer } from "../wire/room_answer.ts";
import type { EnterRequest } from "../wire/room_request.ts";
import { notDeliveredLine, perhapsLostLine } from "./call_screens.ts";
import { commandCompletions, nameCompletions } from "./completions.ts";
import { filesBeginning } from "./file_candidates.ts";
import { alsoKnown, userIds } from "./known_names.ts";
import type { Conversation } from "./conversations.ts";
import { beforeLines } from "./history_commands.ts";
import { readRoomLine, type RoomLine } from "./room_line.ts";
import type { RoomLink } from "./room_link.ts";
import * as screens from "./room_screens.ts";
import { RoomPost } from "./room_post.ts";
import { RoomTalk } from "./room_talk.ts";
import { RoomWatch } from "./room_watch.ts";
import type { ScreenLine } from "./screen_line.ts";
import { ownTroubleLine } from "./screens.ts";
import {
  type CommandHandlers,
  commandsAt,
  type ProgramWord,
  type SlashCommand,
  wrongCommandLine,
} from "./slash_commands.ts";
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
  /** What the program can do. */
  readonly commands: CommandHandlers;
  /** Where what is said is kept. */
  readonly conversation: Conversation;
  /** The server's UDP port. */
  readonly udpPort: number;
  /** Resolves when the program is to end. */
  readonly stopped: Promise<void>;
  /** How often we say that we are there, and ask whether we are. */
  readonly keepAliveSeconds?: number;
}

/** The server knows nothing of us any more. */
export class RoomLostError extends OperationalError {}

/** How a stay ended. */
export type StayEnd = "left" | "closed" | "no more input" | "stopped";

/** What an older server cannot do. */
const WHO = "tell who is in a room";

/** A stay in a room, from the token to the last line. */
export class RoomStay {
  readonly #entered: EnterRequest;
  readonly #token: string;
  readonly #parts: StayParts;
  readonly #commands: readonly SlashCommand[];
  readonly #talk: RoomTalk;
  readonly #watch: RoomWatch;
  readonly #post = new RoomPost();
  readonly #over = Promise.withResolvers<"closed" | "lost" | "stopped">();
  /** Who was heard or told of, for Tab. */
  #known: readonly UserId[] = [];
  /** What was asked of the server and is not answered yet. */
  #asking: Promise<unknown> = Promise.resolve();
  /** What was typed and could not be sent any more. */
  readonly #unsent: string[] = [];

  /** Starts talking. */
  constructor(entered: EnterRequest, token: string, parts: StayParts) {
    this.#entered = entered;
    this.#token = token;
    this.#parts = parts;
    this.#commands = commandsAt("room", parts.commands);
    const { keepAliveSeconds = ROOM_KEEP_ALIVE_SECONDS } = parts;
    const server = { ip: parts.link.reachedIp ?? "127.0.0.1", port: parts.udpPort };
    this.#talk = new RoomTalk({ room: entered.room, token }, server, {
      log: parts.log,
      trace: parts.trace,
      listener: {
        said: (sender, text) => {
          this.#known = alsoKnown(this.#known, sender);
          parts.conversation.add(sender, text);
          this.#show(screens.roomSaidLine(sender, text, entered.member));
        },
        closed: () => this.#over.resolve("closed"),
      },
    }, keepAliveSeconds);
    this.#watch = new RoomWatch(() => this.#isHeard(), {
      silent: (reason) => {
        if (!parts.link.isClosed) this.#fallSilent(reason);
      },
      back: () => this.#comeBack(),
      lost: () => this.#over.resolve("lost"),
    }, keepAliveSeconds);
    parts.stopped.then(() => this.#over.resolve("stopped"));
  }

  /**
   * Stays until somebody leaves.
   *
   * @throws RoomLostError when the server knows nothing of us any more
   */
  async run(): Promise<StayEnd> {
    const { terminal, link } = this.#parts;
    const { kind, room, member } = this.#entered;
    terminal.completeWith((typed) => this.#completions(typed));
    this.#show(...screens.enteredLines(kind, room, link.isSecure));
    if (terminal.interactive) this.#show(...beforeLines(this.#parts.conversation));
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
    const held = this.#post.takeHeld();
    for (const text of held) this.#parts.conversation.add(member, text, false);
    this.#unsent.unshift(...held);
    if (this.#unsent.length > 0) this.#show(notDeliveredLine(this.#unsent));
    if (end === "lost") throw new RoomLostError(screens.roomLostText(room));
    return end;
  }

  #completions(typed: string): readonly string[] {
    if (!typed.startsWith("/")) return nameCompletions(typed, this.#known);
    return commandCompletions(typed, this.#commands, { files: filesBeginning });
  }

  async #talkOn(): Promise<StayEnd | "lost"> {
    const { lines, terminal } = this.#parts;
    const over = this.#over.promise;
    for (;;) {
      const next = await lines.next(over);
      if (next.kind === "other") return next.what;
      const isEnd = next.kind === "end";
      if (isEnd || !await this.#take(readRoomLine(next.text, this.#commands))) {
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
      case "text":
        await this.#say(typed.text);
        break;
      case "place":
        if (typed.word === "q") return false;
        if (typed.word === "help") this.#show(...screens.roomHelpLines(this.#commands));
        else this.#asking = Promise.all([this.#asking, this.#askWho()]);
        break;
      case "program":
        await this.#command(typed.word, typed.argument);
        break;
      case "reserved":
        this.#show(screens.reservedLine(typed.text));
        break;
      case "misused":
      case "unknown":
        this.#show(wrongCommandLine(typed));
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
    if (this.#watch.isSilent && this.#post.hold(text)) return;
    const saying = this.#talk.say(text).then(() => "said" as const);
    const isSaid = await Promise.race([saying, this.#over.promise]) === "said";
    this.#parts.conversation.add(member, text, isSaid);
    if (isSaid) this.#post.sent(text);
    else this.#unsent.push(text);
  }

  async #command(word: ProgramWord, argument: string): Promise<void> {
    const where = { place: "room", partner: this.#entered.room } as const;
    try {
      this.#show(...await this.#parts.commands[word]!(argument, where));
    } catch (error) {
      this.#show(ownTroubleLine(error));
    }
  }

  async #isHeard(): Promise<RoomAnswer> {
    const answered = this.#post.asked();
    const answer = await this.#who();
    answered();
    return answer;
  }

  #fallSilent(reason: string): void {
    const unsure = this.#post.takeUnsure();
    this.#show(screens.roomSilentLine(reason));
    if (unsure.length === 0) return;
    const line = perhapsLostLine(unsure);
    this.#parts.conversation.add(this.#entered.member, line.text);
    this.#show(line);
  }

  async #comeBack(): Promise<void> {
    this.#show(screens.roomBackLine());
    for (const text of this.#post.takeHeld()) await this.#say(text);
  }

  #who(): Promise<RoomAnswer> {
    const { room } = this.#entered;
    return this.#parts.link.ask({ kind: "who", room, token: this.#token });
  }

  async #askWho(): Promise<void> {
    try {
      const answer = await this.#who();
      if (answer.success) this.#known = userIds([...this.#known, ...answer.members ?? []]);
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

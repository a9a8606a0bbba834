/**
 * A visit to the rooms of a server: asks where it is, shows the menu, and stays in rooms, until the
 * person has enough. It does not own the terminal: the main menu goes on with it.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import type { Log, Trace } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { parseMemberName, parseRoomName } from "../core/room_name.ts";
import { HungUpError } from "../net/exchange.ts";
import type { EnterRequest } from "../wire/room_request.ts";
import { type Entered, enterRoom } from "./room_entry.ts";
import type { RoomServerAddress } from "./room_link.ts";
import { RoomQuestions } from "./room_questions.ts";
import * as screens from "./room_screens.ts";
import { RoomWay, type TrustRoomServer } from "./room_way.ts";
import type { Conversation, Conversations } from "./conversations.ts";
import { historyCommands } from "./history_commands.ts";
import { enterAgain } from "./room_return.ts";
import { RoomLostError, RoomStay, type StayEnd } from "./room_stay.ts";
import type { ScreenLine } from "./screen_line.ts";
import {
  type CommandHandlers,
  commandsAt,
  readSlashLine,
  wrongCommandLine,
} from "./slash_commands.ts";
import type { Terminal } from "./terminal.ts";
import { TypedLines } from "./typed_lines.ts";

/** What is known before the visit, and what has to be asked for. */
export interface RoomVisitSettings {
  /** The server, or what stands in the prompts. */
  readonly server: RoomServerAddress;
  /** What of it is asked for first. */
  readonly asks: readonly (keyof RoomServerAddress)[];
  /** Given where TLS is spoken: the TCP port is one that does. */
  readonly secure?: TrustRoomServer | undefined;
  /** Who one is already, and most likely in the rooms, too. */
  readonly user?: UserId | undefined;
}

/** A visit that wants one room and no menu; what is missing is asked for. */
export interface RoomErrand {
  readonly kind: "create" | "join";
  readonly room: string | undefined;
  readonly member: string | undefined;
  /** Whether the room to create shall have a password. */
  readonly isProtected: boolean;
}

/** What an older server cannot do. */
const LIST = "list its rooms";

/** Somebody at the rooms. */
export class RoomVisit {
  readonly #terminal: Terminal;
  readonly #lines: TypedLines;
  readonly #log: Log;
  readonly #commands: CommandHandlers;
  readonly #conversations: Conversations;
  /** That of the room at hand. */
  #conversation: Conversation | undefined;
  readonly #settings: RoomVisitSettings;
  readonly #questions: RoomQuestions;
  /** Rooms we have heard of at this server. */
  readonly #rooms = new Set<string>();
  /** False when the server is known to be one that cannot tell. */
  #canList = true;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #way: RoomWay;
  readonly #trace: Trace | undefined;
  #isStopped = false;

  constructor(
    settings: RoomVisitSettings,
    world: {
      readonly terminal: Terminal;
      readonly log: Log;
      /** What listens to everything that crosses the wire, where something does. */
      readonly trace?: Trace | undefined;
      /** What the program can do, wherever it is asked to. */
      readonly commands: CommandHandlers;
      /** Where what is said is kept. */
      readonly conversations: Conversations;
    },
  ) {
    this.#way = new RoomWay(settings.server, { secure: settings.secure, trace: world.trace });
    this.#settings = settings;
    this.#terminal = world.terminal;
    this.#trace = world.trace;
    this.#lines = new TypedLines(world.terminal);
    this.#questions = new RoomQuestions(world.terminal, this.#lines, this.#stopped.promise);
    this.#log = world.log;
    this.#conversations = world.conversations;
    this.#commands = { ...world.commands, ...historyCommands(() => this.#conversation) };
  }

  /** Leaves in order, whatever is under way. */
  stop(): void {
    this.#isStopped = true;
    this.#way.stop();
    this.#stopped.resolve();
  }

  /** Stopped, or the input has ended. */
  get #isOver(): boolean {
    return this.#isStopped || this.#questions.isOver;
  }

  /**
   * The menu, until exit, the end of the input or a stop.
   *
   * @throws OperationalError, UnreachableError when the server is to be trusted first, and is not
   */
  async run(): Promise<void> {
    await this.#askServer(this.#settings.asks).catch((error) => {
      if (!this.#isOver) throw error;
    });
    if (this.#isOver) return;
    this.#show(...screens.roomMenuLines());
    while (!this.#isOver) {
      const choice = await this.#questions.choice(commandsAt("rooms", this.#commands));
      if (choice === undefined || this.#isOver) return;
      try {
        if (!await this.#choose(choice)) return;
      } catch (error) {
        // Broken off by the stop: no trouble of anybody's.
        if (!this.#isOver) this.#show(screens.roomTroubleLine(reasonOf(error)));
      }
    }
  }

  /**
   * Into one room and out again.
   *
   * @throws OperationalError when the server refuses, or something is missing that was asked for
   * @throws UnreachableError when it does not answer
   */
  async runErrand(errand: RoomErrand): Promise<void> {
    try {
      const missing = await this.#tryErrand(errand);
      if (missing === undefined) return;
      throw new OperationalError(`Cannot ${errand.kind} a room: no ${missing} was given`);
    } catch (error) {
      // Stopped by the person, nothing has failed.
      if (!this.#isStopped) throw error;
    }
  }

  /** Gives what is missing, if anything. */
  async #tryErrand(
    { kind, room: roomText, member: memberText, isProtected }: RoomErrand,
  ): Promise<string | undefined> {
    if (this.#way.isSecure) await this.#way.link();
    const room = roomText === undefined
      ? await this.#questions.room(() => [...this.#rooms])
      : parseRoomName(roomText);
    if (room === undefined) return "room name";
    const member = memberText === undefined
      ? await this.#questions.member()
      : parseMemberName(memberText);
    if (member === undefined) return "user name";
    const password = isProtected ? await this.#questions.password() : undefined;
    if (isProtected && password === undefined) return "password";
    const end = await this.#enter({ kind, room, member, password });
    return end === undefined ? "password" : undefined;
  }

  /** Asks for these parts of the server's address; what it was is offered. */
  async #askServer(asks: RoomVisitSettings["asks"]): Promise<void> {
    this.#way.turnTo(await this.#questions.server(this.#way, asks));
    this.#rooms.clear();
    this.#canList = true;
    // Whom we cannot trust is told of before anything is typed for them.
    if (this.#way.isSecure && !this.#isOver) await this.#way.link();
  }

  /** Does what was chosen; false for leaving. */
  async #choose(choice: string): Promise<boolean> {
    switch (choice) {
      case "":
        this.#show(...screens.roomMenuLines());
        return true;
      case "1":
      case "2":
      case "5":
        return await this.#enterByMenu(choice);
      case "3":
      case "exit":
      case "quit":
      case "q":
        return false;
      case "4":
        await this.#listRooms();
        return true;
      case "6":
        await this.#askServer(["host", "tcpPort", "udpPort"]);
        return !this.#isOver;
      default:
        await this.#command(choice);
        return true;
    }
  }

  async #command(choice: string): Promise<void> {
    const commands = commandsAt("rooms", this.#commands);
    const typed = readSlashLine(choice === "?" ? "/help" : choice, commands);
    switch (typed.kind) {
      case "text":
        return this.#show(screens.noSuchChoiceLine(choice));
      case "place":
        return this.#show(...screens.roomMenuHelpLines(commands));
      case "program":
        return this.#show(...await this.#commands[typed.word]!(typed.argument, { place: "rooms" }));
      default:
        return this.#show(wrongCommandLine(typed));
    }
  }

  async #enterByMenu(choice: "1" | "2" | "5"): Promise<boolean> {
    if (choice === "2" && this.#terminal.interactive && this.#canList) this.#learnRooms();
    const room = await this.#questions.room(() => [...this.#rooms]);
    if (room === undefined) return true;
    const member = await this.#questions.member(this.#settings.user);
    if (member === undefined) return true;
    const password = choice === "5" ? await this.#questions.password() : undefined;
    if (choice === "5" && password === undefined) return true;
    const kind = choice === "2" ? "join" : "create";
    const end = await this.#enter({ kind, room, member, password });
    return end === undefined || end === "left" || end === "closed";
  }

  async #enter(request: EnterRequest): Promise<StayEnd | undefined> {
    const entered = await enterRoom(
      await this.#way.link(),
      request,
      () => this.#questions.password(),
    );
    if (entered === undefined) return undefined;
    this.#rooms.add(request.room);
    return await this.#stay(entered);
  }

  /** Stays in a room; a person who is put out of it comes back. */
  async #stay(entered: Entered): Promise<StayEnd | undefined> {
    try {
      return await this.#stayOnce(entered);
    } catch (error) {
      if (!(error instanceof RoomLostError) || !this.#terminal.interactive) throw error;
      const again = await enterAgain(await this.#way.link(), entered.request, error.message, {
        ...{ terminal: this.#terminal, lines: this.#lines, stopped: this.#stopped.promise },
      });
      return again === undefined ? "left" : await this.#stay(again);
    }
  }

  async #stayOnce(entered: Entered): Promise<StayEnd> {
    const { room, member } = entered.request;
    const owner = `${member}@${this.#way.server.host}`;
    const conversation = this.#conversations.open({ owner, kind: "room", name: room });
    this.#conversation = conversation;
    const stay = new RoomStay(entered.request, entered.token, {
      ...{ terminal: this.#terminal, lines: this.#lines, log: this.#log, commands: this.#commands },
      ...{ link: await this.#way.link(), udpPort: this.#way.server.udpPort, conversation },
      trace: this.#trace,
      stopped: this.#stopped.promise,
    });
    return await stay.run();
  }

  /** Asks which rooms there are, for whoever presses Tab; it is no trouble when nobody knows. */
  async #learnRooms(): Promise<void> {
    try {
      const answer = await (await this.#way.link()).ask({ kind: "list" });
      if (answer.success) { for (const { room } of answer.rooms ?? []) this.#rooms.add(room); }
    } catch (error) {
      this.#canList = !(error instanceof HungUpError);
      this.#log.debug("Cannot learn the rooms", { reason: reasonOf(error) });
    }
  }

  async #listRooms(): Promise<void> {
    try {
      const answer = await (await this.#way.link()).ask({ kind: "list" });
      if (answer.success && answer.rooms !== undefined) {
        for (const { room } of answer.rooms) this.#rooms.add(room);
        this.#show(...screens.roomListLines(answer.rooms, answer.more ?? 0));
        return;
      }
      this.#show(screens.notToldLine(LIST, answer.success ? undefined : answer.error));
    } catch (error) {
      if (!(error instanceof HungUpError) || this.#isOver) throw error;
      this.#show(screens.olderServerLine(LIST));
    }
  }

  #show(...lines: readonly ScreenLine[]): void {
    this.#terminal.show(lines);
  }
}

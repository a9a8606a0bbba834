/**
 * A visit to the rooms of a server: asks where it is, shows the menu, and stays in rooms, until the
 * person has enough. It does not own the terminal: the main menu goes on with it.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import type { Log, Trace } from "../core/ports.ts";
import {
  MEMBER_NAME_RULE,
  parseMemberName,
  parseRoomName,
  ROOM_NAME_RULE,
} from "../core/room_name.ts";
import { HungUpError } from "../net/exchange.ts";
import type { EnterRequest } from "../wire/room_request.ts";
import { enterRoom } from "./room_entry.ts";
import { RoomLink, type RoomServerAddress } from "./room_link.ts";
import * as screens from "./room_screens.ts";
import { RoomStay, type StayEnd } from "./room_stay.ts";
import type { ScreenLine } from "./screen_line.ts";
import type { Terminal } from "./terminal.ts";
import { TypedLines } from "./typed_lines.ts";

/** What is known before the visit, and what has to be asked for. */
export interface RoomVisitSettings {
  /** The server, or what stands in the prompts. */
  readonly server: RoomServerAddress;
  /** What of it is asked for first. */
  readonly asks: readonly (keyof RoomServerAddress)[];
}

/** A visit that wants one room and no menu; what is missing is asked for. */
export interface RoomErrand {
  readonly kind: "create" | "join";
  readonly room: string | undefined;
  readonly member: string | undefined;
  /** Whether the room to create shall have a password. */
  readonly isProtected: boolean;
}

/** Reads what was typed for a question; `undefined` when it is nothing usable. */
type Read<Value> = (typed: string) => Value | undefined;

/** What an older server cannot do. */
const LIST = "list its rooms";

/** Where a visit takes place. */
export interface RoomVisitWorld {
  readonly terminal: Terminal;
  readonly log: Log;
  /** What listens to everything that crosses the wire, where something does. */
  readonly trace?: Trace | undefined;
}

/** Somebody at the rooms. */
export class RoomVisit {
  readonly #terminal: Terminal;
  readonly #lines: TypedLines;
  readonly #log: Log;
  readonly #asks: readonly (keyof RoomServerAddress)[];
  readonly #stopped = Promise.withResolvers<void>();
  #server: RoomServerAddress;
  readonly #trace: Trace | undefined;
  #link: RoomLink | undefined;
  #isStopped = false;
  #isOver = false;

  constructor(
    settings: RoomVisitSettings,
    world: RoomVisitWorld,
  ) {
    this.#server = settings.server;
    this.#asks = settings.asks;
    this.#terminal = world.terminal;
    this.#lines = new TypedLines(world.terminal);
    this.#log = world.log;
    this.#trace = world.trace;
  }

  /** Leaves in order, whatever is under way. */
  stop(): void {
    this.#isStopped = this.#isOver = true;
    this.#link?.close();
    this.#stopped.resolve();
  }

  /** The menu, until exit, the end of the input or a stop. */
  async run(): Promise<void> {
    await this.#askServer(this.#asks);
    if (this.#isOver) return;
    this.#show(...screens.roomMenuLines());
    while (!this.#isOver) {
      const choice = await this.#ask(screens.roomMenuPrompt());
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
    const room = roomText === undefined ? await this.#askRoom() : parseRoomName(roomText);
    if (room === undefined) return "room name";
    const member = memberText === undefined ? await this.#askMember() : parseMemberName(memberText);
    if (member === undefined) return "user name";
    const password = isProtected ? await this.#askPassword() : undefined;
    if (isProtected && password === undefined) return "password";
    const end = await this.#enter({ kind, room, member, password });
    return end === undefined ? "password" : undefined;
  }

  /** Asks for these parts of the server's address; what it was is offered. */
  async #askServer(asks: RoomVisitSettings["asks"]): Promise<void> {
    const { host, tcpPort, udpPort } = this.#server;
    const port = (text: string): number | undefined =>
      /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
        ? Number(text)
        : undefined;
    const rule = "a port is a number from 1 to 65535";
    const isAsked = (part: keyof RoomServerAddress): boolean => asks.includes(part);
    this.#server = {
      host: isAsked("host") ? await this.#askFor("Server", host, (text) => text, "") : host,
      tcpPort: isAsked("tcpPort") ? await this.#askFor("TCP port", tcpPort, port, rule) : tcpPort,
      udpPort: isAsked("udpPort") ? await this.#askFor("UDP port", udpPort, port, rule) : udpPort,
    };
    this.#link = undefined;
  }

  /** Asks for a part of the server's address; nothing typed is what it was. */
  async #askFor<Value extends string | number>(
    question: string,
    value: Value,
    read: Read<Value>,
    rule: string,
  ): Promise<Value> {
    return await this.#askUntil(question, (typed) => typed === "" ? value : read(typed), {
      ...{ shown: String(value), rule },
    }) ?? value;
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
        this.#show(screens.noSuchChoiceLine(choice));
        return true;
    }
  }

  async #enterByMenu(choice: "1" | "2" | "5"): Promise<boolean> {
    const room = await this.#askRoom();
    if (room === undefined) return true;
    const member = await this.#askMember();
    if (member === undefined) return true;
    const password = choice === "5" ? await this.#askPassword() : undefined;
    if (choice === "5" && password === undefined) return true;
    const kind = choice === "2" ? "join" : "create";
    const end = await this.#enter({ kind, room, member, password });
    return end === undefined || end === "left" || end === "closed";
  }

  async #enter(request: EnterRequest): Promise<StayEnd | undefined> {
    const entered = await enterRoom(this.#openLink(), request, () => this.#askPassword());
    if (entered === undefined) return undefined;
    const stay = new RoomStay(entered.request, entered.token, {
      ...{ terminal: this.#terminal, lines: this.#lines, log: this.#log, trace: this.#trace },
      ...{ link: this.#openLink(), udpPort: this.#server.udpPort },
      stopped: this.#stopped.promise,
    });
    return await stay.run();
  }

  async #listRooms(): Promise<void> {
    try {
      const answer = await this.#openLink().ask({ kind: "list" });
      if (answer.success && answer.rooms !== undefined) {
        this.#show(...screens.roomListLines(answer.rooms, answer.more ?? 0));
        return;
      }
      this.#show(screens.notToldLine(LIST, answer.success ? undefined : answer.error));
    } catch (error) {
      if (!(error instanceof HungUpError) || this.#isOver) throw error;
      this.#show(screens.olderServerLine(LIST));
    }
  }

  #openLink(): RoomLink {
    return this.#link ??= new RoomLink(this.#server, { trace: this.#trace });
  }

  #askRoom(): Promise<EnterRequest["room"] | undefined> {
    return this.#askUntil("Room", parseRoomName, { rule: ROOM_NAME_RULE });
  }

  #askMember(): Promise<EnterRequest["member"] | undefined> {
    return this.#askUntil("User name", parseMemberName, { rule: MEMBER_NAME_RULE });
  }

  async #askPassword(): Promise<string | undefined> {
    if (this.#isOver) return undefined;
    this.#terminal.prompt(screens.valuePrompt("Password"));
    const next = await this.#lines.nextSecret(this.#stopped.promise);
    // Blanks at its ends are part of a password.
    if (next.kind === "line") return next.text || undefined;
    this.#isOver = true;
    return undefined;
  }

  /** Asks until the answer is usable; `undefined` for nothing typed, or no more input. */
  async #askUntil<Value>(
    question: string,
    read: Read<Value>,
    about: { readonly rule: string; readonly shown?: string },
  ): Promise<Value | undefined> {
    for (;;) {
      const typed = await this.#ask(screens.valuePrompt(question, about.shown));
      if (typed === undefined || (typed === "" && about.shown === undefined)) return undefined;
      const value = read(typed);
      if (value !== undefined) return value;
      this.#show(screens.notUsableLine(question.toLowerCase(), typed, about.rule));
    }
  }

  /** The next line typed behind a prompt; `undefined` when there is none any more. */
  async #ask(prompt: ScreenLine): Promise<string | undefined> {
    if (this.#isOver) return undefined;
    this.#terminal.prompt(prompt);
    const next = await this.#lines.next(this.#stopped.promise);
    if (next.kind === "line") return next.text.trim();
    this.#isOver = true;
    return undefined;
  }

  #show(...lines: readonly ScreenLine[]): void {
    this.#terminal.show(lines);
  }
}

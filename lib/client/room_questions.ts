/**
 * What a visit to the rooms asks: where the server is, what to do, which room, who one is there.
 */

import { isHost } from "../core/host_name.ts";
import {
  MEMBER_NAME_RULE,
  parseMemberName,
  parseRoomName,
  ROOM_NAME_RULE,
} from "../core/room_name.ts";
import type { UserId } from "../core/user_id.ts";
import type { EnterRequest } from "../wire/room_request.ts";
import { beginning, commandCompletions } from "./completions.ts";
import type { RoomServerAddress } from "./room_link.ts";
import type { RoomWay } from "./room_way.ts";
import * as screens from "./room_screens.ts";
import type { ScreenLine } from "./screen_line.ts";
import type { SlashCommand } from "./slash_commands.ts";
import type { Complete, Terminal } from "./terminal.ts";
import type { TypedLines } from "./typed_lines.ts";

/** Reads what was typed for a question; `undefined` when it is nothing usable. */
type Read<Value> = (typed: string) => Value | undefined;

/** A question, beside its words. */
interface About {
  /** What would be usable. */
  readonly rule: string;
  /** What nothing typed stands for. */
  readonly shown?: string;
  readonly complete?: Complete;
}

const HOST_RULE = "a server is the name or the IP address of a machine";

function readHost(text: string): string | undefined {
  return isHost(text) ? text : undefined;
}

/** What a question asks for, inside a sentence: `TCP port`, but `user name`. */
function inSentence(question: string): string {
  return /^[A-Z]{2}/.test(question) ? question : question.toLowerCase();
}

/** Asks, until there is no more input or the visit is stopped. */
export class RoomQuestions {
  readonly #terminal: Terminal;
  readonly #lines: TypedLines;
  readonly #stopped: Promise<void>;
  #isOver = false;

  constructor(terminal: Terminal, lines: TypedLines, stopped: Promise<void>) {
    this.#terminal = terminal;
    this.#lines = lines;
    this.#stopped = stopped;
    stopped.then(() => this.#isOver = true);
  }

  /** Whether nothing can be asked any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What to do; `undefined` when nothing comes. */
  async choice(commands: readonly SlashCommand[]): Promise<string | undefined> {
    const complete = (typed: string): readonly string[] => commandCompletions(typed, commands, {});
    return await this.#ask(screens.roomMenuPrompt(), complete);
  }

  /** Which room. @param known those that Tab knows, when it is pressed */
  room(known: () => readonly string[]): Promise<EnterRequest["room"] | undefined> {
    const complete = (typed: string): readonly string[] => beginning(typed, known());
    return this.#askUntil("Room", parseRoomName, { rule: ROOM_NAME_RULE, complete });
  }

  /** Who one is there. @param usual who it is when nothing is typed */
  member(usual?: UserId): Promise<EnterRequest["member"] | undefined> {
    const read = (typed: string): EnterRequest["member"] | undefined =>
      parseMemberName(typed === "" ? usual ?? "" : typed);
    const about = { rule: MEMBER_NAME_RULE, ...(usual === undefined ? {} : { shown: usual }) };
    return this.#askUntil("User name", read, about);
  }

  /** A password, which nobody sees. */
  async password(): Promise<string | undefined> {
    if (this.#isOver) return undefined;
    this.#terminal.prompt(screens.valuePrompt("Password"));
    const next = await this.#lines.nextSecret(this.#stopped);
    // Blanks at its ends are part of a password.
    if (next.kind === "line") return next.text || undefined;
    this.#isOver = true;
    return undefined;
  }

  /** These parts of the server's address; what it was is offered. */
  async server(
    { server: { host, tcpPort, udpPort }, isSecure }: Pick<RoomWay, "server" | "isSecure">,
    asks: readonly (keyof RoomServerAddress)[],
  ): Promise<RoomServerAddress> {
    const port = (text: string): number | undefined =>
      /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
        ? Number(text)
        : undefined;
    const rule = "a port is a number from 1 to 65535";
    const isAsked = (part: keyof RoomServerAddress): boolean => asks.includes(part);
    return {
      host: isAsked("host") ? await this.#askFor("Server", host, readHost, HOST_RULE) : host,
      tcpPort: isAsked("tcpPort")
        ? await this.#askFor(isSecure ? "TLS port" : "TCP port", tcpPort, port, rule)
        : tcpPort,
      udpPort: isAsked("udpPort") ? await this.#askFor("UDP port", udpPort, port, rule) : udpPort,
    };
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

  /** Asks until the answer is usable; `undefined` for nothing typed, or no more input. */
  async #askUntil<Value>(
    question: string,
    read: Read<Value>,
    { rule, shown, complete }: About,
  ): Promise<Value | undefined> {
    for (;;) {
      const typed = await this.#ask(screens.valuePrompt(question, shown), complete);
      if (typed === undefined || (typed === "" && shown === undefined)) return undefined;
      const value = read(typed);
      if (value !== undefined) return value;
      this.#terminal.show([screens.notUsableLine(inSentence(question), typed, rule)]);
    }
  }

  /** The next line typed behind a prompt; `undefined` when there is none any more. */
  async #ask(prompt: ScreenLine, complete: Complete = () => []): Promise<string | undefined> {
    if (this.#isOver) return undefined;
    this.#terminal.completeWith(complete);
    this.#terminal.prompt(prompt);
    const next = await this.#lines.next(this.#stopped);
    if (next.kind === "line") return next.text.trim();
    this.#isOver = true;
    return undefined;
  }
}

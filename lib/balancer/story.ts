/**
 * What the balancer tells: of itself and its backends always, of each connection unless it is to be
 * quiet. As text it is the `[LB]` story that people follow on a console, and with times in a file; as
 * JSON a line per event with its figures, an access log.
 */

import { NowAndThen } from "../core/now_and_then.ts";
import type { Log, LogFields, LogLevel } from "../core/ports.ts";
import { type LineFormat, textLine } from "../observe/log.ts";
import type { Backend } from "./backend.ts";
import type { EndReason } from "../net/relay.ts";

/**
 * How the lines of a balancer look as text: `[LB] message`, with its figures for whoever looks for a
 * fault.
 *
 * @param isFile whether they are read later: then each says when it was, and how much it matters
 */
export function storyFormat(level: LogLevel, isFile: boolean): LineFormat {
  const isFull = level === "debug";
  if (isFile) {
    return (time, level, message, fields) =>
      textLine(time, level, `[LB] ${message}`, isFull ? fields : {});
  }
  return (_time, _level, message, fields) => `[LB] ${message}${isFull ? inWords(fields) : ""}\n`;
}

function inWords(fields: LogFields): string {
  return Object.entries(fields).map(([name, value]) => ` ${name}=${value}`).join("");
}

/** A client's end of a connection. */
export interface Client {
  /** In canonical form. */
  readonly ip: string;
  readonly port: number;
  /** What the log calls its connection. */
  readonly connection?: number | undefined;
}

/** A client as the fields of a line name it. */
function named({ connection, ip, port }: Client): LogFields {
  return { connection, client: ip, clientPort: port };
}

/** What became of a connection. */
export interface Outcome {
  readonly backend: string;
  readonly sent: number;
  readonly received: number;
  readonly milliseconds: number;
  readonly end: EndReason;
}

/** The story of one service. */
export class Story {
  readonly #log: Log;
  /** Whether connections are left out; a reload may change it. */
  isQuiet: boolean;
  readonly #prefix: string;
  readonly #service: string;
  readonly #refusals = new NowAndThen();
  readonly #givenUp = new NowAndThen();

  /**
   * @param isAlone whether there is no other service to tell it from
   */
  constructor(log: Log, service: string, options: { isQuiet: boolean; isAlone: boolean }) {
    this.#log = log;
    this.isQuiet = options.isQuiet;
    this.#service = service;
    this.#prefix = options.isAlone ? "" : `${service}: `;
  }

  /** The log itself, for what is no part of the story. */
  get log(): Log {
    return this.#log;
  }

  /** The service listens. */
  started(port: number, backends: readonly Backend[]): void {
    this.#tell("info", `Load Balancer running on port ${port}...`, { port });
    this.listing(backends);
  }

  /** Which backends there are. */
  listing(backends: readonly Backend[]): void {
    this.#tell("info", `Forwarding to ${backends.length} backend(s)`, {
      backends: backends.length,
    });
    for (const { index, name } of backends) {
      this.#tell("info", `  Backend ${index}: ${name}`, { backend: name });
    }
  }

  /** A client came, and a backend was chosen. */
  chosen(client: Client, backend: Backend): void {
    if (this.isQuiet) return;
    this.#tell("info", `New client -> backend #${backend.index}`, {
      ...named(client),
      backend: backend.name,
    });
  }

  /** Its backend took the connection. */
  connected(client: Client, backend: Backend): void {
    if (this.isQuiet) return;
    this.#tell("info", `Client connected to backend: ${backend.name}`, {
      ...named(client),
      backend: backend.name,
    });
  }

  /** Its request was sent to its backend by trunk. */
  carried(client: Client, backend: Backend): void {
    if (this.isQuiet) return;
    this.#tell("info", `Request sent by trunk to backend: ${backend.name}`, {
      ...named(client),
      backend: backend.name,
    });
  }

  /** A backend is reached by trunk. */
  trunked(backend: Backend, trunks: number): void {
    const by = trunks === 1 ? "a trunk" : `${trunks} trunks`;
    this.#tell("info", `Backend ${backend.index} is reached by ${by}: ${backend.name}`, {
      backend: backend.name,
      trunks,
    });
  }

  /** A backend believes what clients say of themselves while it has no trunk. */
  credulous(backend: Backend): void {
    this.#tell(
      "warn",
      `Backend ${backend.index} trusts this balancer: give --send-proxy-v2, or a client may say that ` +
        `it is another one whenever there is no trunk`,
      { backend: backend.name },
    );
  }

  /** A trunk to a backend was lost. */
  untrunked(backend: Backend, reason: string): void {
    this.#tell("warn", `A trunk to backend ${backend.index} was lost (${reason})`, {
      backend: backend.name,
      reason,
    });
  }

  /** A backend failed a client that another one may serve. */
  retrying(client: Client, backend: Backend, reason: string): void {
    this.#tell(
      this.isQuiet ? "debug" : "warn",
      `Backend #${backend.index} failed (${reason}), retrying on another`,
      { ...named(client), backend: backend.name, reason },
    );
  }

  /** Nobody could serve a client. When quiet, told of now and then: there may be many of them. */
  gaveUp(client: Client, reason: string, now: number): void {
    const since = this.isQuiet ? this.#givenUp.count(now) : 1;
    if (since === undefined) return;
    this.#tell("warn", `Connection closed: ${reason}`, {
      ...named(client),
      reason,
      ...(this.isQuiet ? { since } : {}),
    });
  }

  /** A connection ended. */
  closed(client: Client, outcome: Outcome): void {
    if (this.isQuiet) return;
    const { milliseconds, ...figures } = outcome;
    this.#tell("info", "Connection closed", {
      ...named(client),
      ...figures,
      ms: Math.round(milliseconds),
    });
  }

  /** A client was not let in. Told of now and then, whoever knocks how often. */
  refused(ip: string, reason: string, now: number): void {
    const since = this.#refusals.count(now);
    if (since === undefined) return;
    const message = `Connections are turned away: ${reason}, from ${ip}`;
    this.#tell("warn", message, { reason, client: ip, since });
  }

  /** A backend went up or down. */
  changed(backend: Backend, change: "up" | "down"): void {
    const of = `Backend ${backend.index}`;
    const fields = { backend: backend.name, state: change };
    if (change === "up") this.#tell("info", `${of} is up: ${backend.name}`, fields);
    else {
      const reason = backend.downReason;
      this.#tell("warn", `${of} is down: ${backend.name} (${reason})`, { ...fields, reason });
    }
  }

  /** Datagrams went no further. */
  dropped(message: string, fields: LogFields): void {
    this.#tell("warn", message, fields);
  }

  /** Something about the service as a whole. */
  note(message: string, fields: LogFields = {}): void {
    this.#tell("info", message, fields);
  }

  #tell(level: LogLevel, message: string, fields: LogFields): void {
    this.#log[level](this.#prefix + message, { service: this.#service, ...fields });
  }
}

/**
 * What the main thread of a balancer and its workers tell each other, as plain data.
 *
 * Rules of this file:
 * - The main thread decides everything: who is let in, which backend serves whom, what is counted and
 *   told. A worker accepts, connects where it is told to, carries bytes, and says what came of it.
 * - The life of a client: `arrived`; then `connect` until one is `connected` or the client is let go
 *   of by `close`; then, where its backend was lost unused, `lost`, and `connect` again or `no backend`;
 *   at last `ended`. A worker forgets it with `close` or `ended`, and the main thread as well.
 * - Both sides are this program: what comes is not parsed.
 */

import type { LogFields, LogLevel } from "../core/ports.ts";
import type { EndReason } from "../net/relay.ts";
import type { IdleBounds } from "../net/relays.ts";
import type { ListenAddress } from "../net/tcp.ts";

/** What a worker goes by for a service. */
export interface CarryingSettings extends IdleBounds {
  /** Seconds to wait for a backend to take a connection. */
  readonly connectTimeout: number;
}

/** What a worker is to do for one of its clients, called by the number it gave it. */
export type ClientOrder =
  /** Connect with a backend, send it the preface if there is one, and begin to relay. */
  | {
    readonly kind: "connect";
    readonly client: number;
    readonly host: string;
    readonly port: number;
    readonly preface?: Uint8Array | undefined;
  }
  /** There is no backend in place of the one that was lost. */
  | { readonly kind: "no backend"; readonly client: number }
  /** End what is relayed. */
  | { readonly kind: "cut"; readonly client: number; readonly reason: EndReason }
  /** Close a client that nobody serves. */
  | { readonly kind: "close"; readonly client: number };

/** What a worker is to do; services are called by numbers. */
export type Order =
  | ClientOrder
  /** Listen beside the main thread. Answered by `listening` or `not listening`. */
  | {
    readonly kind: "listen";
    readonly service: number;
    readonly address: ListenAddress;
    readonly settings: CarryingSettings;
  }
  /** Go by other settings from now on. */
  | {
    readonly kind: "configure";
    readonly service: number;
    readonly settings: CarryingSettings;
  }
  /** Listen no more; clients that are there stay. */
  | { readonly kind: "stop listening"; readonly service: number };

/** What became of a client of a worker. */
export type ClientReport =
  /** The backend took the connection, and the relay has begun. */
  | { readonly kind: "connected"; readonly client: number }
  /** It did not. */
  | {
    readonly kind: "failed";
    readonly client: number;
    readonly reason: string;
    /** Whether that is no fault of the backend. */
    readonly isOurs: boolean;
  }
  /** The backend was lost unused, and another one may take its place. */
  | {
    readonly kind: "lost";
    readonly client: number;
    /** Whether it has had the client for a moment only. */
    readonly isFresh: boolean;
  }
  /** The backend ended the connection at once, without a word. */
  | { readonly kind: "unanswered"; readonly client: number }
  /** It is over. */
  | {
    readonly kind: "ended";
    readonly client: number;
    readonly end: EndReason;
    /** Bytes the backend was sent, and bytes that came from it. */
    readonly sent: number;
    readonly received: number;
  };

/** A client has come to a worker. */
export interface Arrival {
  readonly kind: "arrived";
  readonly service: number;
  readonly client: number;
  /** Both ends of its connection, in canonical form. */
  readonly remoteIp: string;
  readonly remotePort: number;
  readonly localIp: string;
  readonly localPort: number;
}

/** What a worker has to say. */
export type Report =
  | ClientReport
  | Arrival
  /** It takes orders. */
  | { readonly kind: "started" }
  | { readonly kind: "listening"; readonly service: number }
  | { readonly kind: "not listening"; readonly service: number; readonly reason: string }
  /** Something went wrong that nobody has thought of: it is to be ended. */
  | { readonly kind: "broken"; readonly reason: string }
  /** Something for the log. */
  | {
    readonly kind: "log";
    readonly level: Exclude<LogLevel, "debug">;
    readonly message: string;
    readonly fields: LogFields;
  };

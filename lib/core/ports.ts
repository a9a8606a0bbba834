/**
 * What the rooms need from the world, passed in so that tests can hold it still.
 */

import type { DatagramWay, TracedService, WireSide } from "./wire_message.ts";

/** Milliseconds since the epoch. `Date.now` is one; tests pass their own. */
export type Clock = () => number;

/** How much a log line matters, most talkative first. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Values that may stand beside a log message. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where diagnostics go. Text from outside may be passed as it is: the log makes it safe. */
export interface Log {
  /** Whether lines of a level are written at all: for those that cost something to make. */
  isOn(level: LogLevel): boolean;
  /** For whoever looks for a fault. */
  debug(message: string, fields?: LogFields): void;
  /** What normally happens. */
  info(message: string, fields?: LogFields): void;
  /** Something is not as it should be, and service goes on. */
  warn(message: string, fields?: LogFields): void;
  /** Something failed. */
  error(message: string, fields?: LogFields): void;
}

/**
 * A connection as the programs see it: bytes both ways. A `Deno.TcpConn` is one, and so is an end
 * of a memory pair in tests.
 */
export interface ByteStream {
  /** Reads what is there into `into`; `null` is the end of the other side's stream. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes` and tells how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends our side; the other side's bytes can still be read. */
  closeWrite(): Promise<void>;
  /** Lets go of it. With unread input this resets the connection: see `OrderlyCloser` in `net`. */
  close(): void;
}

/** A connection somebody opened to us. Whoever is handed one closes it. */
export interface IncomingStream {
  /** The connection. */
  readonly stream: ByteStream;
  /** The other side's address in canonical form. */
  readonly remoteIp: string;
  /** Its number among all that this program has accepted: what the log calls it. */
  readonly connection?: number | undefined;
  /** Whether nobody on the way can read it: it came through TLS that ends here. */
  readonly isSecure?: boolean | undefined;
  /**
   * Whether it comes from a balancer we trust, on its own behalf: one that said with a PROXY header
   * whose connection it is speaks for that client alone.
   */
  readonly isTrusted?: boolean | undefined;
}

/** An end of a connection or datagram, as far as a tap knows it. */
export interface TracedEnd {
  /** What it is called, where that is known beforehand: `server`, the name of a backend. */
  readonly name?: string | undefined;
  /** In canonical form; absent where the system does not tell. */
  readonly ip?: string | undefined;
  /** TCP or UDP port. */
  readonly port: number;
}

/** A connection that is traced. */
export interface TracedConnection {
  /** What it is there for. */
  readonly service: TracedService;
  /** Who opened it. */
  readonly client: TracedEnd;
  /** Who took it. */
  readonly server: TracedEnd;
  /** Whether the client is a balancer, whose PROXY header is believed. */
  readonly mayRelay: boolean;
  /** Whether it is the inside of TLS. */
  readonly isTls: boolean;
}

/** A datagram that is traced. */
export interface TracedDatagram extends DatagramWay {
  /** What it is for. */
  readonly service: TracedService;
  /** Its sender. */
  readonly from: TracedEnd;
  /** Who gets it. */
  readonly to: TracedEnd;
  /** Valid only during the call. */
  readonly bytes: Uint8Array;
}

/** What one traced connection is told. */
export interface StreamTap {
  /** Bytes that a side has sent; valid only during the call. */
  bytes(from: WireSide, bytes: Uint8Array): void;
  /** A side sends nothing more. May be told more than once. */
  end(from: WireSide): void;
}

/**
 * What crosses the wire, for people who want to see it. A program without one is built without any
 * tap: nothing is wrapped, nothing is copied.
 */
export interface Trace {
  /** Takes note of a connection; its bytes are told to what this gives. */
  connection(connection: TracedConnection): StreamTap;
  /** Takes note of a datagram. */
  datagram(datagram: TracedDatagram): void;
}

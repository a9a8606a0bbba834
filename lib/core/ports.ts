/**
 * What the rooms need from the world, passed in so that tests can hold it still.
 */

/** Milliseconds since the epoch. `Date.now` is one; tests pass their own. */
export type Clock = () => number;

/** How much a log line matters, most talkative first. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Values that may stand beside a log message. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where diagnostics go. Text from outside may be passed as it is: the log makes it safe. */
export interface Log {
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
}

/**
 * What Parley uses of the npm package `@redis/client`. Its own types take seconds to check.
 */

import type { Buffer } from "node:buffer";

/** Where to connect, and how; times are milliseconds. */
export interface RedisConfig {
  /** The connection. */
  readonly socket: {
    /** Host name or IP address. */
    readonly host: string;
    /** TCP port. */
    readonly port: number;
    /** Whether it is encrypted; the certificate is then checked. */
    readonly tls: boolean;
    /** Certificates (PEM) to check against, instead of the well-known ones. */
    readonly ca?: string;
    /** How long to wait for a connection. */
    readonly connectTimeout: number;
    /** A connection that is silent for so long is given up. */
    readonly socketTimeout: number;
    /** How long to wait before the next try; false for none. */
    readonly reconnectStrategy: (tries: number) => number | false;
  };
  /** Who to be. */
  readonly username?: string;
  /** What proves it. */
  readonly password?: string;
  /** Number of the database. */
  readonly database: number;
  /** Whether commands fail at once while there is no connection. */
  readonly disableOfflineQueue: boolean;
  /** Commands that may be under way. */
  readonly commandsQueueMaxLength: number;
  /** How often the other side is asked whether it is there. */
  readonly pingInterval: number;
}

/** A connection that is made again when it is lost. */
export interface RedisClient {
  /** Whether commands can be sent. */
  readonly isReady: boolean;
  /** Listens for what is wrong with the connection; without a listener it would end the process. */
  on(event: "error", listener: (error: Error) => void): void;
  /** Listens for the connection being ready, each time. */
  on(event: "ready", listener: () => void): void;
  /** Connects, trying again as configured. */
  connect(): Promise<unknown>;
  /** Ends it, with whatever is under way. */
  destroy(): void;
  /** The values of keys. */
  mGet(keys: readonly string[]): Promise<(string | null)[]>;
  /** Runs a script it knows. */
  evalSha(hash: string, options: ScriptCall): Promise<unknown>;
  /** Runs a script, and remembers it. */
  eval(script: string, options: ScriptCall): Promise<unknown>;
  /** Gives a message to all who subscribed. @returns how many connections that were */
  publish(channel: string, message: Buffer): Promise<number>;
  /** Subscribes for messages as bytes. */
  subscribe(channel: string, listener: (message: Buffer) => void, asBytes: true): Promise<void>;
  /** Subscribes no more. */
  unsubscribe(channel: string): Promise<void>;
}

/** What Redis answers when it refuses a command: it is there. */
export class ErrorReply extends Error {}

/** What a script is given. */
export interface ScriptCall {
  /** The keys it works on. */
  readonly keys: readonly string[];
  /** Anything else. */
  readonly arguments: readonly string[];
}

/** Makes a client, not yet connected. */
export function createClient(config: RedisConfig): RedisClient;

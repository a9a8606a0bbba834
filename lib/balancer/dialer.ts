/**
 * From a client to a connection with a backend: choose, connect, and on failure choose again. The
 * client sees nothing of it but time.
 */

import { reasonOf } from "../core/errors.ts";
import type { Histogram } from "../core/histogram.ts";
import type { ByteStream, Clock } from "../core/ports.ts";
import { closeNow, writeAll } from "../net/orderly_close.ts";
import type { Backend } from "./backend.ts";
import type { Pool } from "./pool.ts";
import type { Client, Story } from "./story.ts";

/** Makes a connection; rejects with the reason for a message. */
export type Connect = (host: string, port: number) => Promise<ByteStream>;

/** A client that wants a backend. */
export interface Caller extends Client {
  /** What hashing and affinity go by. */
  readonly key: string;
  /** What every backend is sent before anything of the client: a PROXY header, or nothing. */
  readonly preface: Uint8Array | undefined;
  /** Backends that have failed it. */
  readonly tried: Set<Backend>;
}

/** A connection with a backend, and the place it has there: give it back to the pool at the end. */
export interface Line {
  readonly backend: Backend;
  readonly stream: ByteStream;
}

/** What dialing goes by. */
export interface DialerWorld {
  readonly pool: Pool;
  readonly connect: Connect;
  readonly story: Story;
  readonly clock: Clock;
  /** Is told which backend serves whom. */
  readonly served: (ip: string, backend: Backend) => void;
  /** Is told how long it took, in seconds. */
  readonly times: Histogram;
  /** Seconds a client may wait for a place. */
  readonly queueTimeout: () => number;
}

/**
 * Finds a backend that takes the connection. Each is tried once for a client.
 *
 * @returns `undefined` when there is none; the story knows why
 */
export async function dial(caller: Caller, world: DialerWorld): Promise<Line | undefined> {
  const { pool, story, clock } = world;
  const begun = clock();
  const deadline = begun + world.queueTimeout() * 1000;
  for (;;) {
    const chosen = pool.enter(caller.key, caller.tried);
    if (typeof chosen === "string") {
      if (chosen === "every backend is full" && await pool.waitForPlace(deadline)) continue;
      story.gaveUp(caller, chosen);
      return undefined;
    }
    story.chosen(caller, chosen);
    const stream = await connectTo(chosen, caller, world);
    if (stream === undefined) continue;
    chosen.counts.connected++;
    world.times.observe((clock() - begun) / 1000);
    pool.remember(caller.key, chosen);
    story.connected(caller, chosen);
    world.served(caller.ip, chosen);
    return { backend: chosen, stream };
  }
}

/** Connects, or gives the place back and counts the failure against the backend. */
async function connectTo(
  backend: Backend,
  caller: Caller,
  { pool, connect, story }: DialerWorld,
): Promise<ByteStream | undefined> {
  let stream: ByteStream | undefined;
  try {
    stream = await connect(backend.settings.host, backend.settings.port);
    if (caller.preface !== undefined) await writeAll(stream, caller.preface);
    return stream;
  } catch (error) {
    if (stream !== undefined) closeNow(stream);
    backend.counts.failed++;
    caller.tried.add(backend);
    const reason = reasonOf(error);
    story.retrying(caller, backend, reason);
    pool.report(backend, false, reason);
    pool.leave(backend);
    return undefined;
  }
}

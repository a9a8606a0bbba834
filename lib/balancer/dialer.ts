/**
 * From a client to a connection with a backend: choose, connect, and on failure choose again. The
 * client sees nothing of it but time.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import type { Histogram } from "../core/histogram.ts";
import type { ByteStream, Clock } from "../core/ports.ts";
import type { Backend } from "./backend.ts";
import type { Pool } from "./pool.ts";
import type { Client, Story } from "./story.ts";
import { isWorthWaiting, type NoBackend, type NoPlace } from "./waiting_line.ts";

/**
 * Makes a connection; rejects with the reason for a message, with an OperationalError when it is no
 * fault of the backend.
 */
export type Connect = (host: string, port: number) => Promise<ByteStream>;

/** A client that wants to be served by a backend. */
export interface Seeker extends Client {
  /** What hashing and affinity go by. */
  readonly key: string;
  /** Backends that have failed it. */
  readonly tried: ReadonlySet<Backend>;
}

/** A client that wants a connection with a backend. */
export interface Caller<Client = ByteStream> extends Seeker {
  /** Its own connection, as whoever carries it knows it. */
  readonly client: Client;
  /** What a backend is sent before anything of the client: a PROXY header, or nothing. */
  readonly preface: (backend: Backend) => Uint8Array | undefined;
  tried: ReadonlySet<Backend>;
  /** Makes the client hear something else than the backend says, where it is to. */
  readonly heard?: ((backend: ByteStream) => ByteStream) | undefined;
}

/** Makes connections for callers. */
export interface Opener<Client, Stream> {
  /**
   * Connects with a backend, up to where the client's first byte may follow. Rejects as
   * {@linkcode Connect} does.
   */
  open(caller: Caller<Client>, backend: Backend): Promise<Stream>;
}

/** A connection with a backend, and the place it has there: give it back to the pool at the end. */
export interface Line<Stream> {
  readonly backend: Backend;
  readonly stream: Stream;
}

/** What dialing goes by. */
export interface DialerWorld {
  readonly pool: Pool;
  readonly story: Story;
  readonly clock: Clock;
  /** Is told which backend serves whom. */
  readonly served: (client: Pick<Seeker, "ip" | "key">, backend: Backend) => void;
  /** Is told of a client that no backend serves. */
  readonly gaveUp: (reason: NoPlace | "own trouble") => void;
  /** Is told how long it took, in seconds. */
  readonly times: Histogram;
  /** Seconds a client may wait for a place. */
  readonly queueTimeout: () => number;
}

/** Takes a place at a backend, if there is one at once, as nearly always. */
export function enterAtOnce(
  caller: Seeker,
  { pool, story }: Pick<DialerWorld, "pool" | "story">,
): Backend | NoBackend {
  const found = pool.enter(caller.key, caller.tried);
  if (typeof found !== "string") story.chosen(caller, found);
  return found;
}

/**
 * Takes a place at a backend after a wait, where every one is full.
 *
 * @param why it could not be had at once
 * @param deadline by the world's clock
 * @returns `undefined` when there is none; the story knows why
 */
export async function enterLater(
  caller: Seeker,
  { pool, story, clock, gaveUp }: Pick<DialerWorld, "pool" | "story" | "clock" | "gaveUp">,
  why: NoBackend,
  deadline: number,
): Promise<Backend | undefined> {
  const chosen = isWorthWaiting(why)
    ? await pool.waitForPlace(caller.key, caller.tried, deadline, why)
    : why;
  if (typeof chosen !== "string") {
    story.chosen(caller, chosen);
    return chosen;
  }
  gaveUp(chosen);
  story.gaveUp(caller, chosen, clock());
  return undefined;
}

/** A client is served by a backend: what hangs on that is told. */
export function settle(
  caller: Pick<Seeker, "ip" | "key">,
  backend: Backend,
  { pool, served }: Pick<DialerWorld, "pool" | "served">,
): void {
  // A request about no room goes by its address, which is bound to no backend.
  if (!pool.hasRooms || caller.key !== caller.ip) pool.remember(caller.key, backend);
  served(caller, backend);
}

/**
 * Finds a backend that takes the connection. Each is tried once for a client.
 *
 * @param opener connects with it
 * @param entered where the client has a place already, which is tried first
 * @returns `undefined` when there is none; the story knows why
 */
export async function dial<Client, Stream>(
  caller: Caller<Client>,
  world: DialerWorld,
  opener: Opener<Client, Stream>,
  entered?: Backend,
): Promise<Line<Stream> | undefined> {
  const { story, clock } = world;
  const begun = clock();
  const deadline = begun + world.queueTimeout() * 1000;
  for (let place = entered;; place = undefined) {
    const found = place ?? enterAtOnce(caller, world);
    const chosen = typeof found === "string"
      ? await enterLater(caller, world, found, deadline)
      : found;
    if (chosen === undefined) return undefined;
    let stream: Stream;
    try {
      stream = await opener.open(caller, chosen);
    } catch (error) {
      if (hasFailed(chosen, caller, world, error)) continue;
      return undefined;
    }
    chosen.counts.connected++;
    world.times.observe((clock() - begun) / 1000);
    story.connected(caller, chosen);
    settle(caller, chosen, world);
    return { backend: chosen, stream };
  }
}

/**
 * Gives the place back at a backend that could not be connected.
 *
 * @returns whether that counts against the backend, so that another one is to be tried; it does not
 * where it is our own trouble, which nobody else would mend
 */
function hasFailed(
  backend: Backend,
  caller: Caller<unknown>,
  { pool, story, clock, gaveUp }: DialerWorld,
  error: unknown,
): boolean {
  const reason = reasonOf(error);
  const isOurs = error instanceof OperationalError;
  if (isOurs) {
    gaveUp("own trouble");
    story.gaveUp(caller, reason, clock());
  } else {
    backend.counts.failed++;
    caller.tried = new Set([...caller.tried, backend]);
    story.retrying(caller, backend, reason);
    pool.report(backend, false, reason);
  }
  // Only now: whoever waits for a place is not to be given one that has just been found bad.
  pool.leave(backend);
  return !isOurs;
}

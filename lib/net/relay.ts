/**
 * One connection through the balancer: bytes both ways between a client and its backend.
 *
 * Rules of this file:
 * - It owns both connections, from `run` to their close.
 * - One loop for each direction reads, writes all of it, and reads again: what is held is never
 *   more than one buffer, and a slow reader slows its writer down. Measured, this is three times
 *   as fast as streams, and it keeps half-closes, which `pipeTo` does not (a reply after the
 *   client's end of input is lost).
 * - An end of input on one side ends that direction only.
 * - A reset of one side ends the connection at once, in both directions. The other side sees an end
 *   of input, and a reset if it goes on sending: Deno ends a socket before it closes it, and has no
 *   way to reset one.
 * - A socket is set up for a conversation before the second piece it is given, or when it turns out to
 *   stay: the first piece goes out at once anyway, and most connections carry one each way. Measured,
 *   that is a twentieth of their cost.
 * - A backend that is lost before the first byte went either way may be replaced, and the client
 *   never knows. Afterwards nothing is ever sent twice.
 */

import type { ByteStream } from "../core/ports.ts";
import { closeNow, type OrderlyCloser } from "./orderly_close.ts";
import type { CopyBuffers } from "./copy_buffers.ts";
import { setUpSocket } from "./tcp.ts";

/** Why a connection ended. */
export type EndReason =
  | "ended"
  | "client reset"
  | "backend reset"
  | "idle"
  | "stopped"
  | "backend down"
  | "no backend"
  | "worker lost";

/** What a relay needs beside its two ends. */
export interface RelayWorld {
  /** Shared by all relays. */
  readonly buffers: CopyBuffers;
  /** Ends a client's connection in an orderly way when its backend took no more. */
  readonly closer: OrderlyCloser;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /**
   * Finds another backend when the present one is lost unused; resolves to `undefined` when there is
   * none. Gives `undefined` at once, or is not there, when the loss is to be passed on instead.
   */
  readonly replace?: () => Promise<ByteStream | undefined> | undefined;
  /** Is told when the backend is the first to end the connection, and has not said anything. */
  readonly unanswered?: () => void;
  /** When something last went on behind the client's stream, where that passes things on itself. */
  readonly carriedAt?: (() => number) | undefined;
}

/** Relays one connection. */
export class Relay {
  readonly #client: ByteStream;
  readonly #world: RelayWorld;
  #backend: ByteStream;
  /** A replacement under way; true when there is a backend again. */
  #replacing: Promise<boolean> | undefined;
  #writing: Promise<number> | undefined;
  #clientHasEnded = false;
  #backendHasEnded = false;
  /** The backend takes no more, and may still have something to say. */
  #backendIsDeaf = false;
  #isReplaceable = true;
  #isBackendSetUp = false;
  #isClientSetUp = false;
  #reason: EndReason | undefined;
  #lastActivity: number;
  /** Bytes the backend was sent. */
  sent = 0;
  /** Bytes that came from it. */
  received = 0;

  /** Stands between the two; nothing is carried before `run`. */
  constructor(client: ByteStream, backend: ByteStream, world: RelayWorld) {
    this.#client = client;
    this.#backend = backend;
    this.#world = world;
    this.#lastActivity = world.now();
  }

  /** Relays to the end. Takes ownership of both connections; never rejects. */
  async run(): Promise<EndReason> {
    const requested = this.#relayRequest();
    await this.#relayReply();
    await requested;
    // What was cut is closed; doing so again would cost an exception, and clients that reset are many.
    if (this.#reason !== undefined) return this.#reason;
    closeNow(this.#backend);
    // What the client still sends would reset its connection, and take the end of the reply along.
    if (this.#backendIsDeaf) await this.#world.closer.close(this.#client);
    else closeNow(this.#client);
    return "ended";
  }

  /** Ends it at once. */
  cut(reason: EndReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    closeNow(this.#client);
    closeNow(this.#backend);
  }

  /**
   * Sets both sockets up for a conversation. Whoever has many relays does it for those that are not
   * over at once, so that the system finds out about silent ends that are gone.
   */
  setUp(): void {
    this.#isClientSetUp ||= setUp(this.#client);
    this.#isBackendSetUp ||= setUp(this.#backend);
  }

  /** When something was last carried, by the clock it was given. */
  get lastActivity(): number {
    return Math.max(this.#lastActivity, this.#world.carriedAt?.() ?? -Infinity);
  }

  /** Whether the backend has ended its side. */
  get isFinishing(): boolean {
    return this.#backendHasEnded;
  }

  /**
   * Client to backend. Reading and writing stand in one function, as below: one more that waits for
   * each piece is a twentieth of what a short connection costs.
   */
  async #relayRequest(): Promise<void> {
    const { buffers } = this.#world;
    let buffer = buffers.take();
    try {
      for (;;) {
        const count = await this.#client.read(buffer);
        if (count === null) return await this.#endRequest();
        for (let at = 0; at < count;) {
          if (this.#replacing !== undefined) await this.#replacing;
          const backend = this.#backend;
          try {
            if (this.sent > 0 && !this.#isBackendSetUp) this.#isBackendSetUp = setUp(backend);
            this.#writing = backend.write(buffer.subarray(at, count));
            const written = await this.#writing;
            at += written;
            this.sent += written;
            // A slow reader is served as long as it takes something.
            this.#lastActivity = this.#world.now();
          } catch {
            this.#writing = undefined;
            if (await this.#replaceUnused(backend)) continue;
            this.#backendIsDeaf = true;
            return;
          } finally {
            this.#writing = undefined;
          }
        }
        if (this.#reason !== undefined) return;
        buffer = buffers.fit(buffer, count);
      }
    } catch {
      this.cut("client reset");
    } finally {
      buffers.give(buffer);
    }
  }

  async #endRequest(): Promise<void> {
    this.#clientHasEnded = true;
    await this.#replacing;
    try {
      await this.#backend.closeWrite();
    } catch {
      // It is gone; the other direction tells how.
    }
  }

  /** Backend to client. */
  async #relayReply(): Promise<void> {
    const { buffers } = this.#world;
    let buffer = buffers.take();
    try {
      for (;;) {
        const backend = this.#backend;
        let count: number | null | "reset";
        try {
          count = await backend.read(buffer);
        } catch {
          count = "reset";
        }
        const isUnused = typeof count !== "number" && this.received === 0;
        if (isUnused && await this.#isMadeUpFor(backend)) continue;
        if (count === null) {
          this.#backendHasEnded = true;
          this.#lastActivity = this.#world.now();
          return await this.#client.closeWrite();
        }
        if (count === "reset") return this.cut("backend reset");
        if (this.received > 0 && !this.#isClientSetUp) this.#isClientSetUp = setUp(this.#client);
        this.received += count;
        for (let at = 0; at < count;) {
          at += await this.#client.write(buffer.subarray(at, count));
          this.#lastActivity = this.#world.now();
        }
        buffer = buffers.fit(buffer, count);
      }
    } catch {
      this.cut("client reset");
    } finally {
      buffers.give(buffer);
    }
  }

  /** Whether there is another backend in place of one that has ended without a word. */
  async #isMadeUpFor(backend: ByteStream): Promise<boolean> {
    // A write under way has either been taken (then the backend was used) or fails. Where there is
    // none, nothing is waited for: one that began meanwhile could be taken by what is given up.
    while (this.#writing !== undefined) await this.#writing.catch(() => {});
    if (await this.#replaceUnused(backend)) return true;
    if (!this.#clientHasEnded && this.#reason === undefined) this.#world.unanswered?.();
    return false;
  }

  /**
   * Replaces a backend that was lost, if nothing was sent to it and nothing came from it. Both
   * directions may notice; the second one waits for what the first one does.
   */
  #replaceUnused(lost: ByteStream): Promise<boolean> {
    if (this.#backend !== lost) return this.#replacing ?? Promise.resolve(true);
    if (this.#replacing !== undefined) return this.#replacing;
    const isUsed = this.sent > 0 || this.received > 0 || this.#clientHasEnded;
    if (isUsed || this.#reason !== undefined || !this.#isReplaceable) return Promise.resolve(false);
    const finding = this.#world.replace?.();
    this.#isReplaceable = finding !== undefined;
    if (finding === undefined) return Promise.resolve(false);
    return this.#replacing = this.#replace(lost, finding).finally(() =>
      this.#replacing = undefined
    );
  }

  async #replace(lost: ByteStream, finding: Promise<ByteStream | undefined>): Promise<boolean> {
    closeNow(lost);
    const other = await finding;
    if (other === undefined) {
      this.cut("no backend");
      return false;
    }
    this.#backend = other;
    this.#isBackendSetUp = false;
    this.#lastActivity = this.#world.now();
    // Cut while the new one was being connected: nobody else knows of it.
    if (this.#reason !== undefined) closeNow(other);
    return this.#reason === undefined;
  }
}

function setUp(stream: ByteStream): true {
  setUpSocket(stream);
  return true;
}

/**
 * TLS that ends here, over pairs of sockets on loopback.
 *
 * A TLS connection of Deno cannot be let go of: its `close` first waits until everything has been
 * sent, and for a client that does not read, or never ends its handshake, that is never. Its
 * descriptor stays (seen on 2.6 and 2.9). So the client's own connection remains a plain one, which
 * is gone when we close it, and a relay carries its bytes to a TLS listener on loopback:
 *
 *     client <-> plain connection <-relay-> near end <-> far end, which speaks TLS <-> reader
 *
 * Rules of this file:
 * - Closing a stream lets what was written to it reach the client, as the system does for plain
 *   connections, for as long as the client takes something within `lingerSeconds`; then the stream
 *   is cut. Cutting frees all descriptors.
 * - A pair is made when a client has begun a handshake: until then it costs its own descriptor alone.
 * - Pairs are made one at a time, so that nothing but our own near end is taken for one: everybody on
 *   this machine can reach the listener. (Such a stranger keeps a descriptor while it stays.)
 * - Another certificate is another listener; who is connected keeps the one they met.
 */

import { UnreachableError } from "../core/errors.ts";
import { DRAIN_SECONDS, TLS_HANDSHAKE_SECONDS } from "../core/limits.ts";
import type { ByteStream } from "../core/ports.ts";
import { DeadlineQueue } from "./deadline_queue.ts";
import { HandshakeError, handshakeFault } from "./handshake_faults.ts";
import { closeNow } from "./orderly_close.ts";
import { PeekedStream } from "./peeked_stream.ts";
import { Relay, type RelayWorld } from "./relay.ts";
import { type IdleBounds, Relays } from "./relays.ts";
import { connectReason } from "./system_error.ts";
import { decideHello } from "./tls_hello.ts";
import { connectTcp, listenTls, setUpSocket, shakeHands, type TlsIdentity } from "./tcp.ts";

const LOOPBACK = "127.0.0.1";

/** Nobody is far away on loopback: only a machine that stands still takes long. */
const PAIRING_MS = 10_000;

/** How long a door waits for clients, where not as usual. */
export interface TlsPatience {
  /** Seconds for the handshake. */
  readonly handshakeSeconds?: number;
  /** Seconds in which a client of a closed stream has to take some of what is left. */
  readonly lingerSeconds?: number;
}

/** Takes plain connections and gives the streams that are inside them. */
export class TlsDoor {
  readonly #world: RelayWorld;
  readonly #handshakeSeconds: number;
  readonly #lingering: DeadlineQueue;
  readonly #lingerSeconds: number;
  readonly #carriers = new Relays();
  readonly #ends = new Set<Promise<unknown>>();
  #listener: Deno.TlsListener;
  #pairing: Promise<unknown> = Promise.resolve();

  /**
   * Opens its listener.
   *
   * @throws OperationalError when the certificate or key is none
   */
  constructor(
    identity: TlsIdentity,
    world: RelayWorld,
    {
      handshakeSeconds = TLS_HANDSHAKE_SECONDS,
      lingerSeconds = DRAIN_SECONDS,
    }: TlsPatience = {},
  ) {
    this.#listener = listenInside(identity);
    this.#world = world;
    this.#handshakeSeconds = handshakeSeconds;
    this.#lingerSeconds = lingerSeconds;
    this.#lingering = new DeadlineQueue(lingerSeconds);
  }

  /**
   * Waits for a client to prove that it speaks TLS. Takes ownership of its connection.
   *
   * @throws HandshakeError when it does not, or takes too long; the connection is closed then
   */
  async take(plain: ByteStream): Promise<TlsStream> {
    const deadline = performance.now() + this.#handshakeSeconds * 1000;
    const client = plain instanceof PeekedStream ? plain : new PeekedStream(plain);
    const { near, far } = await this.#begun(client, deadline).catch((error) => {
      closeNow(client);
      throw error;
    });
    const carrier = new Relay(client, near, this.#world);
    const gone = this.#carriers.run(carrier);
    this.#ends.add(gone);
    gone.finally(() => this.#ends.delete(gone));
    try {
      await shakeHands(far, Math.max(0, deadline - performance.now()) / 1000);
      return new TlsStream(far, { carrier, gone, closed: () => this.#linger(carrier) });
    } catch (error) {
      const fault = handshakeFault(error);
      closeNow(far);
      // What TLS has to say about it reaches a client that has not been too slow already.
      if (fault === "too slow") carrier.cut("stopped");
      else this.#linger(carrier);
      await gone;
      throw new HandshakeError(fault, error);
    }
  }

  /** A pair for a client that has begun a handshake. @throws HandshakeError when it does not */
  async #begun(client: PeekedStream, deadline: number): Promise<Pair> {
    const begun = await client.peekUntil(decideHello, deadline).catch(() => "hung up" as const);
    if (begun !== "begun") throw new HandshakeError(begun ?? "too slow");
    const pairing = this.#pairing.then(() => this.#pair());
    this.#pairing = pairing.catch(() => {});
    return await pairing.catch((error) => {
      throw new HandshakeError("own trouble", error);
    });
  }

  /**
   * Shows another certificate to whoever comes from now on.
   *
   * @throws OperationalError when the certificate or key is none; the one before stays
   */
  reload(identity: TlsIdentity): void {
    const before = this.#listener;
    this.#listener = listenInside(identity);
    // A pair may be half made.
    this.#pairing = this.#pairing.then(() => before.close());
  }

  /** Ends what has carried nothing for too long. */
  sweep(now: number, bounds: IdleBounds): void {
    this.#carriers.sweep(now, bounds);
  }

  /** Ends all. */
  cutAll(): void {
    this.#carriers.cutAll();
  }

  /** Lets what was said reach its clients for `graceMs`, then ends all. Nothing new may come. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.cutAll(), graceMs);
    await Promise.all(this.#ends);
    clearTimeout(timer);
    this.close();
  }

  /** Takes nothing more. */
  close(): void {
    this.#lingering.close();
    this.#listener.close();
  }

  #linger(carrier: Relay): void {
    this.#lingering.add(() => {
      const idle = this.#world.now() - carrier.lastActivity;
      if (idle < this.#lingerSeconds * 1000) this.#linger(carrier);
      else carrier.cut("stopped");
    });
  }

  async #pair(): Promise<Pair> {
    const listener = this.#listener;
    const { port } = listener.addr as Deno.NetAddr;
    const near = await connectTcp(LOOPBACK, port, { timeoutMs: PAIRING_MS });
    setUpSocket(near);
    try {
      for (;;) {
        const far = await listener.accept();
        if ((far.remoteAddr as Deno.NetAddr).port === near.localAddr.port) return { near, far };
        closeNow(far);
      }
    } catch (error) {
      closeNow(near);
      throw new UnreachableError(`Cannot end TLS: ${connectReason(error)}`, { cause: error });
    }
  }
}

function listenInside(identity: TlsIdentity): Deno.TlsListener {
  return listenTls({ hostname: LOOPBACK, port: 0 }, identity);
}

/** Both ends of a connection on loopback. */
interface Pair {
  readonly near: ByteStream;
  readonly far: Deno.TlsConn;
}

/** Who carries a stream's bytes to the client. */
interface Carriage {
  readonly carrier: Relay;
  /** Its end. */
  readonly gone: Promise<unknown>;
  /** Is told when the stream is closed. */
  readonly closed: () => void;
}

/** What a client says inside its TLS connection, and what it is told. */
export class TlsStream implements ByteStream {
  readonly #far: Deno.TlsConn;
  readonly #carriage: Carriage;

  /** Takes ownership of both. */
  constructor(far: Deno.TlsConn, carriage: Carriage) {
    this.#far = far;
    this.#carriage = carriage;
  }

  /** Resolves when nothing of it is left, the client's connection included. */
  get gone(): Promise<unknown> {
    return this.#carriage.gone;
  }

  /** When the client's connection last carried something: what was written may still be on its way. */
  get carriedAt(): number {
    return this.#carriage.carrier.lastActivity;
  }

  /** Reads what the client said. */
  read(into: Uint8Array): Promise<number | null> {
    return this.#far.read(into);
  }

  /** Writes to the client. */
  write(bytes: Uint8Array): Promise<number> {
    return this.#far.write(bytes);
  }

  /** Ends our side. */
  closeWrite(): Promise<void> {
    return this.#far.closeWrite();
  }

  /** Lets go of it: what was written may still arrive. Doing so twice does nothing. */
  close(): void {
    closeNow(this.#far);
    this.#carriage.closed();
  }
}

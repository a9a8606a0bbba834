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
 * - A stream that is closed after its own end lets the rest of it reach the client, as the system
 *   does for plain connections; any other close cuts it at once. Cutting frees all descriptors.
 * - Pairs are made one at a time, so that nothing but our own near end is taken for one: everybody on
 *   this machine can reach the listener. (Such a stranger keeps a descriptor while it stays.)
 */

import { UnreachableError } from "../core/errors.ts";
import { BALANCER_LIMITS } from "../core/limits.ts";
import type { ByteStream } from "../core/ports.ts";
import { closeNow } from "../net/orderly_close.ts";
import { connectReason } from "../net/system_error.ts";
import { connectTcp, listenTls, setUpSocket, shakeHands } from "../net/tcp.ts";
import { Relay, type RelayWorld } from "./relay.ts";
import { type IdleBounds, Relays } from "./relays.ts";

/** Certificate chain and private key, both PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

const LOOPBACK = "127.0.0.1";

/** Nobody is far away on loopback. */
const PAIRING_MS = 2000;

/** Takes plain connections and gives the streams that are inside them. */
export class TlsDoor {
  readonly #listener: Deno.TlsListener;
  readonly #world: RelayWorld;
  readonly #handshakeSeconds: number;
  readonly #carriers = new Relays();
  #pairing: Promise<unknown> = Promise.resolve();

  /**
   * Opens its listener.
   *
   * @throws OperationalError when the certificate or key is none
   */
  constructor(
    identity: TlsIdentity,
    world: RelayWorld,
    handshakeSeconds: number = BALANCER_LIMITS.handshakeTimeoutSeconds,
  ) {
    this.#listener = listenTls({ hostname: LOOPBACK, port: 0 }, identity);
    this.#world = world;
    this.#handshakeSeconds = handshakeSeconds;
  }

  /**
   * Waits for a client to prove that it speaks TLS. Takes ownership of its connection.
   *
   * @throws when it does not, or takes too long; UnreachableError when it is our own fault. The
   * connection is closed then
   */
  async take(plain: ByteStream): Promise<TlsStream> {
    const pairing = this.#pairing.then(() => this.#pair());
    this.#pairing = pairing.catch(() => {});
    const { near, far } = await pairing.catch((error) => {
      closeNow(plain);
      throw error;
    });
    const carrier = new Relay(plain, near, this.#world);
    const stream = new TlsStream(far, carrier, this.#carriers.run(carrier));
    try {
      await shakeHands(far, this.#handshakeSeconds);
      return stream;
    } catch (error) {
      stream.close();
      throw error;
    }
  }

  /** Ends what has carried nothing for too long. */
  sweep(now: number, bounds: IdleBounds): void {
    this.#carriers.sweep(now, bounds);
  }

  /** Ends all. */
  cutAll(): void {
    this.#carriers.cutAll();
  }

  /** Takes nothing more. */
  close(): void {
    this.#listener.close();
  }

  async #pair(): Promise<{ near: ByteStream; far: Deno.TlsConn }> {
    const { port } = this.#listener.addr as Deno.NetAddr;
    const near = await connectTcp(LOOPBACK, port, { timeoutMs: PAIRING_MS });
    setUpSocket(near);
    try {
      for (;;) {
        const far = await this.#listener.accept();
        if ((far.remoteAddr as Deno.NetAddr).port === near.localAddr.port) return { near, far };
        closeNow(far);
      }
    } catch (error) {
      closeNow(near);
      throw new UnreachableError(`Cannot end TLS: ${connectReason(error)}`, { cause: error });
    }
  }
}

/** What a client says inside its TLS connection, and what it is told. */
export class TlsStream implements ByteStream {
  readonly #far: Deno.TlsConn;
  readonly #carrier: Relay;
  #hasEnded = false;
  /** Resolves when nothing of it is left, the client's connection included. */
  readonly gone: Promise<unknown>;

  /** Takes ownership of both; `gone` is the end of the carrier. */
  constructor(far: Deno.TlsConn, carrier: Relay, gone: Promise<unknown>) {
    this.#far = far;
    this.#carrier = carrier;
    this.gone = gone;
  }

  /** When the client's connection last carried something: what was written may still be on its way. */
  get carriedAt(): number {
    return this.#carrier.lastActivity;
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
  async closeWrite(): Promise<void> {
    await this.#far.closeWrite();
    this.#hasEnded = true;
  }

  /** Lets go of it: at once, unless it has ended and only the rest is on its way. */
  close(): void {
    closeNow(this.#far);
    if (!this.#hasEnded) this.#carrier.cut("stopped");
  }
}

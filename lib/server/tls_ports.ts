/**
 * The TLS ports of a server: the same services, limits and deadlines as on the plain ones, behind a
 * handshake with a deadline of its own.
 *
 * Rules of this file:
 * - A client is let in as on a plain port, by its address, before it may shake hands.
 * - Its place is given back when nothing of its connection is left.
 * - Handshakes that come to nothing are counted by what went wrong.
 * - Every connection costs three descriptors, one of them the client's: see `net/tls_door.ts`.
 */

import { reasonOf } from "../core/errors.ts";
import { TLS_HANDSHAKE_SECONDS } from "../core/limits.ts";
import { NowAndThen } from "../core/now_and_then.ts";
import type { ByteStream, Log } from "../core/ports.ts";
import type { AcceptedStream } from "../net/accept_loop.ts";
import { CopyBuffers } from "../net/copy_buffers.ts";
import {
  HandshakeError,
  type HandshakeFaults,
  noHandshakeFaults,
} from "../net/handshake_faults.ts";
import { closeNow, OrderlyCloser } from "../net/orderly_close.ts";
import { listenTcp, setUpSocket, type TlsIdentity } from "../net/tcp.ts";
import { TlsDoor } from "../net/tls_door.ts";
import { tracedInside } from "../net/traced_stream.ts";
import { type Door, keepDoor } from "./doorkeeper.ts";

/** A service as a TLS port names it. */
export type TlsServiceName = "buddy" | "rooms" | "chat";

/** What the TLS ports are asked to be. */
export interface TlsSettings {
  /** What clients are shown. */
  readonly identity: TlsIdentity;
  /** The port of each service that shall have one; 0 asks the system for a free one. */
  readonly ports: Readonly<Partial<Record<TlsServiceName, number | undefined>>>;
  /** Seconds a client has for its handshake; those of the limits unless given. */
  readonly handshakeSeconds?: number;
}

/** All TLS ports of a server. */
export class TlsPorts {
  readonly #closer = new OrderlyCloser();
  readonly #door: TlsDoor;
  readonly #ports = new Map<TlsServiceName, TlsPort>();
  readonly #faults = noHandshakeFaults();

  /**
   * Binds the ports.
   *
   * @throws OperationalError when one cannot be had, or the certificate or key is none; nothing is
   * open then
   */
  constructor(host: string, settings: TlsSettings, log: Log) {
    const { identity, handshakeSeconds = TLS_HANDSHAKE_SECONDS } = settings;
    const now = (): number => performance.now();
    this.#door = new TlsDoor(
      identity,
      { buffers: new CopyBuffers(), closer: this.#closer, now },
      { handshakeSeconds },
    );
    const parts = { door: this.#door, faults: this.#faults, troubles: new NowAndThen(), log };
    const wanted = Object.entries(settings.ports) as [TlsServiceName, number | undefined][];
    try {
      for (const [name, port] of wanted) {
        if (port === undefined) continue;
        const listener = listenTcp({ hostname: host, port });
        this.#ports.set(name, new TlsPort(listener, parts));
      }
    } catch (error) {
      for (const port of this.#ports.values()) port.close();
      this.#door.close();
      throw error;
    }
  }

  /** How many handshakes came to nothing so far, by what went wrong. */
  get faults(): Readonly<HandshakeFaults> {
    return this.#faults;
  }

  /** That of a service, if it has one. */
  of(name: TlsServiceName): TlsPort | undefined {
    return this.#ports.get(name);
  }

  /**
   * Shows another certificate to whoever comes from now on.
   *
   * @throws OperationalError when the certificate or key is none; the one before stays
   */
  reload(identity: TlsIdentity): void {
    this.#door.reload(identity);
  }

  /** Lets go of all, once the services have stopped: what they said last has `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    for (const port of this.#ports.values()) port.close();
    await this.#door.stop(graceMs);
    this.#closer.stop();
  }
}

/** A TLS port as the ports of a service name it; nothing where there is none. */
export function portIn(secure: TlsPort | undefined): { readonly tls?: number } {
  return secure === undefined ? {} : { tls: secure.number };
}

/** What the TLS ports of a server have in common. */
interface TlsPortParts {
  readonly door: TlsDoor;
  readonly faults: HandshakeFaults;
  /** Our own: out of descriptors, there are many at once. */
  readonly troubles: NowAndThen;
  readonly log: Log;
}

/** The TLS port of one service. */
export class TlsPort {
  readonly #listener: Deno.TcpListener;
  readonly #parts: TlsPortParts;
  /** Connections whose handshake is under way. */
  readonly #shaking = new Map<ByteStream, Promise<unknown>>();

  /** Takes ownership of the listener. */
  constructor(listener: Deno.TcpListener, parts: TlsPortParts) {
    this.#listener = listener;
    this.#parts = parts;
  }

  /** The port it really has. */
  get number(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Lets clients in until it is closed; when it resolves, none is on the way in any more. */
  async keep(door: Omit<Door, "listener">): Promise<void> {
    await keepDoor({
      ...door,
      listener: this.#listener,
      // What is inside is traced: the rest is noise by design.
      tracing: undefined,
      serve: (incoming) => this.#serve(incoming, door),
    });
    for (const stream of this.#shaking.keys()) closeNow(stream);
    await Promise.allSettled(this.#shaking.values());
  }

  /** Lets nobody in any more. Doing so twice does nothing. */
  close(): void {
    try {
      this.#listener.close();
    } catch {
      // Closed before, by the service.
    }
  }

  async #serve(
    incoming: AcceptedStream,
    { serve, tracing }: Pick<Door, "serve" | "tracing">,
  ): Promise<void> {
    const { stream, remoteIp } = incoming;
    setUpSocket(stream);
    const taking = this.#parts.door.take(stream);
    this.#shaking.set(stream, taking);
    try {
      const inside = await taking.finally(() => this.#shaking.delete(stream));
      await serve(tracedInside({ ...incoming, stream: inside, isSecure: true }, tracing));
      await inside.gone;
    } catch (error) {
      this.#failed(error, remoteIp);
    }
  }

  #failed(error: unknown, from: string): void {
    const { faults, troubles, log } = this.#parts;
    const fields = { from, reason: reasonOf(error) };
    if (!(error instanceof HandshakeError)) return log.error("Cannot serve a TLS client", fields);
    faults[error.fault]++;
    if (error.fault !== "own trouble") {
      return log.debug("A client did not end its TLS handshake", fields);
    }
    const since = troubles.count(performance.now());
    if (since !== undefined) log.warn("TLS clients are turned away", { ...fields, since });
  }
}

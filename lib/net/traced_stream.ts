/**
 * A connection that a trace listens to. Made only where there is a trace: a connection without one
 * stays the socket it is.
 */

import { socketIp } from "../core/ip_address.ts";
import type { ByteStream, StreamTap, Trace, TracedConnection } from "../core/ports.ts";
import type { TracedService, WireSide } from "../core/wire_message.ts";
import type { AcceptedStream } from "./accept_loop.ts";
import { type DialedStream, setUpSocket } from "./tcp.ts";

/** Tells a tap everything that goes through a connection, and changes nothing. */
export class TracedStream implements ByteStream {
  readonly #stream: ByteStream;
  readonly #tap: StreamTap;
  readonly #own: WireSide;
  readonly #other: WireSide;

  /** Takes ownership of `stream`; `own` says which end of it we are. */
  constructor(stream: ByteStream, tap: StreamTap, own: WireSide) {
    this.#stream = stream;
    this.#tap = tap;
    this.#own = own;
    this.#other = own === "client" ? "server" : "client";
  }

  /** Reads, and tells what was read. */
  async read(into: Uint8Array): Promise<number | null> {
    const count = await this.#stream.read(into);
    if (count === null) this.#tap.end(this.#other);
    else this.#tap.bytes(this.#other, into.subarray(0, count));
    return count;
  }

  /** Writes, and tells what was taken: after the fact, as only then it is known. */
  async write(bytes: Uint8Array): Promise<number> {
    const count = await this.#stream.write(bytes);
    this.#tap.bytes(this.#own, bytes.subarray(0, count));
    return count;
  }

  /** Ends our side. */
  async closeWrite(): Promise<void> {
    await this.#stream.closeWrite();
    this.#tap.end(this.#own);
  }

  /** Closes it. */
  close(): void {
    this.#stream.close();
    this.#tap.end(this.#own);
  }

  /** See `setUpSocket`, which finds this, and has all of it done to the socket itself. */
  setNoDelay(): void {
    setUpSocket(this.#stream);
  }
}

/** What a program says of the connections it takes. */
export interface ArrivalTrace {
  /** What listens. */
  readonly trace: Trace;
  /** What the connections are there for. */
  readonly service: TracedService;
  /** What we are called. */
  readonly name: string | undefined;
  /** Whose PROXY headers are believed; nobody's unless given. */
  readonly isProxy?: ((ip: string) => boolean) | undefined;
}

/** A connection somebody opened to us, as a trace listens to it; the same without a trace. */
export function tracedArrival(
  accepted: AcceptedStream,
  tracing: ArrivalTrace | undefined,
): AcceptedStream {
  if (tracing === undefined) return accepted;
  const mayRelay = tracing.isProxy?.(accepted.remoteIp) ?? false;
  return tapped(accepted, tracing, { mayRelay, isTls: false });
}

/** The inside of TLS of one, as a trace listens to it: a PROXY header stands in front of the TLS. */
export function tracedInside(
  accepted: AcceptedStream,
  tracing: ArrivalTrace | undefined,
): AcceptedStream {
  if (tracing === undefined) return accepted;
  return tapped(accepted, tracing, { mayRelay: false, isTls: true });
}

function tapped(
  accepted: AcceptedStream,
  { trace, service, name }: ArrivalTrace,
  kind: Pick<TracedConnection, "mayRelay" | "isTls">,
): AcceptedStream {
  const { stream, remoteIp, remotePort, localIp, localPort } = accepted;
  const tap = trace.connection({
    service,
    client: { ip: remoteIp, port: remotePort },
    server: { name, ip: localIp, port: localPort },
    ...kind,
  });
  return { ...accepted, stream: new TracedStream(stream, tap, "server") };
}

/** What a program says of the connections it makes. */
export interface DialTrace extends Omit<ArrivalTrace, "isProxy"> {
  /** What the other side is called, where that is known. */
  readonly peer?: string | undefined;
  /** Whether we are a balancer, which may begin with a PROXY header. */
  readonly mayRelay?: boolean;
}

/** A connection we opened, as a trace listens to it; the same without a trace. */
export function tracedDial(
  conn: DialedStream,
  tracing: DialTrace | undefined,
): ByteStream {
  if (tracing === undefined) return conn;
  const { trace, service, name, peer, mayRelay = false } = tracing;
  const tap = trace.connection({
    service,
    client: { name, ...endOf(conn.localAddr) },
    server: { name: peer, ...endOf(conn.remoteAddr) },
    mayRelay,
    // Nothing but TLS has one.
    isTls: "handshake" in conn,
  });
  return new TracedStream(conn, tap, "client");
}

function endOf({ hostname, port }: Deno.NetAddr): { ip: string; port: number } {
  return { ip: socketIp(hostname), port };
}

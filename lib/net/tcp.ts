/**
 * Opening TCP: listening and connecting, with errors a person can act on.
 */

import { hostPort } from "../core/endpoint.ts";
import { OperationalError, UnreachableError } from "../core/errors.ts";
import type { ByteStream } from "../core/ports.ts";
import { closeNow } from "./orderly_close.ts";
import { connectReason, listenReason, systemCode } from "./system_error.ts";

/**
 * Connections the system may hold for us before we accept them. Deno's own default (511) overflows
 * with 1,000 clients at once, and a dropped SYN costs its client a second.
 */
const TCP_BACKLOG = 4096;

/** Where to listen. Port 0 asks the system for a free one. */
export interface ListenAddress {
  /** Address of an interface, `0.0.0.0` or `::` for all. */
  readonly hostname: string;
  /** 0 to 65535. */
  readonly port: number;
}

/**
 * Sets a stream up that is to carry a conversation, where it is a socket: the system sends what is
 * written at once (it would wait otherwise for the other side's word, 40 ms and more, when a second
 * small piece follows the first), and asks now and then whether a silent other side is still there
 * (after two hours, unless the system is set up otherwise), so that a host that was switched off does
 * not keep its connection for ever.
 */
export function setUpSocket(stream: ByteStream): void {
  const socket = stream as Partial<Deno.TcpConn>;
  try {
    socket.setNoDelay?.(true);
    socket.setKeepAlive?.(true);
  } catch {
    // Some systems refuse it for a connection that was reset: whoever reads next will know.
  }
}

/**
 * Listens for TCP connections. The caller closes the listener.
 *
 * @throws OperationalError naming the address and what to do
 */
export function listenTcp(address: ListenAddress): Deno.TcpListener {
  return listenPlain(address, false);
}

/**
 * Listens on a port that other threads of this program listen on as well: the system gives each
 * connection to one of them (`SO_REUSEPORT`, Linux). The caller closes the listener.
 *
 * @throws OperationalError as {@linkcode listenTcp}
 */
export function listenBeside(address: ListenAddress): Deno.TcpListener {
  return listenPlain(address, true);
}

/**
 * Listens as the first of those who share a port. Another program could share it as well, and would
 * be given a part of the connections: so it is refused when anybody listens there. A free port that
 * the system is asked for is nobody's.
 *
 * @throws OperationalError as {@linkcode listenTcp}
 */
export function listenFirst(address: ListenAddress): Deno.TcpListener {
  if (address.port !== 0) listenTcp(address).close();
  return listenBeside(address);
}

function listenPlain(address: ListenAddress, reusePort: boolean): Deno.TcpListener {
  try {
    return Deno.listen({ ...address, tcpBacklog: TCP_BACKLOG, reusePort });
  } catch (error) {
    const at = hostPort(address.hostname, address.port);
    throw new OperationalError(`Cannot listen on ${at} (TCP): ${listenReason(error)}`, {
      cause: error,
    });
  }
}

/** Certificate chain and private key, both PEM. */
export interface TlsIdentity {
  /** The server's own certificate first. */
  readonly cert: string;
  /** The key of that certificate. */
  readonly key: string;
}

/**
 * Listens for TLS connections; each is taken as it comes, and shakes hands when it is first read.
 * The caller closes the listener.
 *
 * @throws OperationalError naming the address, or that the certificate or key is none
 */
export function listenTls(
  address: ListenAddress,
  identity: TlsIdentity,
): Deno.TlsListener {
  const at = hostPort(address.hostname, address.port);
  try {
    return Deno.listenTls({ ...address, ...identity, tcpBacklog: TCP_BACKLOG });
  } catch (error) {
    // What the system does not name is said of the certificate or the key.
    const what = systemCode(error) === undefined ? "use certificate and key" : `listen on ${at}`;
    throw new OperationalError(`Cannot ${what} (TLS): ${listenReason(error)}`, { cause: error });
  }
}

/**
 * Waits for a TLS client to prove that it is one. Rejects when it is not, or takes longer; the
 * connection is still the caller's to close.
 */
export async function shakeHands(conn: Deno.TlsConn, seconds: number): Promise<void> {
  const timer = setTimeout(() => closeNow(conn), seconds * 1000);
  try {
    await conn.handshake();
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Listens on every address of this machine: IPv4 and IPv6 with one socket where the system has such,
 * else IPv4. The caller closes the listener.
 *
 * @throws OperationalError naming the address and what to do
 */
export function listenEverywhere(port: number): Deno.TcpListener {
  // On Windows a socket bound to :: takes IPv6 only, and most of a lab speaks IPv4.
  if (Deno.build.os !== "windows") {
    try {
      return Deno.listen({ hostname: "::", port, tcpBacklog: TCP_BACKLOG });
    } catch {
      // No IPv6 here, or the port is taken: IPv4 alone works, or tells what is wrong.
    }
  }
  return listenTcp({ hostname: "0.0.0.0", port });
}

/** How long to try, and what ends it before. */
export interface DialOptions {
  /** Milliseconds to try at most. */
  readonly timeoutMs: number;
  /** Breaks it off. */
  readonly signal?: AbortSignal;
}

/** A connection we opened. */
export type DialedStream = ByteStream & Pick<Deno.TcpConn, "localAddr" | "remoteAddr">;

/**
 * Opens connections; {@linkcode connectTcp} is one such, for plain ones. The caller closes them.
 *
 * @throws UnreachableError saying what was tried, and why it failed
 */
export type Dial = (host: string, port: number, options: DialOptions) => Promise<DialedStream>;

/**
 * Connects, trying each address of the name. The caller closes the connection.
 *
 * @throws UnreachableError naming the address and the reason, also after `timeoutMs`
 */
export async function connectTcp(
  host: string,
  port: number,
  options: DialOptions,
): Promise<Deno.TcpConn> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  try {
    return await Deno.connect({ hostname: host, port, signal });
  } catch (error) {
    const at = hostPort(host, port);
    throw new UnreachableError(`Cannot reach ${at}: ${connectReason(error)}`, { cause: error });
  }
}

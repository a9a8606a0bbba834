/**
 * Accepting connections for as long as the listener is open.
 *
 * `for await (const conn of listener)` ends at the first rejection, and `accept()` rejects when a
 * peer has reset before it was accepted or when descriptors run out: any client could stop the
 * server. This loop goes on.
 */

import { socketIp } from "../core/ip_address.ts";
import { NowAndThen } from "../core/now_and_then.ts";
import type { ByteStream, IncomingStream, Log } from "../core/ports.ts";
import { systemCode } from "./system_error.ts";

/** How long to wait when accepting fails for want of something; it would fail again at once. */
const PAUSE_MS = 50;

/** The peer was gone before it was accepted: its own affair, and the next one may be fine. */
const PEER_GONE = new Set(["ENOTCONN", "ECONNABORTED", "ECONNRESET", "EINVAL", "EPROTO"]);

/** Counts the connections of every listener of the program. */
let lastConnection = 0;

/** A number for the log, for what is served like a connection of its own. */
export function nextConnection(): number {
  return ++lastConnection;
}

/** A connection just accepted, with all that is known of its two ends. */
export interface AcceptedStream extends IncomingStream {
  /** The other side's port. */
  readonly remotePort: number;
  /** The address it connected to, in canonical form. */
  readonly localIp: string;
  /** The port it connected to. */
  readonly localPort: number;
}

/** Something that accepts: a TCP listener, or a TLS one. */
export interface StreamListener {
  /** Waits for the next connection. */
  accept(): Promise<ByteStream & Pick<Deno.TcpConn, "remoteAddr" | "localAddr">>;
}

/**
 * Hands every connection on until the listener is closed, then resolves. The handler owns the
 * connection from then on, and must not throw.
 */
export async function acceptConnections(
  listener: StreamListener,
  handle: (incoming: AcceptedStream) => void,
  log: Log,
): Promise<void> {
  const failures = new NowAndThen();
  for (;;) {
    let conn: Awaited<ReturnType<StreamListener["accept"]>>;
    try {
      conn = await listener.accept();
    } catch (error) {
      if (isClosed(error)) return;
      if (PEER_GONE.has(systemCode(error) ?? "")) continue;
      if (failures.count(performance.now()) !== undefined) {
        log.warn("Cannot accept connections for the moment, they wait in the backlog", {
          reason: systemCode(error) ?? String(error),
        });
      }
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
      continue;
    }
    handle({
      stream: conn,
      connection: nextConnection(),
      remoteIp: socketIp(conn.remoteAddr.hostname),
      remotePort: conn.remoteAddr.port,
      localIp: socketIp(conn.localAddr.hostname),
      localPort: conn.localAddr.port,
    });
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

/** A plain TLS client of a test server, which trusts the certificate of `samples/`. */

import { writeAll } from "../../lib/net/orderly_close.ts";
import { CERT } from "../samples/tls_identity.ts";
import { readToEnd } from "./streams.ts";

/** Connects, trusting the certificate, and shakes hands. */
export async function connectOverTls(port: number, trusted = CERT): Promise<Deno.TlsConn> {
  const conn = await Deno.connectTls({ hostname: "localhost", port, caCerts: [trusted] });
  try {
    await conn.handshake();
    return conn;
  } catch (error) {
    conn.close();
    throw error;
  }
}

/** Sends pieces on a new connection, each in a record of its own, and reads to the end. */
export async function askOverTls(
  port: number,
  pieces: string | readonly string[],
  trusted = CERT,
): Promise<string> {
  using conn = await connectOverTls(port, trusted);
  for (const piece of [pieces].flat()) await writeAll(conn, new TextEncoder().encode(piece));
  return await readToEnd(conn);
}

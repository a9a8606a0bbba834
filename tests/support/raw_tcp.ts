/**
 * Talking TCP by hand, as a client that nobody here wrote would.
 */

import { assertEquals } from "@std/assert";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { readBytesToEnd, readToEnd } from "./streams.ts";
import { within } from "./within.ts";

/** What can be sent: text is sent as UTF-8. */
export type Sendable = string | Uint8Array;

/** The bytes of something that can be sent. */
export function toBytes(piece: Sendable): Uint8Array {
  return typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
}

/** One connection, driven by hand. */
export class RawTcp implements Disposable {
  readonly #conn: Deno.TcpConn;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects to a port of this machine. */
  static async connect(port: number, hostname = "127.0.0.1"): Promise<RawTcp> {
    return new RawTcp(await within("a connection", Deno.connect({ hostname, port })));
  }

  /** Writes one piece. */
  async send(piece: Sendable): Promise<void> {
    await writeAll(this.#conn, toBytes(piece));
  }

  /** Waits until exactly this has come, in however many pieces. */
  async hears(text: string): Promise<void> {
    const wanted = toBytes(text);
    const bytes = new Uint8Array(wanted.length);
    for (let at = 0; at < bytes.length;) {
      const count = await within(`"${text}"`, this.#conn.read(bytes.subarray(at)));
      if (count === null) break;
      at += count;
    }
    assertEquals(new TextDecoder().decode(bytes), text);
  }

  /** Ends our side only. */
  async finish(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Everything up to a clean end of the stream. Rejects when the connection is reset instead. */
  async readToEnd(): Promise<string> {
    return await readToEnd(this.#conn);
  }

  /** As {@linkcode RawTcp.readToEnd}, as bytes. */
  async readBytesToEnd(): Promise<Uint8Array> {
    return await readBytesToEnd(this.#conn);
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

/** Sends pieces on a new connection, each in a write of its own, and reads to the end. */
export async function ask(port: number, ...pieces: readonly Sendable[]): Promise<string> {
  using connection = await RawTcp.connect(port);
  for (const piece of pieces) await connection.send(piece);
  return await connection.readToEnd();
}

/** As {@linkcode ask}, with the answer as bytes. */
export async function askBytes(port: number, ...pieces: readonly Sendable[]): Promise<Uint8Array> {
  using connection = await RawTcp.connect(port);
  for (const piece of pieces) await connection.send(piece);
  return await connection.readBytesToEnd();
}

/** As {@linkcode ask}, but ends our side after the last piece. */
export async function askAndFinish(port: number, ...pieces: readonly Sendable[]): Promise<string> {
  using connection = await RawTcp.connect(port);
  for (const piece of pieces) await connection.send(piece);
  await connection.finish();
  return await connection.readToEnd();
}

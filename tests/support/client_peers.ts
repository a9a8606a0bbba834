/**
 * Other clients played by hand, byte by byte: those we call, and those that call us.
 */

import { closeNow, writeAll } from "../../lib/net/orderly_close.ts";
import { type Sendable, toBytes } from "./raw_tcp.ts";
import { readToEnd } from "./streams.ts";
import { within } from "./within.ts";

/** Reads one line ending in LF, byte by byte, so that nothing behind it is taken. */
export async function readLine(conn: Deno.TcpConn): Promise<string> {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (await within("a line", conn.read(byte)) !== null) {
    if (byte[0] === 10) break;
    bytes.push(byte[0]!);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** One end of a peer connection, driven by hand. */
export class HandPlayed implements Disposable {
  readonly #conn: Deno.TcpConn;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    conn.setNoDelay(true);
  }

  /** Calls a client of this machine. */
  static async call(port: number): Promise<HandPlayed> {
    return new HandPlayed(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Writes one piece. */
  async send(piece: Sendable): Promise<void> {
    await writeAll(this.#conn, toBytes(piece));
  }

  /** The next line. */
  async line(): Promise<string> {
    return await readLine(this.#conn);
  }

  /** What one read gives: what came so far, as text. */
  async chunk(): Promise<string> {
    const bytes = new Uint8Array(64 * 1024);
    const count = await within("some bytes", this.#conn.read(bytes));
    return count === null ? "" : new TextDecoder().decode(bytes.subarray(0, count));
  }

  /** Everything up to a clean end; rejects when the connection is reset instead. */
  async rest(): Promise<string> {
    return await readToEnd(this.#conn);
  }

  /** Ends our side only. */
  async finish(): Promise<void> {
    await this.#conn.closeWrite();
  }

  [Symbol.dispose](): void {
    closeNow(this.#conn);
  }
}

/** A client that can be called. */
export class HandPlayedCallee implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  get port(): number {
    return this.#listener.addr.port;
  }

  /** The line of a buddy list that tells where it is. */
  listLine(id: string, status = "100 ONLINE"): string {
    return `${id} ${status} 127.0.0.1 ${this.port}\n`;
  }

  /** The next call. */
  async called(): Promise<HandPlayed> {
    return new HandPlayed(await within("a call", this.#listener.accept()));
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

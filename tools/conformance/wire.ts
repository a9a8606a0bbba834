/** Sending and receiving by hand, with patience that ends. */

import { copyOf } from "../../lib/core/bytes.ts";
import { within } from "../../lib/core/within.ts";
import { type Server, shown, Violation } from "./rule.ts";

/** How long an answer may take, in milliseconds. */
export const PATIENCE_MS = 5000;

/** How long silence is waited for. */
export const SILENCE_MS = 600;

/** More than any answer has: whoever sends more goes on for ever. */
const MOST_BYTES = 1024 * 1024;

const encoder = new TextEncoder();

/** Bytes or text; text is sent as UTF-8. */
export type Sendable = string | Uint8Array;

function bytesOf(piece: Sendable): Uint8Array {
  return typeof piece === "string" ? encoder.encode(piece) : piece;
}

/** How long all of an answer may take, however many pieces it comes in. */
class Patience {
  readonly ms: number;
  readonly #endsAt: number;

  constructor(ms: number) {
    this.ms = ms;
    this.#endsAt = performance.now() + ms;
  }

  leftMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }
}

/** A TCP connection to the server under test. */
export class Connection implements Disposable {
  readonly #conn: Deno.TcpConn;
  #held = new Uint8Array();
  #hasEnded = false;
  /** What was sent last, for messages: a rule asks more than once. */
  #sent = "";

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects. */
  static async open({ host, tcp }: Pick<Server, "host" | "tcp">): Promise<Connection> {
    const conn = await within(
      PATIENCE_MS,
      Deno.connect({ hostname: host, port: tcp }),
      () => {
        throw new Violation(`no connection to ${host} port ${tcp} within ${PATIENCE_MS / 1000} s`);
      },
    );
    conn.setNoDelay();
    return new Connection(conn);
  }

  /** Sends each piece in a write of its own. */
  async send(...pieces: readonly Sendable[]): Promise<void> {
    this.#sent = `after ${sentText(pieces)}: `;
    for (const piece of pieces) {
      let rest = bytesOf(piece);
      while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
      if (pieces.length > 1) await pause(2);
    }
  }

  /** Ends our side only. */
  async finish(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** The next line without its line end; `undefined` when the server has closed. */
  async line(patienceMs: number = PATIENCE_MS): Promise<string | undefined> {
    const patience = new Patience(patienceMs);
    for (;;) {
      const end = this.#held.indexOf(10);
      if (end >= 0) return text(this.#take(end + 1)).replace(/\r?\n$/, "");
      if (!await this.#readMore(patience)) return undefined;
    }
  }

  /** So many bytes; fewer when the server closes before. */
  async bytes(count: number): Promise<Uint8Array> {
    const patience = new Patience(PATIENCE_MS);
    while (this.#held.length < count && await this.#readMore(patience));
    return this.#take(Math.min(count, this.#held.length));
  }

  /** Everything up to an orderly close. @throws Violation when it is a reset, or never comes */
  async rest(patienceMs: number = PATIENCE_MS): Promise<string> {
    const patience = new Patience(patienceMs);
    while (await this.#readMore(patience));
    return text(this.#take(this.#held.length));
  }

  /** What comes within a moment, which should be nothing. */
  async quiet(): Promise<string> {
    const more = await this.#readMore(new Patience(SILENCE_MS), () => false);
    return more ? text(this.#take(this.#held.length)) : "";
  }

  #take(count: number): Uint8Array {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.slice(count);
    return taken;
  }

  #reading: Promise<Uint8Array | null> | undefined;

  /** Reads what has come; false at the end. */
  async #readMore(
    patience: Patience,
    late: () => boolean = () => {
      const sent = this.#held.length === 0 ? "no answer" : "no end of the answer";
      throw this.#violation(`${sent}, and no close, within ${patience.ms / 1000} s`);
    },
  ): Promise<boolean> {
    if (this.#hasEnded) return false;
    this.#reading ??= this.#read();
    const chunk = await within(patience.leftMs(), this.#reading, () => undefined);
    if (chunk === undefined) return late();
    this.#reading = undefined;
    if (chunk === null) {
      this.#hasEnded = true;
      return false;
    }
    this.#held = copyOf([this.#held, chunk]);
    if (this.#held.length > MOST_BYTES) {
      throw this.#violation(`the server goes on sending: over ${MOST_BYTES} bytes, and no end`);
    }
    return true;
  }

  async #read(): Promise<Uint8Array | null> {
    const chunk = new Uint8Array(64 * 1024);
    try {
      const count = await this.#conn.read(chunk);
      return count === null ? null : chunk.subarray(0, count);
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) {
        throw this.#violation("the connection was reset instead of closed");
      }
      throw error;
    }
  }

  #violation(message: string): Violation {
    return new Violation(this.#sent + message);
  }

  [Symbol.dispose](): void {
    this.#reading?.catch(() => {});
    this.#conn.close();
  }
}

/** A UDP socket towards the server under test. */
export class Datagrams implements Disposable {
  readonly #socket: Deno.DatagramConn;
  readonly #to: Deno.NetAddr;
  #receiving: Promise<string> | undefined;

  constructor({ host, udp }: Pick<Server, "host" | "udp">) {
    const hostname = host.includes(":") ? "::" : "0.0.0.0";
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    this.#to = { transport: "udp", hostname: host, port: udp };
  }

  /** Sends a datagram. */
  async send(datagram: Sendable): Promise<void> {
    await this.#socket.send(bytesOf(datagram), this.#to);
  }

  /** The next datagram as text, one character for each byte; `undefined` for none in time. */
  async receive(patienceMs: number = PATIENCE_MS): Promise<string | undefined> {
    this.#receiving ??= this.#socket.receive().then(([bytes]) => latin1(bytes));
    const datagram = await within(patienceMs, this.#receiving, () => undefined);
    if (datagram !== undefined) this.#receiving = undefined;
    return datagram;
  }

  /** Asks, and gives the answer. */
  async ask(datagram: Sendable): Promise<string | undefined> {
    await this.send(datagram);
    return await this.receive();
  }

  [Symbol.dispose](): void {
    this.#receiving?.catch(() => {});
    this.#socket.close();
  }
}

/** Sends pieces on a connection of their own, and gives everything up to an orderly close. */
export async function ask(server: Server, ...pieces: readonly Sendable[]): Promise<string> {
  using connection = await Connection.open(server);
  await connection.send(...pieces);
  return await connection.rest();
}

/** What was sent, as it stands in a message: the beginning of a text, the length of bytes. */
function sentText(pieces: readonly Sendable[]): string {
  const text = pieces.filter((piece) => typeof piece === "string").join("");
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const start = text.slice(0, 60);
  if (text.length < length) return `${length} bytes`;
  return shown(start) + (start === text ? "" : ` and ${text.length - start.length} more`);
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}

/** Bytes as text, whatever they are. */
export function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

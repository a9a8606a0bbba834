/**
 * A server played by hand: it answers what a test says, and remembers all it was sent.
 */

import { closeNow } from "../../lib/net/orderly_close.ts";
import { type Sendable, toBytes } from "./raw_tcp.ts";
import { readLine } from "./client_peers.ts";
import { within } from "./within.ts";

/** How the server behaves. */
export interface ServerScript {
  /** The reply to a line over TCP; `undefined` leaves the connection open without one. */
  reply?(line: string): Sendable | undefined | Promise<Sendable | undefined>;
  /** The answer to a datagram; `undefined` is none. */
  answer?(datagram: string): Sendable | undefined;
}

/** A running fake server on 127.0.0.1; stopped at the end of the test. */
export class FakeServer implements AsyncDisposable {
  /** The lines that came over TCP, in order. */
  readonly requests: string[] = [];
  /** The datagrams that came, without their line ends, in order. */
  readonly datagrams: string[] = [];
  /** What it does; a test may change it while it runs. */
  script: ServerScript;
  /** Is told where each datagram came from. */
  sentBy: (from: Deno.NetAddr) => void = () => {};
  readonly #listener: Deno.TcpListener;
  readonly #socket: Deno.DatagramConn;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #running: Promise<unknown>;
  #more = Promise.withResolvers<void>();
  #isStopped = false;

  /** @param tcpPort 0 for any free one */
  constructor(script: ServerScript, tcpPort = 0) {
    this.script = script;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: tcpPort });
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    this.#running = Promise.all([this.#serveTcp(), this.#serveUdp()]);
  }

  get tcp(): number {
    return this.#listener.addr.port;
  }

  get udp(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  /** Waits until a line or datagram that matches has come, however early. */
  async hears(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = [...this.requests, ...this.datagrams].find((text) => pattern.test(text));
      if (found !== undefined) return found;
      await within(`${pattern} at the server`, this.#more.promise);
    }
  }

  async #serveTcp(): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const conn of this.#listener) {
      this.#open.add(conn);
      if (this.#isStopped) closeNow(conn); // it came in the moment of the stop
      serving.push(this.#serve(conn));
    }
    await Promise.all(serving);
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    try {
      const line = await readLine(conn);
      this.#heard(this.requests, line);
      const reply = await this.script.reply?.(line);
      if (reply === undefined) return; // left open until the end of the test
      await conn.write(toBytes(reply));
    } catch {
      // The client hung up.
    }
    closeNow(conn);
  }

  async #serveUdp(): Promise<void> {
    for await (const [bytes, from] of this.#socket) {
      const datagram = new TextDecoder().decode(bytes);
      this.sentBy(from as Deno.NetAddr);
      this.#heard(this.datagrams, datagram.trimEnd());
      const answer = this.script.answer?.(datagram.trimEnd());
      // The test may be over by then, and the socket closed.
      if (answer !== undefined) await this.#socket.send(toBytes(answer), from).catch(() => {});
    }
  }

  #heard(all: string[], text: string): void {
    all.push(text);
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#listener.close();
    this.#socket.close();
    for (const conn of this.#open) closeNow(conn);
    await within("the end of the fake server", this.#running);
  }
}

/** The script of a server like those in the field: no extensions, everything else goes well. */
export function olderServer(list: () => string = () => ""): ServerScript {
  return {
    reply: (line) => /^(REG|ADD|DEL) /.test(line) ? "200 OK\n" : "201 INVALID\n",
    answer: (datagram) => datagram.startsWith("GET ") ? list() : undefined,
  };
}

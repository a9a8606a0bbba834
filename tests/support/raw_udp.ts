/**
 * Talking UDP by hand, as a client that nobody here wrote would.
 */

import { type Sendable, toBytes } from "./raw_tcp.ts";
import { within } from "./within.ts";

/** One UDP socket and the server it talks to. */
export class RawUdp implements Disposable {
  readonly #socket: Deno.DatagramConn;
  readonly #server: Deno.NetAddr;

  /** @param hostname the address to send from, and to reach the server at unless told otherwise */
  constructor(port: number, hostname = "127.0.0.1", serverHostname = hostname) {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    this.#server = { transport: "udp", hostname: serverHostname, port };
  }

  /** The port datagrams are sent from. */
  get port(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  /** Sends one datagram. */
  async send(datagram: Sendable): Promise<void> {
    await this.#socket.send(toBytes(datagram), this.#server);
  }

  /** The next datagram that arrives, as text. */
  async receive(): Promise<string> {
    const [bytes] = await within("a datagram", this.#socket.receive());
    return new TextDecoder().decode(bytes);
  }

  /** Sends a datagram and gives the next one that arrives. */
  async ask(datagram: Sendable): Promise<string> {
    await this.send(datagram);
    return await this.receive();
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

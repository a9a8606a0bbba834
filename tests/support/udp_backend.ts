/**
 * A backend that takes datagrams, for the balancer's tests: it keeps what it gets and answers as a
 * test wants. Beside it a TCP port that health checks find up, until it dies.
 */

import { readDatagramPrefix } from "../../lib/wire/datagram_prefix.ts";
import { TestBackend } from "./backends.ts";
import type { TestOptions } from "./test_balancer.ts";
import { within } from "./within.ts";

/** A datagram as it arrived. */
export interface Arrived {
  /** Without the prefix, if there was one. */
  readonly text: string;
  /** `IP PORT` of the client by the prefix; `undefined` without one. */
  readonly client: string | undefined;
  /** Whether the prefix says that the client's address is proven. */
  readonly isProven: boolean;
  /** The port it came from: the balancer's. */
  readonly port: number;
  /** Sends something back the way it came. */
  readonly reply: (text: string) => Promise<void>;
}

/** What a backend does with a datagram. */
export type DatagramBehaviour = (arrived: Arrived, backend: UdpBackend) => void;

/** Answers GET with its name and the request. */
export function named({ text, reply }: Arrived, { name }: UdpBackend): void {
  if (text.startsWith("GET")) reply(`${name}: ${text}\n`);
}

/** Answers nothing. */
export function silent(): void {
  // As a server that hangs, or does not know the user.
}

/** A backend; gone at the end of the test. */
export class UdpBackend implements AsyncDisposable {
  readonly name: string;
  /** What came, in order. */
  readonly arrived: Arrived[] = [];
  /** What it does with the next datagram. */
  behaviour: DatagramBehaviour;
  readonly #tcp: TestBackend;
  readonly #socket: Deno.DatagramConn;
  readonly #receiving: Promise<void>;
  readonly #waiting: (() => void)[] = [];

  /** Listens on free ports. */
  constructor(name: string, behaviour: DatagramBehaviour = named) {
    this.name = name;
    this.behaviour = behaviour;
    this.#tcp = new TestBackend(name);
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    this.#receiving = this.#receive();
  }

  /** `127.0.0.1:PORT` for connections. */
  get address(): string {
    return this.#tcp.address;
  }

  /** `127.0.0.1:PORT` for datagrams. */
  get udpAddress(): string {
    return `127.0.0.1:${(this.#socket.addr as Deno.NetAddr).port}`;
  }

  /** What came, as text. */
  get texts(): string[] {
    return this.arrived.map(({ text }) => text);
  }

  /** Resolves when so many datagrams have come. */
  async has(count: number): Promise<void> {
    while (this.arrived.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await within(`${count} datagrams at ${this.name}: ${this.texts}`, promise);
    }
  }

  /** Sends to a port, from where it takes datagrams. */
  async send(bytes: Uint8Array, port: number): Promise<void> {
    await this.#socket.send(bytes, { transport: "udp", hostname: "127.0.0.1", port });
  }

  /** Is found down by health checks from now on. */
  async die(): Promise<void> {
    await this.#tcp.die();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#receiving;
    await this.#tcp[Symbol.asyncDispose]();
  }

  async #receive(): Promise<void> {
    for await (const [bytes, from] of this.#socket) {
      const prefixed = readDatagramPrefix(bytes);
      const read = prefixed === "broken" ? undefined : prefixed;
      const source = read?.origin?.source;
      const arrived: Arrived = {
        text: new TextDecoder().decode(read?.payload ?? bytes),
        client: source && `${source.ip} ${source.port}`,
        isProven: read?.origin?.isProven ?? false,
        port: (from as Deno.NetAddr).port,
        reply: async (text) => {
          // The socket may be closed by then, as that of a server that ended.
          await this.#socket.send(new TextEncoder().encode(text), from).catch(() => {});
        },
      };
      this.arrived.push(arrived);
      this.behaviour(arrived, this);
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}

/** The options of a service over these backends. */
export function over(
  ...backends: readonly UdpBackend[]
): Required<Pick<TestOptions, "backends" | "udpBackends" | "udpListen">> {
  return {
    udpListen: 0,
    backends: backends.map(({ address }) => address),
    udpBackends: backends.map(({ udpAddress }) => udpAddress),
  };
}

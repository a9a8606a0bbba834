/**
 * A backend that offers trunks, and answers on them what the test says, when it says so. On other
 * connections it answers `apart` and the line it was sent.
 */

import type { ByteStream } from "../../lib/core/ports.ts";
import { closeNow, writeAll } from "../../lib/net/orderly_close.ts";
import { PeekedStream } from "../../lib/net/peeked_stream.ts";
import { decideProxyHeader } from "../../lib/wire/proxy_protocol.ts";
import { TestBackend } from "./backends.ts";
import { TestBalancer, type TestOptions, type TestWorld } from "./test_balancer.ts";
import { within } from "./within.ts";

/** Bytes of a stream as lines. */
class Lines {
  readonly #stream: ByteStream;
  #held = "";

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** The next line; what is left at the end of input, then `undefined`. */
  async next(): Promise<string | undefined> {
    const chunk = new Uint8Array(4096);
    for (;;) {
      const at = this.#held.indexOf("\n");
      if (at >= 0) {
        const line = this.#held.slice(0, at);
        this.#held = this.#held.slice(at + 1);
        return line;
      }
      const count = await this.#stream.read(chunk);
      if (count === null) {
        const rest = this.#held;
        this.#held = "";
        return rest === "" ? undefined : rest;
      }
      this.#held += new TextDecoder().decode(chunk.subarray(0, count));
    }
  }
}

/** One trunk, from the server's side. */
export class TrunkEnd {
  readonly stream: ByteStream;
  /** What the balancer has sent, without pings: `1 127.0.0.1 PORT REG ann`. */
  readonly calls: string[] = [];
  /** Whether the balancer has ended its side. */
  hasEnded = false;
  /** Resolves when our end is closed. */
  readonly over: Promise<void>;

  constructor(stream: ByteStream, socket: ByteStream) {
    this.stream = stream;
    this.over = new Promise((resolve) => {
      const close = socket.close.bind(socket);
      socket.close = () => {
        resolve();
        close();
      };
    });
  }

  /** Ends it, with what is not answered yet. */
  close(): void {
    closeNow(this.stream);
  }

  /** Sends bytes as they are. */
  async say(text: string): Promise<void> {
    await writeAll(this.stream, new TextEncoder().encode(text));
  }

  /** Answers a request. */
  async answer(number: number, text: string): Promise<void> {
    await this.say(`${number} ${text.length}\n${text}`);
  }
}

/** The backend. */
export class TrunkBackend implements AsyncDisposable {
  /** How it answers `CAP` and `TRUNK`. */
  offer = "200 OK parley/1 get info trunk";
  welcome = "200 OK trunk/1";
  /** What it answers on a connection of its own. */
  answerApart = (line: string): string => `apart ${line}\n`;
  /** Trunks it was asked for, those that are over included. */
  readonly trunks: TrunkEnd[] = [];
  /** Lines on connections of their own. */
  readonly apart: string[] = [];
  readonly backend: TestBackend;
  #wake: (() => void)[] = [];

  constructor(port = 0) {
    this.backend = new TestBackend("trunk", (stream) => this.#serve(stream), port);
  }

  /** `127.0.0.1:PORT` */
  get address(): string {
    return this.backend.address;
  }

  /** Resolves when something is so, which is looked at whenever something comes. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const waiting = async (): Promise<void> => {
      while (!isSo()) await new Promise<void>((resolve) => this.#wake.push(resolve));
    };
    await within(what, waiting());
  }

  /** Waits for a request with this line on any trunk; gives the trunk and the number. */
  async asked(line: string): Promise<{ trunk: TrunkEnd; number: number }> {
    const find = (): [TrunkEnd, string] | undefined => {
      for (const trunk of this.trunks) {
        const call = trunk.calls.find((call) => call.split(" ").slice(3).join(" ") === line);
        if (call !== undefined) return [trunk, call];
      }
      return undefined;
    };
    await this.until(`"${line}"`, () => find() !== undefined);
    const [trunk, call] = find()!;
    return { trunk, number: Number.parseInt(call) };
  }

  async #serve(socket: ByteStream): Promise<void> {
    const stream = new PeekedStream(socket);
    const decision = await stream.peekUntil(decideProxyHeader, performance.now() + 60_000);
    if (decision?.state === "whole") stream.skip(decision.length);
    const lines = new Lines(stream);
    const line = await lines.next();
    if (line === undefined) return;
    const isTold = decision?.state === "whole" && decision.header.kind === "proxied";
    if (line === "CAP" && !isTold) return await reply(stream, `${this.offer}\r\n`);
    if (line !== "TRUNK 1") {
      this.apart.push(isTold ? `${decision.header.source.ip} ${line}` : line);
      this.#tell();
      return await reply(stream, this.answerApart(line));
    }
    await writeAll(stream, new TextEncoder().encode(`${this.welcome}\r\n`));
    const trunk = new TrunkEnd(stream, socket);
    this.trunks.push(trunk);
    this.#tell();
    try {
      for (;;) {
        const call = await lines.next();
        if (call === undefined) break;
        if (call === "PING") await trunk.say("PONG\n");
        else trunk.calls.push(call);
        this.#tell();
      }
    } finally {
      trunk.hasEnded = true;
      this.#tell();
    }
    await trunk.over;
  }

  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.backend.die();
  }
}

async function reply(stream: ByteStream, text: string): Promise<void> {
  await writeAll(stream, new TextEncoder().encode(text));
  await stream.closeWrite();
  while (await stream.read(new Uint8Array(4096)) !== null);
}

/** A balancer that has its trunks. */
export async function balanceByTrunk(
  backend: TrunkBackend,
  options: TestOptions = {},
  world: TestWorld = {},
): Promise<TestBalancer> {
  const balancer = new TestBalancer(
    { backends: [backend.address], trunk: true, ...options },
    world,
  );
  await balancer.tells(`Backend 0 is reached by 2 trunks: ${backend.address}`);
  return balancer;
}

/**
 * Small backends for the balancer's tests: one that serves well, and ones that misbehave on purpose.
 */

import { acceptConnections } from "../../lib/net/accept_loop.ts";
import { closeNow, writeAll } from "../../lib/net/orderly_close.ts";
import { listenTcp } from "../../lib/net/tcp.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { RecordedLog } from "./recorded_log.ts";

/** What a backend does with a connection; it closes it. */
export type Behaviour = (stream: ByteStream, backend: TestBackend) => Promise<void>;

/** A backend; gone at the end of the test, with all its connections. */
export class TestBackend implements AsyncDisposable {
  /** What it is called in its answers. */
  readonly name: string;
  readonly port: number;
  /** Connections it was given, those of health checks included. */
  accepted = 0;
  /** Connections on which something was sent. */
  asked = 0;
  /** What it does with the next connection. */
  behaviour: Behaviour;
  readonly #listener: Deno.TcpListener;
  readonly #accepting: Promise<void>;
  readonly #streams = new Set<ByteStream>();
  readonly #serving = new Set<Promise<void>>();

  /** Listens, on a free port unless told which. */
  constructor(name: string, behaviour: Behaviour = answering, port = 0) {
    this.name = name;
    this.behaviour = behaviour;
    this.#listener = listenTcp({ hostname: "127.0.0.1", port });
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#accepting = acceptConnections(this.#listener, ({ stream }) => {
      this.accepted++;
      this.#streams.add(stream);
      const serving = this.behaviour(stream, this).catch(() => {}).finally(() => {
        closeNow(stream);
        this.#streams.delete(stream);
        this.#serving.delete(serving);
      });
      this.#serving.add(serving);
    }, new RecordedLog());
  }

  /** `127.0.0.1:PORT` */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Connections it has at the moment. */
  get open(): number {
    return this.#streams.size;
  }

  /** Stops listening and lets go of every connection, as a process that is killed. */
  async die(): Promise<void> {
    closeNow(this.#listener as unknown as ByteStream);
    for (const stream of this.#streams) closeNow(stream);
    await this.#accepting;
    // One may have been accepted already, and come only now.
    for (const stream of this.#streams) closeNow(stream);
    await Promise.all(this.#serving);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.die();
  }
}

/** Reads to the end of input; counts the backend as asked when something came. */
async function readAll(stream: ByteStream, backend: TestBackend): Promise<string> {
  const chunk = new Uint8Array(64 * 1024);
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const count = await stream.read(chunk);
    if (count === null) return text + decoder.decode();
    if (text === "") backend.asked++;
    text += decoder.decode(chunk.subarray(0, count), { stream: true });
  }
}

/** Reads up to a LF; `undefined` when the input ends before. */
async function readLine(stream: ByteStream, backend: TestBackend): Promise<string | undefined> {
  const chunk = new Uint8Array(4096);
  let text = "";
  while (!text.includes("\n")) {
    const count = await stream.read(chunk);
    if (count === null) return undefined;
    if (text === "") backend.asked++;
    text += new TextDecoder().decode(chunk.subarray(0, count));
  }
  return text.slice(0, text.indexOf("\n"));
}

/** Answers a line with its name and the line, and closes: a one-shot server. */
export async function answering(stream: ByteStream, backend: TestBackend): Promise<void> {
  const line = await readLine(stream, backend);
  if (line === undefined) return;
  await writeAll(stream, new TextEncoder().encode(`${backend.name} ${line}\n`));
  await stream.closeWrite();
  while (await stream.read(new Uint8Array(4096)) !== null);
}

/** Sends everything back as it comes, and ends when the client ends. */
export async function echoing(stream: ByteStream, backend: TestBackend): Promise<void> {
  const chunk = new Uint8Array(64 * 1024);
  for (let first = true;; first = false) {
    const count = await stream.read(chunk);
    if (count === null) break;
    if (first) backend.asked++;
    await writeAll(stream, chunk.subarray(0, count));
  }
  await stream.closeWrite();
}

/** Reads to the end of input, and only then answers with its name and how much came. */
export async function counting(stream: ByteStream, backend: TestBackend): Promise<void> {
  const text = await readAll(stream, backend);
  await writeAll(stream, new TextEncoder().encode(`${backend.name} ${text.length}\n`));
}

/** Takes connections and never reads or writes. */
export async function hanging(stream: ByteStream): Promise<void> {
  await new Promise<void>((resolve) => {
    const close = stream.close.bind(stream);
    stream.close = () => {
      resolve();
      close();
    };
  });
}

/** Closes every connection at once. */
export function closingAtOnce(): Promise<void> {
  return Promise.resolve();
}

/** Answers as {@linkcode answering}, one byte in a write of its own each time. */
export async function trickling(stream: ByteStream, backend: TestBackend): Promise<void> {
  const line = await readLine(stream, backend);
  if (line === undefined) return;
  for (const byte of new TextEncoder().encode(`${backend.name} ${line}\n`)) {
    await writeAll(stream, Uint8Array.of(byte));
    await new Promise((resume) => setTimeout(resume, 1));
  }
}

/** Says hello, ends its side, and goes on reading: the half of the connection stays open. */
export async function halfOpen(stream: ByteStream, backend: TestBackend): Promise<void> {
  await writeAll(stream, new TextEncoder().encode(`${backend.name}\n`));
  await stream.closeWrite();
  await readAll(stream, backend);
}

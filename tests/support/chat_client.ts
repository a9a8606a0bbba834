/**
 * Talking to the login chat by hand, line by line, over a socket or a memory pair.
 */

import { assertEquals } from "@std/assert";
import type { ByteStream } from "../../lib/core/ports.ts";
import { closeNow, writeAll } from "../../lib/net/orderly_close.ts";
import { type Sendable, toBytes } from "./raw_tcp.ts";
import { within } from "./within.ts";

/** A client of the login chat that nobody here wrote. */
export class ChatClient implements Disposable {
  readonly #stream: ByteStream;
  readonly #chunk = new Uint8Array(64 * 1024);
  readonly #decoder = new TextDecoder();
  #lines: string[] = [];
  #rest = "";
  #isOver = false;

  /** Talks over a connection, which it closes. */
  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Connects to a login chat of this machine. */
  static async connect(port: number, hostname = "127.0.0.1"): Promise<ChatClient> {
    return new ChatClient(await within("a connection", Deno.connect({ hostname, port })));
  }

  /** Connects and registers or logs in. */
  static async enter(port: number, user: string, password = "secret"): Promise<ChatClient> {
    const client = await ChatClient.connect(port);
    await client.logIn(user, password);
    return client;
  }

  /** Logs in, which must succeed. */
  async logIn(user: string, password = "secret"): Promise<void> {
    await this.send(`C LOGIN ${user}\nC PASSWORD ${password}\n`);
    const answers = [await this.line(), await this.line()].join("; ");
    if (!/^C PASSWORD \w+; C 200 OK \w+$/.test(answers)) throw new Error(`${user}: ${answers}`);
  }

  /** Writes one piece. */
  async send(piece: Sendable): Promise<void> {
    await within("a write", writeAll(this.#stream, toBytes(piece)));
  }

  /** Ends our side only. */
  async finish(): Promise<void> {
    await this.#stream.closeWrite();
  }

  /** The next line without its line end; `undefined` when the server has ended. */
  async line(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#isOver) {
      const count = await within("a line", this.#stream.read(this.#chunk));
      this.#isOver = count === null;
      const text = this.#decoder.decode(this.#chunk.subarray(0, count ?? 0), { stream: true });
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop() ?? "";
      this.#lines = lines;
    }
    return this.#lines.shift();
  }

  /** The next so many lines. */
  async lines(count: number): Promise<(string | undefined)[]> {
    const lines = [];
    while (lines.length < count) lines.push(await this.line());
    return lines;
  }

  /** Every line up to the end of the connection. */
  async toTheEnd(): Promise<string[]> {
    const lines = [];
    for (let line; (line = await this.line()) !== undefined;) lines.push(line);
    return lines;
  }

  /** Sends lines and checks what is answered. */
  async expects(sent: string, ...answers: string[]): Promise<void> {
    await this.send(sent + "\n");
    assertEquals(await this.lines(answers.length), answers);
  }

  /** Who is online beside us. */
  async others(): Promise<string> {
    await this.send("C WHO\n");
    return (await this.line() ?? "").replace(/^C USERS ?/, "");
  }

  /** Lets go of the connection. */
  [Symbol.dispose](): void {
    closeNow(this.#stream);
  }
}

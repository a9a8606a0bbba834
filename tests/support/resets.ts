/**
 * Connections that are reset on purpose. Deno has no way to do that to a connection of its own; the
 * sockets of `node:net` have one, on newer versions.
 */

import { createServer, type Server, Socket } from "node:net";
import { within } from "./within.ts";

type Resettable = Socket & { resetAndDestroy?: () => void };

/** A server that sends something to who has sent something, and resets when it is told to. */
export class ResettingServer implements AsyncDisposable {
  /** Whether this version can reset. */
  static readonly isPossible: boolean = "resetAndDestroy" in Socket.prototype;
  /** For the name of a test that is not run without. */
  static readonly note: string = ResettingServer.isPossible ? "" : " (this Deno cannot reset)";
  readonly #server: Server;
  readonly #answered: Resettable[];

  private constructor(server: Server, answered: Resettable[]) {
    this.#server = server;
    this.#answered = answered;
  }

  /** Starts one that sends `text`. */
  static async start(text: string): Promise<ResettingServer> {
    const answered: Resettable[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket: Resettable) => {
      socket.on("error", () => {});
      socket.on("end", () => socket.end());
      socket.once("data", () => {
        socket.write(text);
        answered.push(socket);
      });
    });
    const listening = new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await within("a server of node:net", listening);
    return new ResettingServer(server, answered);
  }

  /** Resets those it has answered: once they have the text, which the reset would take along. */
  reset(): void {
    for (const socket of this.#answered.splice(0)) socket.resetAndDestroy?.();
  }

  /** `127.0.0.1:PORT` */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("It does not listen");
    return `127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Connects, sends, waits until something comes back, and resets. */
export async function resetConnection(port: number, text: string): Promise<void> {
  const socket: Resettable = new Socket();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.connect(port, "127.0.0.1", () => socket.write(text));
  socket.once("data", () => socket.resetAndDestroy?.());
  await within("a reset connection", closed);
}

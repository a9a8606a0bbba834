/**
 * A proxy that cuts the connection after so many bytes, both ways together.
 */

import { closeNow, writeAll } from "../../lib/net/orderly_close.ts";

/** A proxy for one connection after the other, each cut after what {@linkcode budget} says then. */
export class CuttingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #running: Promise<void>;
  /** Where it passes bytes on to. */
  target = 0;
  /** After how many bytes it cuts. */
  budget = Infinity;
  /** How often it did. */
  cuts = 0;

  constructor() {
    this.#running = this.#run();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #run(): Promise<void> {
    const open: Promise<unknown>[] = [];
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
      let left = this.budget;
      let isCut = false;
      const cut = (): void => {
        // Both ways may come to the end of it at once, which is one cut.
        if (!isCut) this.cuts++;
        isCut = true;
        closeNow(client);
        closeNow(server);
      };
      const copy = async (from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> => {
        const buffer = new Uint8Array(16 * 1024);
        for (let count; (count = await from.read(buffer)) !== null;) {
          await writeAll(to, buffer.subarray(0, Math.min(count, left)));
          if ((left -= count) <= 0) return cut();
        }
        await to.closeWrite();
      };
      open.push(
        Promise.allSettled([copy(client, server), copy(server, client)]).then(() => {
          closeNow(client);
          closeNow(server);
        }),
      );
    }
    await Promise.all(open);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#running;
  }
}

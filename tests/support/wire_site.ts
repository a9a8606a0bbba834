/** A status port with a wire view, fed with what a test says crossed the wire. */

import type { WireWatch } from "../../lib/observe/wire_watch.ts";
import { openStatus, type StatusServer } from "../../lib/observe/status_server.ts";
import { watchWire } from "../../lib/observe/wire_watch.ts";
import { wirePages } from "../../lib/observe/wire_pages.ts";
import { createDescriber } from "../../lib/wire/describe.ts";
import { latin1 } from "../samples/sample.ts";
import { RecordedLog } from "./recorded_log.ts";

const SERVER = { name: "server", ip: "192.0.2.1", port: 1235 };
const WAY = { service: "buddy", mayRelay: false } as const;
const SILENT = { lets: () => false, write() {} };
const NOTHING = { program: "Parley server", parts: {}, troubles: () => [] };

/** A status port that is open until the test ends. */
export class WireSite implements AsyncDisposable {
  readonly #watch: WireWatch;
  readonly #server: StatusServer;

  private constructor(watch: WireWatch, server: StatusServer) {
    this.#watch = watch;
    this.#server = server;
  }

  /** Opens one. */
  static async open(): Promise<WireSite> {
    const watch = watchWire({ trace: true, log: "text" }, createDescriber(), SILENT)!;
    const pages = wirePages(NOTHING.program, watch.record);
    const settings = { status: 0, statusHost: "127.0.0.1", statusNames: [] };
    const server = await openStatus(settings, NOTHING, {
      ...{ giveUp: () => Promise.resolve(), log: new RecordedLog(), more: pages },
    });
    return new WireSite(watch, server!);
  }

  /** Where it listens. */
  get port(): number {
    return this.#server.port;
  }

  /** The numbers of the messages that are kept. */
  get ids(): number[] {
    return this.#watch.record.after(0).map(({ id }) => id);
  }

  /** Has the client with a number, counted from 1, send a datagram to the server. */
  asks(client: number, text: string): void {
    const from = clientOf(client);
    this.#watch.trace.datagram({ ...WAY, from, to: SERVER, isToServer: true, bytes: latin1(text) });
  }

  /** Has the server answer it. */
  answers(client: number, text: string): void {
    const to = clientOf(client);
    this.#watch.trace.datagram({
      ...WAY,
      from: SERVER,
      to,
      isToServer: false,
      bytes: latin1(text),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
  }
}

function clientOf(number: number): { readonly ip: string; readonly port: number } {
  return { ip: `198.51.100.${number}`, port: 40_000 + number };
}

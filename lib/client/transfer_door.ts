/**
 * The port where files are offered to a client: connections within limits, each one offer.
 */

import { parseAddressSet } from "../core/ip_address.ts";
import { TRANSFER_LIMITS } from "../core/limits.ts";
import type { IncomingStream, Log } from "../core/ports.ts";
import { acceptConnections } from "../net/accept_loop.ts";
import { Admission } from "../net/admission.ts";
import { closeNow, OrderlyCloser } from "../net/orderly_close.ts";
import { type IncomingEnd, IncomingFiles } from "./incoming_files.ts";
import { TransferLink } from "./transfer_link.ts";
import type { TransferNews } from "./transfer_news.ts";

/**
 * New connections from one address, a second in the long run, and at once: each may ask a person
 * something.
 */
const ARRIVALS = { connectionRate: 0.2, connectionBurst: 10 } as const;

/** What the door tells. */
export interface DoorHandlers {
  /** Somebody offers files. Whoever is told answers, or refuses. */
  offered(files: IncomingFiles): void;
  /** What was offered is over: answered with no, received, or given up. */
  ended(files: IncomingFiles, end: IncomingEnd): void;
}

/** Takes offers from now on. */
export class TransferDoor {
  readonly #listener: Deno.TcpListener;
  readonly #handlers: DoorHandlers;
  readonly #news: TransferNews;
  readonly #closer = new OrderlyCloser();
  readonly #admission = new Admission({
    maxConnections: TRANSFER_LIMITS.connections,
    maxConnectionsPerAddress: TRANSFER_LIMITS.perAddress,
    ...ARRIVALS,
  }, parseAddressSet([]));
  readonly #open = new Map<IncomingFiles, Promise<void>>();
  readonly #accepting: Promise<void>;

  /** The listener is closed by {@linkcode TransferDoor.stop}. */
  constructor(
    listener: Deno.TcpListener,
    handlers: DoorHandlers,
    news: TransferNews,
    log: Log,
  ) {
    this.#listener = listener;
    this.#handlers = handlers;
    this.#news = news;
    this.#accepting = acceptConnections(listener, (incoming) => this.#take(incoming), log);
  }

  /** Where it is. */
  get port(): number {
    return this.#listener.addr.port;
  }

  #take({ stream, remoteIp }: IncomingStream): void {
    const place = this.#admission.enter();
    if (place === undefined) return closeNow(stream);
    if (place.claim(remoteIp, performance.now()) !== undefined) {
      place.leave();
      return closeNow(stream);
    }
    const link = new TransferLink(stream, this.#closer);
    let isOffered = false;
    const files = new IncomingFiles(link, remoteIp, this.#news, () => {
      isOffered = true;
      this.#handlers.offered(files);
    });
    const over = files.run().then((end) => {
      place.leave();
      this.#open.delete(files);
      if (isOffered) this.#handlers.ended(files, end);
    });
    this.#open.set(files, over);
  }

  /** Takes no more offers, and ends what is under way. */
  async stop(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const files of this.#open.keys()) files.cancel("the client ended");
    await Promise.all(this.#open.values());
    this.#closer.stop();
  }
}

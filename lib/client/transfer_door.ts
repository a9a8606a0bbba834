/**
 * The port where files are offered to a client: connections within limits, each one offer.
 *
 * Rules of this file:
 * - Who comes too often is told that we are busy, so that their client can say so.
 * - Offers that no person is asked about cost none of those that one may be asked.
 */

import { parseAddressSet } from "../core/ip_address.ts";
import { TRANSFER_LIMITS } from "../core/limits.ts";
import type { ByteStream, IncomingStream, Log } from "../core/ports.ts";
import { acceptConnections, type StreamListener } from "../net/accept_loop.ts";
import { Admission } from "../net/admission.ts";
import { closeNow, OrderlyCloser } from "../net/orderly_close.ts";
import { type IncomingEnd, IncomingFiles } from "./incoming_files.ts";
import { ToldFlood } from "./told_flood.ts";
import { TransferLink } from "./transfer_link.ts";
import type { TransferNews } from "./transfer_news.ts";
import { moreOffersLine, type OfferedBy } from "./transfer_screens.ts";

const PLACES = {
  maxConnections: TRANSFER_LIMITS.connections,
  maxConnectionsPerAddress: TRANSFER_LIMITS.perAddress,
} as const;

/** Where offers come. */
export interface OfferListener extends StreamListener {
  readonly addr: Deno.NetAddr;
  close(): void;
}

/** What the door tells. */
export interface DoorHandlers {
  /** Somebody offers files. Whoever is told answers, or refuses. */
  offered(files: IncomingFiles): void;
  /** What was offered is over: answered with no, received, or given up. */
  ended(files: IncomingFiles, end: IncomingEnd): void;
}

/** Takes offers from now on. */
export class TransferDoor {
  readonly #listener: OfferListener;
  readonly #handlers: DoorHandlers;
  readonly #news: TransferNews;
  readonly #closer = new OrderlyCloser();
  readonly #admission = new Admission({
    ...PLACES,
    connectionRate: TRANSFER_LIMITS.connectionRate,
    connectionBurst: TRANSFER_LIMITS.connectionBurst,
  }, parseAddressSet([]));
  readonly #questions = new Admission({
    ...PLACES,
    connectionRate: TRANSFER_LIMITS.questionRate,
    connectionBurst: TRANSFER_LIMITS.questionBurst,
  }, parseAddressSet([]));
  readonly #flood = new ToldFlood((count) => this.#news.show([moreOffersLine(count)]));
  readonly #open = new Map<IncomingFiles, Promise<void>>();
  readonly #turningAway = new Map<ByteStream, Promise<void>>();
  readonly #accepting: Promise<void>;

  /** The listener is closed by {@linkcode TransferDoor.stop}. */
  constructor(
    listener: OfferListener,
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

  /**
   * Whether a person is asked about an offer: not too often by one address, and only now and then
   * by strangers. Whoever is told no turns the offer down and says nothing of it.
   */
  mayAsk({ ip }: IncomingFiles, by: OfferedBy): boolean {
    const place = this.#questions.enter();
    const isOften = place?.claim(ip, performance.now()) !== undefined;
    place?.leave();
    return !isOften && (by.kind === "buddy" || this.mayTell());
  }

  /** Whether a person is told of one more offer that is turned down; otherwise it is counted. */
  mayTell(): boolean {
    return this.#flood.takes();
  }

  #take({ stream, remoteIp }: IncomingStream): void {
    const place = this.#admission.enter();
    if (place === undefined) return this.#turnAway(stream);
    if (place.claim(remoteIp, performance.now()) !== undefined) {
      place.leave();
      return this.#turnAway(stream);
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

  /** Says that we are busy, before anything is offered. Who comes beyond all bounds hears nothing. */
  #turnAway(stream: ByteStream): void {
    if (this.#turningAway.size >= TRANSFER_LIMITS.connections) return closeNow(stream);
    const over = new TransferLink(stream, this.#closer).close({ kind: "refuse", reason: "busy" })
      .then(() => {
        this.#turningAway.delete(stream);
      });
    this.#turningAway.set(stream, over);
  }

  /** Takes no more offers, and ends what is under way. */
  async stop(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    this.#flood.end();
    for (const stream of this.#turningAway.keys()) closeNow(stream);
    await Promise.all(this.#turningAway.values());
    for (const files of this.#open.keys()) files.cancel("the client ended");
    await Promise.all(this.#open.values());
    this.#closer.stop();
  }
}

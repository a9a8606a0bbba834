/**
 * Server-sent events to every page that is open. Nobody is waited for: a page that does not read
 * misses events, and a new one begins with the newest.
 */

import { MAX_EVENT_STREAMS } from "../core/limits.ts";
import { SAFE_HEADERS } from "./page.ts";

/** How many bytes may wait for one page before it misses events. */
const MAX_WAITING_BYTES = 256 * 1024;

/** The pages that listen. */
export class EventStreams {
  readonly #open = new Set<ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>>();
  readonly #most: number;
  #isClosed = false;

  /** Starts with none, and takes at most so many. */
  constructor(most: number = MAX_EVENT_STREAMS) {
    this.#most = most;
  }

  /** How many listen. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Answers a page that wants to listen.
   *
   * @param first what it is told at once: an event as {@linkcode encodeEvent} writes it
   */
  answer(first?: Uint8Array<ArrayBuffer>): Response {
    if (this.#isClosed || this.#open.size >= this.#most) {
      return tooManyStreams();
    }
    let own: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        own = controller;
        this.#open.add(own);
        if (first !== undefined) own.enqueue(first);
      },
      cancel: () => {
        this.#open.delete(own);
      },
    }, { highWaterMark: MAX_WAITING_BYTES, size: (chunk) => chunk?.length ?? 0 });
    return streamAnswer(body);
  }

  /** Tells all of them, but those who have not read what they were told before. */
  send(event: Uint8Array<ArrayBuffer>): void {
    for (const controller of this.#open) {
      if ((controller.desiredSize ?? 0) >= event.length) controller.enqueue(event);
    }
  }

  /** Ends every stream, and takes no new one. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#open) controller.close();
    this.#open.clear();
  }
}

/** Answers with events. */
export function streamAnswer(events: ReadableStream<Uint8Array<ArrayBuffer>>): Response {
  return new Response(events, {
    headers: { ...SAFE_HEADERS, "content-type": "text/event-stream; charset=utf-8" },
  });
}

/** Turns away a page that wants events, when too many have them already. */
export function tooManyStreams(): Response {
  return new Response("Too many pages are open here, close one\n", {
    status: 503,
    headers: SAFE_HEADERS,
  });
}

const encoder = new TextEncoder();

/** Writes an event; `data` goes as JSON, so a line end in it ends nothing. */
export function encodeEvent(name: string, data: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

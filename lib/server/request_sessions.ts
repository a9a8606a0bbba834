/**
 * Connections of one request each: a request in, an answer out, an orderly close. What a request is,
 * a protocol says.
 *
 * Rules of this file:
 * - It owns a connection from `serve` to its close.
 * - The deadline runs from the start of the connection to the end of the request, however the bytes
 *   trickle in. When it passes, the protocol says what a late client is told.
 * - A client that stops reading its answer is given the same time again for each part of it.
 * - A client that has sent one whole request and nothing else, as nearly all do, has its connection
 *   closed with the answer. Whoever sends in pieces or goes on behind the request may have more under
 *   way, which a reset would answer: those get a lingering close. For all, it would cost a tenth to a
 *   third of the durable requests a second (measured, clients that reset when they have the reply).
 * - Receive buffers are reused: a server at full load would otherwise make 50,000 a second.
 */

import type { Histogram } from "../core/histogram.ts";
import type { Link } from "../core/linked_list.ts";
import type { ByteStream, IncomingStream } from "../core/ports.ts";
import { DeadlineQueue } from "../net/deadline_queue.ts";
import { closeNow, OrderlyCloser, writeAll } from "../net/orderly_close.ts";
import { type Attention, RequestSession as Session } from "./request_session.ts";
import { OpenSessions } from "./open_sessions.ts";

/** Where a request is put together. */
export interface RequestBuffer {
  /** Bytes held that were not taken yet. */
  readonly length: number;
  /** The space to read into. */
  free(): Uint8Array;
  /** Says that so many bytes were put into it. */
  filled(count: number): void;
  /** Forgets everything, so that it can serve another connection. */
  reset(): void;
}

/** Who asks: the address, the connection's number for the log, and what is known of the way it came. */
export type Asker = Pick<
  IncomingStream,
  "remoteIp" | "connection" | "isSecure" | "isTrusted"
>;

/** What a request is, and what becomes of it. */
export interface RequestProtocol<Buffer extends RequestBuffer, Request> {
  makeBuffer(): Buffer;
  /**
   * The request in a buffer, or `undefined` when more bytes are needed; when the stream has ended
   * none come, and `undefined` is a close without an answer. Valid until the buffer is used again.
   */
  take(buffer: Buffer, hasEnded: boolean): Request | undefined;
  /** Whether a request has all come, so that nothing more of it can be under way. */
  isWhole(request: Request): boolean;
  /** Gives the answer; `undefined` is a close without one. */
  answer(request: Request, from: Asker, attention: Attention): Promise<Uint8Array | undefined>;
  /**
   * Gives the whole connection to somebody else, if the request asks for that, and nothing came
   * behind it: what this gives owns it then, and never rejects.
   */
  handOver?(request: Request, from: Asker): ((stream: ByteStream) => Promise<void>) | undefined;
  /** What a client is told that did not send its request in time. */
  late(buffer: Buffer): Uint8Array | undefined;
}

/** Who keeps count of what becomes of connections. */
export interface RequestTally {
  /** How long each answer took, where somebody wants to know. */
  readonly seconds: Histogram | undefined;
  /** Is told of a client whose request did not come in time. */
  late(from: Asker): void;
}

/** Serves connections of one request each. */
export class RequestSessions<Buffer extends RequestBuffer, Request> {
  readonly #protocol: RequestProtocol<Buffer, Request>;
  readonly #deadlines: DeadlineQueue;
  readonly #closer = new OrderlyCloser();
  readonly #sessions = new OpenSessions<Session<Buffer>>();
  readonly #buffers: Buffer[] = [];
  readonly #tally: RequestTally | undefined;

  /** Serves nobody yet. */
  constructor(
    protocol: RequestProtocol<Buffer, Request>,
    readDeadlineSeconds: number,
    tally?: RequestTally,
  ) {
    this.#protocol = protocol;
    this.#tally = tally;
    this.#deadlines = new DeadlineQueue(readDeadlineSeconds);
  }

  /** Serves one connection to its end. Takes ownership; never rejects. */
  async serve(incoming: IncomingStream): Promise<void> {
    const { stream } = incoming;
    const buffer = this.#buffers.pop() ?? this.#protocol.makeBuffer();
    const session = new Session(incoming, buffer);
    const open = this.#sessions.add(session);
    const deadline = this.#deadlines.add(() => this.#expire(session));
    try {
      // Read here: nearly every request comes in one piece, and an async function more for it is felt.
      let count = await stream.read(buffer.free());
      let request = this.#take(session, count, true);
      while (request === undefined && count !== null && !isExpired(session)) {
        count = await stream.read(buffer.free());
        request = this.#take(session, count, false);
      }
      deadline.cancel();
      const other = request === undefined || buffer.length > 0
        ? undefined
        : this.#protocol.handOver?.(request, incoming);
      if (other !== undefined) {
        this.#forget(open);
        return await other(stream);
      }
      if (request !== undefined) {
        session.phase = "answering";
        const seconds = this.#tally?.seconds;
        const begun = seconds === undefined ? 0 : performance.now();
        const answer = await this.#protocol.answer(request, incoming, session);
        seconds?.observe((performance.now() - begun) / 1000);
        if (answer !== undefined) {
          const sent = await stream.write(answer);
          if (sent < answer.length) await this.#sendRest(stream, answer.subarray(sent));
        }
      }
      if (session.isDone) closeNow(stream);
      else await this.#closer.close(stream, session.reading);
    } catch {
      // The client is gone, or the stop was faster; there is nobody to tell.
      deadline.cancel();
      closeNow(stream);
    }
    this.#forget(open);
  }

  #forget(open: Link<Session<Buffer>>): void {
    this.#sessions.ended(open);
    const { buffer } = open.value;
    buffer.reset();
    this.#buffers.push(buffer);
  }

  /**
   * Stops: what is being answered is finished, clients that have not asked yet are closed.
   *
   * @param graceMs how long answers may take before their connections are closed all the same
   */
  async stop(graceMs: number): Promise<void> {
    for (const { stream, phase } of this.#sessions) if (phase !== "answering") closeNow(stream);
    await this.#sessions.endWithin(graceMs, ({ stream }) => closeNow(stream));
    this.#deadlines.close();
    this.#closer.stop();
  }

  /** The request, once it is whole; a client that comes too late has none. */
  #take(session: Session<Buffer>, count: number | null, isFirst: boolean): Request | undefined {
    if (isExpired(session)) return undefined;
    const { buffer } = session;
    if (count !== null) buffer.filled(count);
    const request = this.#protocol.take(buffer, count === null);
    session.isDone = count === null ||
      (isFirst && buffer.length === 0 && request !== undefined && this.#protocol.isWhole(request));
    return request;
  }

  /** Sends what of a long answer did not fit the system's buffer at once. */
  async #sendRest(stream: ByteStream, rest: Uint8Array): Promise<void> {
    for (let at = 0; at < rest.length;) {
      const deadline = this.#deadlines.add(() => closeNow(stream));
      try {
        at += await stream.write(rest.subarray(at));
      } finally {
        deadline.cancel();
      }
    }
  }

  /** Tells a client that it took too long, while a read of it is still pending. */
  async #expire(session: Session<Buffer>): Promise<void> {
    const { incoming, stream, buffer } = session;
    session.phase = "expired";
    this.#tally?.late(incoming);
    this.#closer.closeLater(stream);
    try {
      const late = this.#protocol.late(buffer);
      if (late !== undefined) await writeAll(stream, late);
      await stream.closeWrite();
    } catch {
      // Gone by itself; the pending read has noticed.
    }
  }
}

function isExpired(session: Session<unknown>): boolean {
  return session.phase === "expired";
}

/**
 * Buddy requests over TCP: one line in, one reply out, an orderly close. Rules: protocols/buddy.md.
 *
 * Rules of this file:
 * - It owns a connection from `serve` to its close.
 * - The deadline runs from the start of the connection to the end of the request line, however the
 *   bytes trickle in. It passes: `201 INVALID` where something was sent, else just a close.
 * - A client that stops reading its reply is given the same time again for each part of it.
 * - A client that has sent one whole line and nothing else, as nearly all do, has its connection
 *   closed with the reply. Whoever sends in pieces or goes on behind the line may have more under
 *   way, which a reset would answer: those get a lingering close. For all, it would cost a tenth to a
 *   third of the durable requests a second (measured, clients that reset when they have the reply).
 * - Receive buffers are reused: a server at full load would otherwise make 50,000 a second.
 */

import { MAX_BUDDY_LINE_BYTES } from "../core/limits.ts";
import type { ByteStream, IncomingStream } from "../core/ports.ts";
import { DeadlineQueue } from "../net/deadline_queue.ts";
import { closeNow, OrderlyCloser, writeAll } from "../net/orderly_close.ts";
import { REPLIES } from "../wire/buddy_reply.ts";
import { ReceiveBuffer } from "../wire/receive_buffer.ts";

/** Gives the reply to a request line; see `BuddyRequests.answer`. */
export type Answer = (
  line: Uint8Array | undefined,
  fromIp: string,
) => Promise<Uint8Array | undefined>;

interface Session {
  readonly stream: ByteStream;
  readonly buffer: ReceiveBuffer;
  /** Whether nothing more is to be expected from the client. */
  isDone: boolean;
  phase: "reading" | "answering" | "expired";
}

/** What reading a request came to. */
type Reading =
  | { readonly kind: "line"; readonly line: Uint8Array | undefined }
  | { readonly kind: "nothing" };

const NOTHING: Reading = { kind: "nothing" };
const OVERLONG: Reading = { kind: "line", line: undefined };

/** Serves buddy connections. */
export class BuddySessions {
  readonly #answer: Answer;
  readonly #deadlines: DeadlineQueue;
  readonly #closer = new OrderlyCloser();
  readonly #sessions = new Set<Session>();
  readonly #buffers: ReceiveBuffer[] = [];
  #whenEmpty: (() => void) | undefined;

  constructor(answer: Answer, readDeadlineSeconds: number) {
    this.#answer = answer;
    this.#deadlines = new DeadlineQueue(readDeadlineSeconds);
  }

  /** Serves one connection to its end. Takes ownership; never rejects. */
  async serve({ stream, remoteIp }: IncomingStream): Promise<void> {
    const buffer = this.#buffers.pop() ?? new ReceiveBuffer(MAX_BUDDY_LINE_BYTES);
    const session: Session = { stream, buffer, isDone: false, phase: "reading" };
    this.#sessions.add(session);
    const deadline = this.#deadlines.add(() => this.#expire(session));
    try {
      const reading = await this.#readRequest(session);
      deadline.cancel();
      if (reading.kind === "line") {
        session.phase = "answering";
        const reply = await this.#answer(reading.line, remoteIp);
        if (reply !== undefined) await this.#send(stream, reply);
      }
      if (session.isDone) closeNow(stream);
      else await this.#closer.close(stream);
    } catch {
      // The client is gone, or the stop was faster; there is nobody to tell.
      deadline.cancel();
      closeNow(stream);
    }
    this.#sessions.delete(session);
    buffer.reset();
    this.#buffers.push(buffer);
    if (this.#sessions.size === 0) this.#whenEmpty?.();
  }

  /**
   * Stops: what is being answered is finished, clients that have not asked yet are closed.
   *
   * @param graceMs how long answers may take before their connections are closed all the same
   */
  async stop(graceMs: number): Promise<void> {
    for (const { stream, phase } of this.#sessions) if (phase !== "answering") closeNow(stream);
    const timer = setTimeout(() => {
      for (const { stream } of this.#sessions) closeNow(stream);
    }, graceMs);
    if (this.#sessions.size > 0) {
      await new Promise<void>((resolve) => this.#whenEmpty = resolve);
    }
    clearTimeout(timer);
    this.#deadlines.close();
    this.#closer.stop();
  }

  async #readRequest(session: Session): Promise<Reading> {
    const { stream, buffer } = session;
    for (let isFirst = true;; isFirst = false) {
      const count = await stream.read(buffer.free());
      if (isExpired(session)) return NOTHING;
      if (count === null) {
        session.isDone = true;
        return buffer.length === 0 ? NOTHING : { kind: "line", line: buffer.takeRest() };
      }
      buffer.filled(count);
      const line = buffer.takeLine();
      if (line !== undefined) {
        session.isDone = isFirst && buffer.length === 0;
        return { kind: "line", line };
      }
      if (buffer.overflowed) return OVERLONG;
    }
  }

  /** Sends a reply. Only a long list does not fit the system's buffer at once, and has to wait. */
  async #send(stream: ByteStream, reply: Uint8Array): Promise<void> {
    let sent = await stream.write(reply);
    while (sent < reply.length) {
      const deadline = this.#deadlines.add(() => closeNow(stream));
      try {
        sent += await stream.write(reply.subarray(sent));
      } finally {
        deadline.cancel();
      }
    }
  }

  /** Tells a client that it took too long, while a read of it is still pending. */
  async #expire(session: Session): Promise<void> {
    const { stream, buffer } = session;
    session.phase = "expired";
    this.#closer.closeLater(stream);
    try {
      if (buffer.length > 0) await writeAll(stream, REPLIES[201]);
      await stream.closeWrite();
    } catch {
      // Gone by itself; the pending read has noticed.
    }
  }
}

function isExpired(session: Session): boolean {
  return session.phase === "expired";
}

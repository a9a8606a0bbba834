/**
 * Ending a connection so that the other side gets all we sent. Closing a socket that has unread
 * input makes the system send a reset, and a reset can take our last bytes with it. So: finish our
 * side, then read and drop until the other side has finished, within bounds.
 */

import { DRAIN_SECONDS, MAX_DRAIN_BYTES } from "../core/limits.ts";
import type { ByteStream } from "../core/ports.ts";
import { DeadlineQueue } from "./deadline_queue.ts";

/** Writes all of `bytes`, however many pieces that takes. Rejects when the connection is gone. */
export async function writeAll(
  stream: Pick<ByteStream, "write">,
  bytes: Uint8Array,
): Promise<void> {
  let written = await stream.write(bytes);
  while (written < bytes.length) written += await stream.write(bytes.subarray(written));
}

/** Closes and does not mind if that was done before. */
export function closeNow(stream: Pick<ByteStream, "close">): void {
  try {
    stream.close();
  } catch {
    // Closed by somebody who was faster: a deadline, a stop.
  }
}

/** What is dropped may all go to one place: nobody reads it. */
const SINK = new Uint8Array(16 * 1024);

/** Closes connections in an orderly way, all with the same bounds. */
export class OrderlyCloser {
  readonly #deadlines: DeadlineQueue;

  /** Waits at most `seconds` for the other side of each stream. */
  constructor(seconds: number = DRAIN_SECONDS) {
    this.#deadlines = new DeadlineQueue(seconds);
  }

  /**
   * Ends our side, drops what the other side still sends, and closes when it has ended, sent more
   * than {@linkcode MAX_DRAIN_BYTES}, or let the time pass. Takes ownership; never rejects.
   *
   * @param reading a read that is under way already, if there is one
   */
  close(stream: ByteStream, reading?: Promise<number | null>): Promise<void> {
    return new Promise((resolve) => {
      let drained = 0;
      const finish = (): void => {
        deadline.cancel();
        closeNow(stream);
        resolve();
      };
      const drain = (reading = stream.read(SINK)): void => {
        reading.then((count) => {
          if (count === null || (drained += count) > MAX_DRAIN_BYTES) finish();
          else drain();
        }, finish);
      };
      const deadline = this.#deadlines.add(finish);
      stream.closeWrite().then(() => drain(reading), finish);
    });
  }

  /**
   * Closes a stream when the time has passed, whatever it is doing: for one that somebody is still
   * reading from, whose read then rejects.
   */
  closeLater(stream: ByteStream): void {
    this.#deadlines.add(() => closeNow(stream));
  }

  /** Forgets its deadlines. Connections still closing are the caller's to close. */
  stop(): void {
    this.#deadlines.close();
  }
}

/**
 * Whether the server still has us: datagrams go nowhere without a word, so it is asked over TCP now
 * and then. An older server cannot tell, and is not asked again.
 */

import { reasonOf, UnreachableError } from "../core/errors.ts";
import { HungUpError } from "../net/exchange.ts";
import { NO_MEMBER, type RoomAnswer } from "../wire/room_answer.ts";

/** Who is told. */
export interface RoomWatchListener {
  /** The server answers no more, and why. */
  silent(reason: string): void;
  /** It answers again. */
  back(): void;
  /** It does not know us: it was started anew, or heard nothing of us for too long. */
  lost(): void;
}

/** Asks until it is ended. */
export class RoomWatch {
  readonly #ask: () => Promise<RoomAnswer>;
  readonly #listener: RoomWatchListener;
  readonly #timer: ReturnType<typeof setInterval>;
  #hasAnswered = false;
  #isAsking = false;
  #isSilent = false;
  #isOver = false;

  /** Asks `who` every so many seconds. */
  constructor(ask: () => Promise<RoomAnswer>, listener: RoomWatchListener, seconds: number) {
    this.#ask = ask;
    this.#listener = listener;
    this.#timer = setInterval(() => this.#look(), seconds * 1000);
  }

  /** Whether the server did not answer when it was asked last. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Ends it: nobody is told anything any more. */
  end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    // It may take longer than until the next time.
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const answer = await this.#ask();
      if (!this.#isOver) this.#answered(answer);
    } catch (error) {
      if (!this.#isOver) this.#failed(error);
    }
    this.#isAsking = false;
  }

  #answered(answer: RoomAnswer): void {
    this.#hasAnswered = true;
    if (this.#isSilent) this.#listener.back();
    this.#isSilent = false;
    // Any other refusal, as of a server that is busy, tells nothing of us.
    if (answer.success || answer.error !== NO_MEMBER) return;
    this.end();
    this.#listener.lost();
  }

  #failed(error: unknown): void {
    if (!(error instanceof UnreachableError)) throw error;
    if (error instanceof HungUpError && !this.#hasAnswered) return this.end();
    if (!this.#isSilent) this.#listener.silent(reasonOf(error));
    this.#isSilent = true;
  }
}

/**
 * Whether the server still has us: datagrams go nowhere without a word, so it is asked over TCP now
 * and then. An older server cannot tell, and is not asked again.
 */

import { reasonOf, UnreachableError } from "../core/errors.ts";
import { retryWait } from "../core/retry.ts";
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
  readonly #seconds: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasAnswered = false;
  /** How often it did not answer since it last did. */
  #failures = 0;
  #isOver = false;

  /** Asks `who` every so many seconds, and a server that is silent sooner. */
  constructor(ask: () => Promise<RoomAnswer>, listener: RoomWatchListener, seconds: number) {
    this.#ask = ask;
    this.#listener = listener;
    this.#seconds = seconds;
    this.#wait();
  }

  #wait(): void {
    if (this.#isOver) return;
    const usual = this.#seconds * 1000;
    const wait = this.#failures === 0
      ? usual
      : Math.min(usual, retryWait(this.#failures, Math.random()));
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  /** Whether the server did not answer when it was asked last. */
  get isSilent(): boolean {
    return this.#failures > 0;
  }

  /** Ends it: nobody is told anything any more. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const answer = await this.#ask();
      if (!this.#isOver) this.#answered(answer);
    } catch (error) {
      if (!this.#isOver) this.#failed(error);
    }
    this.#wait();
  }

  #answered(answer: RoomAnswer): void {
    this.#hasAnswered = true;
    const wasSilent = this.isSilent;
    this.#failures = 0;
    if (wasSilent) this.#listener.back();
    // Any other refusal, as of a server that is busy, tells nothing of us.
    if (answer.success || answer.error !== NO_MEMBER) return;
    this.end();
    this.#listener.lost();
  }

  #failed(error: unknown): void {
    if (!(error instanceof UnreachableError)) throw error;
    if (error instanceof HungUpError && !this.#hasAnswered) return this.end();
    this.#failures++;
    if (this.#failures === 1) this.#listener.silent(reasonOf(error));
  }
}

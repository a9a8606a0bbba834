/** Keeps what the charts show, and tells every open page once a second. */

import { VERSION } from "../core/version.ts";
import { encodeEvent, EventStreams } from "./event_streams.ts";
import { History } from "./history.ts";
import { statusPage, statusSections } from "./status_page.ts";
import type { Observed } from "./status_view.ts";

/** How often a moment is kept and pages are told, in milliseconds. */
const SAMPLE_MS = 1000;

/** The status page and what keeps it live. */
export class StatusBoard {
  readonly #observed: Observed;
  readonly #links: readonly (readonly [href: string, name: string])[];
  readonly #history = new History();
  readonly #streams = new EventStreams();
  readonly #startedAt = performance.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** A board for a program; `links` lead to its other pages. */
  constructor(observed: Observed, links: readonly (readonly [href: string, name: string])[]) {
    this.#observed = observed;
    this.#links = [["/", "Status"], ...links];
  }

  /** Begins to keep what the charts show. */
  start(): void {
    this.#sample();
    this.#timer = setInterval(() => {
      this.#sample();
      if (this.#streams.size > 0) this.#streams.send(this.#event());
    }, SAMPLE_MS);
  }

  /** Ends every open page's stream. */
  stop(): void {
    clearInterval(this.#timer);
    this.#streams.close();
  }

  /** The page as it is now: all of it, without a script. */
  page(): Response {
    return statusPage(this.#observed.program, this.#links, this.#sections());
  }

  /** What is new, from now on. */
  events(): Response {
    return this.#streams.answer(this.#event());
  }

  /** Everything, for programs. */
  state(): Readonly<Record<string, unknown>> {
    const troubles = this.#observed.troubles();
    return {
      program: this.#observed.program,
      version: VERSION,
      upSeconds: Math.round(this.#upMs / 1000),
      ready: troubles.length === 0,
      troubles,
      ...this.#observed.state(),
    };
  }

  get #upMs(): number {
    return performance.now() - this.#startedAt;
  }

  #sample(): void {
    this.#history.sample(this.#observed.activities(), performance.now());
  }

  #sections(): ReturnType<typeof statusSections> {
    return statusSections({
      troubles: this.#observed.troubles(),
      upMs: this.#upMs,
      courses: this.#history.courses(),
      ...this.#observed.view(),
    });
  }

  #event(): Uint8Array<ArrayBuffer> {
    const texts = this.#sections().map(({ id, content }) => [id, content.text]);
    return encodeEvent("view", Object.fromEntries(texts));
  }
}

/** Keeps what the charts show, and tells every open page once a second. */

import { VERSION } from "../core/version.ts";
import { encodeEvent, EventStreams } from "./event_streams.ts";
import { History } from "./history.ts";
import { gauge, metricsText } from "./metrics.ts";
import { ProcessPart } from "./process_part.ts";
import { statusPage, statusSections } from "./status_page.ts";
import type { Observed, Part } from "./status_view.ts";

/** How often a moment is kept and pages are told, in milliseconds. */
const SAMPLE_MS = 1000;

/** The status page and what keeps it live. */
export class StatusBoard {
  readonly #observed: Observed;
  readonly #links: readonly (readonly [href: string, name: string])[];
  readonly #history = new History();
  readonly #streams = new EventStreams();
  readonly #startedAt = performance.now();
  readonly #process = new ProcessPart();
  #isStopping = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** A board for a program; `links` lead to its other pages. */
  constructor(observed: Observed, links: readonly (readonly [href: string, name: string])[]) {
    this.#observed = observed;
    this.#links = [["/", "Status"], ...links];
  }

  /** Begins to keep what the charts show. */
  start(): void {
    this.#process.start();
    this.#sample();
    this.#timer = setInterval(() => {
      this.#sample();
      if (this.#streams.size > 0) this.#streams.send(this.#event());
    }, SAMPLE_MS);
  }

  /** Says from now on that the program takes nothing new. */
  stopping(): void {
    this.#isStopping = true;
  }

  /** Why no work should be sent here. */
  troubles(): string[] {
    const stopping = this.#isStopping ? ["draining: the program is being stopped"] : [];
    return [...stopping, ...this.#observed.troubles()];
  }

  /** Ends every open page's stream. */
  stop(): void {
    this.#process.stop();
    clearInterval(this.#timer);
    this.#streams.close();
  }

  /**
   * The page as it is now: all of it, without a script.
   *
   * @param isLocal whether whoever asks is on this machine, where changes may be made
   */
  page(isLocal: boolean): Response {
    const { program, change } = this.#observed;
    return statusPage({
      ...{ program, links: this.#links, sections: this.#sections() },
      changes: change === undefined ? "none" : isLocal ? "here" : "elsewhere",
    });
  }

  /** What is new, from now on. */
  events(): Response {
    return this.#streams.answer(this.#event());
  }

  /** Everything, for programs. */
  state(): Readonly<Record<string, unknown>> {
    const troubles = this.troubles();
    return {
      program: this.#observed.program,
      version: VERSION,
      upSeconds: Math.round(this.#upMs / 1000),
      ready: troubles.length === 0,
      troubles,
      ...Object.fromEntries(
        Object.entries(this.#parts).map(([name, part]) => [name, part.state()]),
      ),
    };
  }

  /** Everything, for Prometheus. */
  metrics(): string {
    const ready = this.troubles().length === 0 ? 1 : 0;
    return metricsText([
      gauge("parley_build_info", "The version that runs", [[{ version: VERSION }, 1]]),
      gauge("parley_ready", "Whether work should be sent here, as /readyz says", [[{}, ready]]),
      ...this.#each((part) => part.families()).flat(),
    ]);
  }

  get #upMs(): number {
    return performance.now() - this.#startedAt;
  }

  get #parts(): Readonly<Record<string, Part>> {
    return { ...this.#observed.parts, process: this.#process };
  }

  #each<T>(tell: (part: Part) => T): T[] {
    return Object.values(this.#parts).map(tell);
  }

  #sample(): void {
    this.#history.sample(this.#each((part) => part.activities()).flat(), performance.now());
  }

  #sections(): ReturnType<typeof statusSections> {
    return statusSections({
      troubles: this.troubles(),
      upMs: this.#upMs,
      courses: this.#history.courses(),
      views: this.#each((part) => part.view()),
    });
  }

  #event(): Uint8Array<ArrayBuffer> {
    const texts = this.#sections().map(({ id, content }) => [id, content.text]);
    return encodeEvent("view", Object.fromEntries(texts));
  }
}

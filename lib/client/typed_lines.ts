/**
 * The lines somebody types, for whoever wants the next one. A line that was waited for and is not
 * wanted any more, because something else happened first, is the next one's.
 */

import type { Terminal } from "./terminal.ts";

/** How waiting for a line ended. */
export type Awaited<Other> =
  | { readonly kind: "line"; readonly text: string }
  /** There are no more. */
  | { readonly kind: "end" }
  /** Something else happened first. */
  | { readonly kind: "other"; readonly what: Other };

/** Lines of one terminal. */
export class TypedLines {
  readonly #terminal: Terminal;
  #next: Promise<string | undefined> | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** The next line, unless something else happens first. */
  async next<Other>(other: Promise<Other>): Promise<Awaited<Other>> {
    return await this.#race(this.#terminal.nextLine, other);
  }

  /** As {@linkcode TypedLines.next}, for what nobody may see. */
  async nextSecret<Other>(other: Promise<Other>): Promise<Awaited<Other>> {
    return await this.#race(this.#terminal.nextSecret, other);
  }

  async #race<Other>(
    read: () => Promise<string | undefined>,
    other: Promise<Other>,
  ): Promise<Awaited<Other>> {
    this.#next ??= read.call(this.#terminal);
    const line = this.#next.then((text): Awaited<Other> =>
      text === undefined ? { kind: "end" } : { kind: "line", text }
    );
    const first = await Promise.race([
      line,
      other.then((what) => ({ kind: "other", what }) as const),
    ]);
    if (first.kind === "line") this.#next = undefined;
    return first;
  }
}

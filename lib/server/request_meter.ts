/**
 * What became of requests: how many of each kind got which reply, and how long they took. Counted on
 * the hot path: plain numbers in objects of one shape, nothing is allocated.
 */

import { Histogram } from "../core/histogram.ts";
import { beginSpan, type Span } from "../core/spans.ts";
import { counter, type Family, histogram, type Labels, type Sample } from "../observe/metrics.ts";

/** Counts the requests of one protocol. */
export class RequestMeter<Kind extends string, Reply extends string | number> {
  readonly #counts: Readonly<Record<Kind, Record<Reply, number>>>;
  readonly #service: string;
  /** How long requests took, in seconds; `undefined` where nobody looks at it. */
  readonly seconds: Histogram | undefined;

  /**
   * Starts from nothing.
   *
   * @param isTimed whether to measure how long requests take, which costs two looks at the clock
   */
  constructor(
    service: string,
    names: { readonly kinds: readonly Kind[]; readonly replies: readonly Reply[] },
    isTimed: boolean,
  ) {
    const { kinds, replies } = names;
    const row = (): Record<Reply, number> =>
      Object.fromEntries(replies.map((reply) => [reply, 0])) as Record<Reply, number>;
    this.#counts = Object.fromEntries(kinds.map((kind) => [kind, row()])) as Record<
      Kind,
      Record<Reply, number>
    >;
    this.#service = service;
    this.seconds = isTimed ? new Histogram() : undefined;
  }

  /** Begins the span of a request, where spans are exported; `count` ends it. */
  begin(kind: Kind): Span | undefined {
    return beginSpan(`${this.#service} ${kind}`);
  }

  /** Counts one. */
  count(kind: Kind, reply: Reply, span?: Span): void {
    this.#counts[kind][reply]++;
    if (span === undefined) return;
    span.setAttribute("parley.reply", String(reply));
    span.end();
  }

  /** How many there were in all. */
  get total(): number {
    return this.#rows().reduce((sum, [, count]) => sum + count, 0);
  }

  /** How many there were of each kind, whatever the reply. */
  byKind(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const [{ kind = "" }, count] of this.#rows()) sums[kind] = (sums[kind] ?? 0) + count;
    return sums;
  }

  /** Its figures; a kind that never got a reply has none for it. */
  families(): Family[] {
    const labels: Labels = { service: this.#service };
    return [
      counter(
        "parley_requests_total",
        "Requests over TCP by kind and reply",
        this.#rows().filter(([, count]) => count > 0)
          .map(([names, count]) => [{ ...labels, ...names }, count]),
      ),
      histogram(
        "parley_request_seconds",
        "Time from a whole request to its answer",
        this.seconds === undefined ? [] : [[labels, this.seconds]],
      ),
    ];
  }

  #rows(): Sample[] {
    return Object.entries<Record<Reply, number>>(this.#counts).flatMap(([kind, replies]) =>
      Object.entries<number>(replies).map(([reply, count]): Sample => [{ kind, reply }, count])
    );
  }
}

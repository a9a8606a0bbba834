/**
 * What became of requests: how many of each kind got which reply, and how long they took. Counted on
 * the hot path: plain numbers in objects of one shape, nothing is allocated. Only where the log
 * writes a line for each, or spans are exported, more is done for a request.
 */

import { Histogram } from "../core/histogram.ts";
import type { Log, LogFields } from "../core/ports.ts";
import { beginSpan, type Span } from "../core/spans.ts";
import { counter, type Family, histogram, type Labels, type Sample } from "../observe/metrics.ts";
import type { Asker } from "./request_sessions.ts";

/** A request under way that somebody wants to hear of. */
export interface RequestMark {
  readonly span: Span | undefined;
  /** By `performance.now()`. */
  readonly begun: number;
}

/** What became of a request, for the log. */
export interface RequestStory<Kind, Reply> {
  readonly kind: Kind;
  readonly reply: Reply;
  readonly from: string;
  /** What the log calls its connection. */
  readonly connection: number | undefined;
  /** Who and what it was about, and why it was refused. */
  readonly more: LogFields;
}

/** How a meter is kept. */
export interface MeterSettings {
  /** Whether to measure how long requests take, which costs two looks at the clock. */
  readonly isTimed: boolean;
  /** Is told of each request, where it writes such lines at all. */
  readonly log: Log;
}

/** Counts the requests of one protocol. */
export class RequestMeter<Kind extends string, Reply extends string | number> {
  readonly #counts: Readonly<Record<Kind, Record<Reply, number>>>;
  readonly #replies: Readonly<Record<Kind, readonly Reply[]>>;
  readonly #service: string;
  readonly #log: Log | undefined;
  #late = 0;
  /** How long requests took, in seconds; `undefined` where nobody looks at it. */
  readonly seconds: Histogram | undefined;

  /**
   * Starts from nothing.
   *
   * @param replies what each kind of request may lead to
   */
  constructor(
    service: string,
    replies: Readonly<Record<Kind, readonly Reply[]>>,
    { isTimed, log }: MeterSettings,
  ) {
    const all = Object.values<readonly Reply[]>(replies).flat();
    const row = (): Record<Reply, number> =>
      Object.fromEntries(all.map((reply) => [reply, 0])) as Record<Reply, number>;
    this.#counts = Object.fromEntries(Object.keys(replies).map((kind) => [kind, row()])) as Record<
      Kind,
      Record<Reply, number>
    >;
    this.#replies = replies;
    this.#service = service;
    this.#log = log.isOn("debug") ? log : undefined;
    this.seconds = isTimed ? new Histogram() : undefined;
  }

  /** Begins a request; `undefined` where nobody wants to hear of each. */
  begin(kind: Kind): RequestMark | undefined {
    const span = beginSpan(`${this.#service} ${kind}`);
    if (span === undefined && this.#log === undefined) return undefined;
    return { span, begun: performance.now() };
  }

  /** Counts one. */
  count(kind: Kind, reply: Reply): void {
    this.#counts[kind][reply]++;
  }

  /** Tells of one that was begun. */
  tell({ span, begun }: RequestMark, story: RequestStory<Kind, Reply>): void {
    const { kind, reply, from, connection, more } = story;
    span?.setAttribute("parley.reply", String(reply));
    span?.end();
    const ms = Math.round((performance.now() - begun) * 1000) / 1000;
    this.#log?.debug("Request", {
      ...{ connection, service: this.#service, kind, reply, ...more, from, ms },
    });
  }

  /** Counts a connection whose request did not come in time. */
  late({ remoteIp: from, connection }: Asker): void {
    this.#late++;
    this.#log?.debug("No request in time", { connection, service: this.#service, from });
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

  /** Its figures, those that may still come as well: a rate needs the nought before the one. */
  families(): Family[] {
    const labels: Labels = { service: this.#service };
    return [
      counter(
        "parley_requests_total",
        "Requests over TCP by kind and reply",
        this.#rows().map(([names, count]) => [{ ...labels, ...names }, count]),
      ),
      counter("parley_requests_late_total", "Connections whose request did not come in time", [
        [labels, this.#late],
      ]),
      histogram(
        "parley_request_seconds",
        "Time from a whole request to its answer",
        this.seconds === undefined ? [] : [[labels, this.seconds]],
      ),
    ];
  }

  /** Every reply there was, or may be. */
  #rows(): Sample[] {
    return (Object.keys(this.#counts) as Kind[]).flatMap((kind) =>
      Object.entries<number>(this.#counts[kind])
        .filter(([reply, count]) => count > 0 || this.#replies[kind].map(String).includes(reply))
        .map(([reply, count]): Sample => [{ kind, reply }, count])
    );
  }
}

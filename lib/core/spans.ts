/**
 * Spans of OpenTelemetry: what took how long, for a collector somewhere else. Deno exports them where
 * its environment says `OTEL_DENO=true`; everywhere else there are none, and nothing is paid for them.
 *
 * Whether they are exported shows in the global that every OpenTelemetry API for JavaScript meets at.
 * `Deno.telemetry` is there always, and asking it for a span where nothing is exported throws (2.9) or
 * ends the process (2.6).
 */

/** A value that may stand beside a span. */
export type SpanValue = string | number | boolean;

/** Something that goes on, until it is ended. No attribute may hold a secret or a person's text. */
export interface Span {
  /** Says something about it. */
  setAttribute(name: string, value: SpanValue): unknown;
  /** Gives it another name. */
  updateName(name: string): unknown;
  /** It is over. */
  end(): void;
}

interface OpenTelemetryApi {
  readonly trace?: {
    getTracer(name: string): {
      startSpan(name: string, options?: { attributes?: Readonly<Record<string, SpanValue>> }): Span;
    };
  };
  readonly context?: { active(): { getValue(key: symbol): unknown } };
}

const API = (globalThis as Record<symbol, unknown>)[Symbol.for("opentelemetry.js.api.1")] as
  | OpenTelemetryApi
  | undefined;

const TRACER = API?.trace?.getTracer("parley");

/** Where that API keeps the span that is being worked on. */
const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");

/** Begins a span; `undefined` where none are exported. Its name is one of few: no ids in it. */
export function beginSpan(
  name: string,
  attributes: Readonly<Record<string, SpanValue>> = {},
): Span | undefined {
  return TRACER?.startSpan(name, { attributes });
}

/** Names the span that Deno has begun by itself, for an HTTP request. */
export function nameActiveSpan(name: string): void {
  const span = API?.context?.active().getValue(SPAN_KEY) as Span | undefined;
  span?.updateName(name);
}

/**
 * Figures as Prometheus reads them (text format 0.0.4). Pure: whoever counts keeps plain numbers
 * and histograms, and describes them here when somebody asks.
 */

import type { Histogram } from "../core/histogram.ts";

/** What tells the samples of a family apart: `{ service: "buddy" }`. */
export type Labels = Readonly<Record<string, string>>;

/** A number of a family. */
export type Sample = readonly [labels: Labels, value: number];

/** Figures of one kind, with what they are. */
export type Family =
  | {
    readonly name: string;
    /** One line: what is counted, and in which unit. */
    readonly help: string;
    readonly kind: "counter" | "gauge";
    readonly samples: readonly Sample[];
  }
  | {
    readonly name: string;
    readonly help: string;
    readonly kind: "histogram";
    readonly samples: readonly (readonly [labels: Labels, value: Histogram])[];
  };

/** What a page of metrics says it is. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Something that only grows, from the start of the program on. */
export function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, kind: "counter", samples };
}

/** Something that goes up and down. */
export function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, kind: "gauge", samples };
}

/** Durations or sizes in buckets. */
export function histogram(
  name: string,
  help: string,
  samples: readonly (readonly [labels: Labels, value: Histogram])[],
): Family {
  return { name, help, kind: "histogram", samples };
}

/** A sample for each entry of a record of counts, its name as the value of one label. */
export function byLabel(
  label: string,
  counts: Readonly<Record<string, number>>,
  more: Labels = {},
): Sample[] {
  return Object.entries(counts).map(([name, count]) => [{ ...more, [label]: name }, count]);
}

/**
 * Every family as text. One without samples is left out; those of one name, which several services
 * may give, stand together.
 */
export function metricsText(families: readonly Family[]): string {
  const lines = new Map<string, string>();
  for (const family of families) {
    const { name, help, kind, samples } = family;
    if (samples.length === 0) continue;
    const head = lines.get(name) ?? `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${kind}\n`;
    lines.set(name, head + sampleLines(family));
  }
  return [...lines.values()].join("");
}

function sampleLines(family: Family): string {
  const { name, kind } = family;
  return kind === "histogram"
    ? family.samples.map(([labels, value]) => histogramLines(name, labels, value)).join("")
    : family.samples.map(([labels, value]) => line(name, labels, value)).join("");
}

function histogramLines(
  name: string,
  labels: Labels,
  { bounds, counts, sum, count }: Histogram,
): string {
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += counts[index]!;
    return line(`${name}_bucket`, { ...labels, le: String(bound) }, below);
  });
  return [
    ...buckets,
    line(`${name}_bucket`, { ...labels, le: "+Inf" }, count),
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ].join("");
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numberText(value)}\n`;
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => character === "\n" ? "\\n" : `\\${character}`);
}

function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (character) => character === "\n" ? "\\n" : "\\\\");
}

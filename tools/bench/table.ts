/** The table of ratios: one row for each comparison, marked with what it had to come to. */

import type { BenchResults, Goal, LoadResult, Outcome } from "./results.ts";

/** Whether a ratio is what it had to be; `none` where nothing was asked for. */
export type Mark = "met" | "missed" | "none";

/** One row. */
export interface Row {
  readonly group: string;
  readonly what: string;
  readonly of: Goal["of"];
  readonly unit: string;
  readonly against: string;
  readonly ours: number;
  readonly theirs: number;
  /** Ours to theirs, as it is shown: with two decimals. */
  readonly ratio: number;
  /** Processor time of ours to theirs, for each operation. */
  readonly cpuRatio: number | undefined;
  readonly must: number | undefined;
  readonly aim: number | undefined;
  readonly marks: { readonly must: Mark; readonly aim: Mark };
  /** Wrong or missing answers of ours. */
  readonly bad: number;
}

/** The rows of a load. A goal against somebody who was not there makes none. */
export function rowsOf({ group, name, unit, goals, outcomes }: LoadResult): Row[] {
  const ours = outcomes[0];
  return goals.flatMap((goal): Row[] => {
    const theirs = outcomes.find(({ contender }) => contender === goal.against);
    if (ours === undefined || theirs === undefined) return [];
    const [mine, other] = [figureOf(ours, goal.of), figureOf(theirs, goal.of)];
    if (mine === undefined || other === undefined) return [];
    const ratio = decimals(mine / other);
    return [{
      ...{ group, of: goal.of, unit, against: goal.against, ours: mine, theirs: other, ratio },
      what: name,
      cpuRatio: cpuRatio(ours, theirs),
      ...{ must: goal.must, aim: goal.aim, bad: ours.bad },
      marks: { must: markOf(ratio, goal.must, goal.of), aim: markOf(ratio, goal.aim, goal.of) },
    }];
  });
}

/** All rows of a run. */
export function tableOf(results: Pick<BenchResults, "loads">): Row[] {
  return results.loads.flatMap(rowsOf);
}

/** Rates have to be so high at least, latencies so low. */
export function markOf(ratio: number, bar: number | undefined, of: Goal["of"]): Mark {
  if (bar === undefined) return "none";
  return (of === "rate" ? ratio >= bar : ratio <= bar) ? "met" : "missed";
}

/** What a bar looks like in a table: `0.85 met`, `2.00 MISSED`. An aim is no duty. */
function barText(kind: "must" | "aim", { [kind]: bar, marks }: Row): string {
  if (bar === undefined) return "-";
  const mark = marks[kind] === "missed" && kind === "must" ? "MISSED" : marks[kind];
  return `${bar.toFixed(2)} ${mark}`;
}

/** What the columns of the table are. */
export const COLUMNS = ["what", "against", "Parley", "they", "ratio", "CPU ratio", "must", "aim"];

/** How a row is written, a cell for each of {@linkcode COLUMNS}. */
export function cellsOf(row: Row): string[] {
  const unit = row.of === "p99" ? " ms" : row.unit === "MB" ? " MB" : "";
  return [
    row.what + (row.of === "p99" ? ": p99" : ""),
    row.against,
    figureText(row.ours) + unit,
    figureText(row.theirs) + unit,
    row.ratio.toFixed(2),
    row.of === "p99" ? "" : row.cpuRatio?.toFixed(2) ?? "-",
    barText("must", row),
    barText("aim", row),
  ];
}

/** How many bars there are and how many are met: `must: 12 of 14 met; aim: 3 of 14 met`. */
export function summaryOf(rows: readonly Row[]): string {
  return (["must", "aim"] as const).map((kind) => {
    const marks = rows.map((row) => row.marks[kind]).filter((mark) => mark !== "none");
    return `${kind}: ${marks.filter((mark) => mark === "met").length} of ${marks.length} met`;
  }).join("; ");
}

/** A figure with as many digits as tell something, and in groups: `1,230,000`, `0.512`. */
export function figureText(value: number): string {
  const digits = Number(value.toPrecision(3));
  return digits.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}

function figureOf(outcome: Outcome, of: Goal["of"]): number | undefined {
  const figure = of === "rate" ? outcome.perSecond : outcome.p99;
  return figure === undefined || figure <= 0 ? undefined : figure;
}

function cpuRatio(ours: Outcome, theirs: Outcome): number | undefined {
  const [mine, other] = [ours.cpuMicroseconds, theirs.cpuMicroseconds];
  return mine === undefined || !other ? undefined : decimals(mine / other);
}

function decimals(value: number): number {
  return Math.round(value * 100) / 100;
}

/** What docs/performance.md says of a run: made from its JSON, put between marks. Pure. */

import type { BenchResults } from "../bench/results.ts";
import { cellsOf, COLUMNS, figureText, type Row, summaryOf, tableOf } from "../bench/table.ts";

/** The marked parts of the page and what belongs in each. */
export function partsOf(results: BenchResults): Readonly<Record<string, string>> {
  return {
    run: runText(results),
    table: tableText(tableOf(results)),
    figures: figuresText(results),
  };
}

/**
 * Puts texts between `<!-- NAME: made by deno task charts -->` and `<!-- end of NAME -->`.
 *
 * @throws when the page lacks a mark
 */
export function filled(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- ${name}: made by deno task charts -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) {
      throw new Error(`Nowhere to put "${name}": the page has no ${begin}`);
    }
    return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`;
  }, page);
}

/** Fewer are too few for a median. */
const LEAST_ROUNDS = 3;

function runText(results: BenchResults): string {
  const { when, parley, deno, system, cores, rounds, seconds } = results;
  return [
    `- when: ${when.replace("T", " ").replace("Z", " UTC")}, Parley ${parley}, Deno ${deno}`,
    `- machine: ${cores} cores, ${system}`,
    rounds < LEAST_ROUNDS
      ? `- **a trial of ${rounds} x ${seconds} s, no measurement**: it shows what is told here`
      : `- medians of ${rounds} rounds of ${seconds} s`,
    `- ${summaryOf(tableOf(results))}`,
    ...results.skipped.map((what) => `- skipped: ${what}`),
  ].join("\n");
}

function tableText(rows: readonly Row[]): string {
  return aligned([COLUMNS, ...rows.map(cellsOf)], 2);
}

function figuresText({ figures }: BenchResults): string {
  return aligned([
    ["what", "figure", "must"],
    ...figures.map(({ name, value, unit, must }) => [
      name,
      `${figureText(value)} ${unit}`,
      must === undefined ? "-" : `${must} ${value <= must ? "met" : "MISSED"}`,
    ]),
  ], 1);
}

/** A table as `deno fmt` leaves it, the columns from `right` on set to the right. */
function aligned(rows: readonly (readonly string[])[], right: number): string {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const cells = rows.map((row) =>
    line(row.map((cell, at) => {
      return at < right ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!);
    }))
  );
  const rule = line(widths.map((width, at) => {
    return at < right ? "-".repeat(width) : "-".repeat(width - 1) + ":";
  }));
  return [cells[0]!, rule, ...cells.slice(1)].join("\n");
}

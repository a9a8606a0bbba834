/** What a person and a program read of a bench: a table, and a file of JSON. */

import { VERSION } from "../../lib/core/version.ts";
import { print } from "../print.ts";
import type { BenchResults, LoadResult } from "./results.ts";
import { cellsOf, COLUMNS, figureText, rowsOf, summaryOf, tableOf } from "./table.ts";

/** Where the bench puts its files, one for each run. */
export const RESULTS = "bench-results";

/** Which column begins where. */
const WIDTHS = [54, 14, 12, 12, 7, 11, 13, 13];

/** Prints the head of the table. */
export function printHead(rounds: number, seconds: number): void {
  print(
    `Medians of ${rounds} rounds of ${seconds} s, everybody in turn. A ratio is ours to theirs, ` +
      "in operations a second\n(must and aim: at least) or in p99 (at most); the CPU ratio is that of " +
      "processor time for each operation.\n\n",
  );
  printCells(COLUMNS);
}

/** Prints the rows of a load. */
export function printLoad(load: LoadResult): void {
  for (const row of rowsOf(load)) {
    printCells([...cellsOf(row), row.bad > 0 ? `   ${row.bad} bad answers` : ""]);
  }
}

/** Prints what stands below the table. */
export function printEnd(results: BenchResults): void {
  print(`\n${summaryOf(tableOf(results))}\n`);
  for (const { name, value, unit, must } of results.figures) {
    const bar = must === undefined ? "" : ` (must ${must}: ${value <= must ? "met" : "MISSED"})`;
    print(`${name}: ${figureText(value)} ${unit}${bar}\n`);
  }
  for (const what of results.skipped) print(`skipped: ${what}\n`);
}

/** Everything that makes two runs comparable, and nothing that tells whose machine it was. */
export function circumstances(): Pick<
  BenchResults,
  "when" | "parley" | "deno" | "system" | "cores"
> {
  return {
    when: new Date().toISOString().slice(0, 16) + "Z",
    parley: VERSION,
    deno: Deno.version.deno,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    cores: navigator.hardwareConcurrency,
  };
}

/** Writes a run to a file of its own, and tells its name. */
export async function keepResults(results: BenchResults): Promise<void> {
  await Deno.mkdir(RESULTS, { recursive: true });
  const when = new Date().toISOString().replaceAll(":", "-");
  const path = `${RESULTS}/${when}.json`;
  await Deno.writeTextFile(path, JSON.stringify(results, null, 2) + "\n");
  print(`\nwritten: ${path}${results.isComplete ? "; deno task charts draws it" : ""}\n`);
}

function printCells(cells: readonly string[]): void {
  const [what = "", against = "", ...figures] = cells;
  const [first = 0, second = 0, ...rest] = WIDTHS;
  const words = what.padEnd(first) + " " + against.padEnd(second);
  print(
    (words + figures.map((text, at) => text.padStart(rest[at] ?? 0)).join("")).trimEnd() + "\n",
  );
}

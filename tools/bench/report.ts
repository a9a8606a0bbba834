/** What a person and a program read of a bench: a table, and a file of JSON. */

import { print } from "../print.ts";
import type { Result } from "./group.ts";

const HEAD = ["", "ours/s", "bare/s", "ratio", "p99 ms", "bare p99", "must", ""];

/** Prints the head of the table. */
export function printHead(): void {
  printCells(HEAD);
}

/** Prints a row. */
export function printResult({ name, ours, bare, ratio, must, isMet }: Result): void {
  printCells([
    name,
    ours.perSecond.toFixed(0),
    bare.perSecond.toFixed(0),
    ratio.toFixed(2),
    ours.p99.toFixed(2),
    bare.p99.toFixed(2),
    must?.toFixed(2) ?? "-",
    (isMet ? "met" : "MISSED") + (ours.bad > 0 ? `, ${ours.bad} bad answers` : ""),
  ]);
}

/** Writes everything to a file of its own in `bench-results/`. */
export async function keepResults(rounds: number, results: readonly Result[]): Promise<void> {
  await Deno.mkdir("bench-results", { recursive: true });
  const when = new Date().toISOString();
  await Deno.writeTextFile(
    `bench-results/${when.replaceAll(":", "-")}.json`,
    JSON.stringify({ when, deno: Deno.version.deno, rounds, results }, null, 2),
  );
}

function printCells(cells: readonly string[]): void {
  const [name = "", ...figures] = cells;
  print(name.padEnd(34) + figures.map((figure) => figure.padStart(10)).join("") + "\n");
}

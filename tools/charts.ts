/**
 * Draws docs/performance/ and fills the tables of docs/performance.md from the bench's JSON, as
 * `deno task charts`.
 *
 * It takes the latest run of everything in `bench-results/`, or the one that is drawn already
 * where there is none, or the file it is given. `--help` tells how.
 */

import { RESULTS } from "./bench/report.ts";
import type { BenchResults } from "./bench/results.ts";
import { chartsOf } from "./charts/all.ts";
import { filled, partsOf } from "./charts/page.ts";
import { wordsFor } from "./command_line.ts";
import { complain, print } from "./print.ts";

const FOLDER = "docs/performance";
const PAGE = "docs/performance.md";
const KEPT = `${FOLDER}/results.json`;

const USAGE = `Make ${PAGE} and its charts from a run of the bench: deno task charts [FILE]

Without FILE, from the latest run of everything.
`;

const [file] = wordsFor("charts", USAGE, 1);
const path = file ?? await latestRun() ?? KEPT;
const text = await readText(path);
const results = parseRun(path, text);
await Deno.mkdir(FOLDER, { recursive: true });
await Deno.writeTextFile(KEPT, text);
const charts = chartsOf(results);
for (const [name, svg] of charts) await Deno.writeTextFile(`${FOLDER}/${name}`, svg);
await Deno.writeTextFile(PAGE, filled(await Deno.readTextFile(PAGE), partsOf(results)));
print(`${charts.size} charts and ${PAGE} made from ${path}\n`);

/** The newest file of a run of everything. */
async function latestRun(): Promise<string | undefined> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(RESULTS)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const paths = names.filter((name) => name.endsWith(".json")).sort().reverse()
    .map((name) => `${RESULTS}/${name}`);
  for (const path of paths) {
    if (parseRun(path, await readText(path)).isComplete) return path;
  }
  return undefined;
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return fail(`No run to draw: ${path} is not there. Measure first: deno task bench`);
  }
}

function parseRun(path: string, text: string): BenchResults {
  try {
    const run = JSON.parse(text);
    if (Array.isArray(run.loads) && Array.isArray(run.figures)) return run;
  } catch {
    // Said below.
  }
  return fail(`Cannot draw ${path}: it is no run of the bench. Measure again: deno task bench`);
}

function fail(why: string): never {
  complain(why);
  Deno.exit(1);
}

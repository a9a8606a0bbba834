/** docs/performance.md: made from the run that is kept, and nothing else. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { BenchResults } from "../../tools/bench/results.ts";
import { chartsOf } from "../../tools/charts/all.ts";
import { filled, partsOf } from "../../tools/charts/page.ts";
import { load, outcome, run } from "../support/bench_runs.ts";

const DOCS = new URL("../../docs/", import.meta.url);

async function read(name: string): Promise<string> {
  return await Deno.readTextFile(new URL(name, DOCS));
}

Deno.test("performance page: tables and charts are those of the run kept beside them", async () => {
  const results: BenchResults = JSON.parse(await read("performance/results.json"));
  const page = await read("performance.md");
  assertEquals(filled(page, partsOf(results)), page, "deno task charts");
  const charts = chartsOf(results);
  for (const [name, svg] of charts) assertEquals(await read(`performance/${name}`), svg, name);

  const shown = [...page.matchAll(/\(performance\/([\w.]+)\)/g)].map(([, name]) => name!);
  assertEquals(shown.filter((name) => name.endsWith(".svg")).sort(), [...charts.keys()].sort());
  const kept = await Array.fromAsync(Deno.readDir(new URL("performance/", DOCS)));
  const names = kept.map(({ name }) => name).sort();
  assertEquals(names, [...charts.keys(), "results.json"].sort(), "no chart of an older run");
});

Deno.test("performance page: every file it names is there", async () => {
  const named = [...(await read("performance.md")).matchAll(/`((?:lib|tools)\/[\w./]+\.ts)`/g)];
  assert(named.length > 10);
  for (const [, path] of named) assert((await Deno.stat(new URL(`../${path}`, DOCS))).isFile, path);
});

Deno.test("performance page: parts go between their marks, again and again", () => {
  const mark = "<!-- table: made by deno task charts -->";
  const page = `before\n${mark}\n<!-- end of table -->\nafter\n`;
  const once = filled(page, { table: "| new |" });
  assertEquals(once, `before\n${mark}\n\n| new |\n\n<!-- end of table -->\nafter\n`);
  assertEquals(filled(once, { table: "| new |" }), once);
  assertThrows(() => filled("no marks", { table: "x" }), Error, `Nowhere to put "table"`);
});

Deno.test("performance page: tables are aligned, and what was skipped is said", () => {
  const parts = partsOf(run({
    loads: [load({ outcomes: [outcome("Parley", 900), outcome("bare", 1000)] })],
    figures: [{ group: "memory", name: "memory per user", value: 208, unit: "bytes", must: 1024 }],
    skipped: ["ngircd: ngircd is not here (apt-get install ngircd)"],
  }));
  assertEquals(parts["table"]!.split("\n"), [
    "| what            | against | Parley |  they | ratio | CPU ratio |     must |         aim |",
    "| --------------- | ------- | -----: | ----: | ----: | --------: | -------: | ----------: |",
    "| REG, 32 at once | bare    |    900 | 1,000 |  0.90 |      1.00 | 0.85 met | 1.00 missed |",
  ]);
  assertStringIncludes(parts["figures"]!, "| memory per user | 208 bytes | 1024 met |");
  assertStringIncludes(parts["run"]!, "- skipped: ngircd: ngircd is not here");
  assertStringIncludes(parts["run"]!, "- machine: 2 cores, linux x86_64");
  assertStringIncludes(parts["run"]!, "- medians of 5 rounds of 0.7 s");
  assertStringIncludes(partsOf(run({ rounds: 1 }))["run"]!, "no measurement");
});

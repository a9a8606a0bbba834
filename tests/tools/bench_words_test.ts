/** `deno task bench` and `deno task charts` with words they cannot use: said on stderr, exit codes. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Ended, ProgramProcess } from "../support/process.ts";
import { TempDir } from "../support/temp_dir.ts";

async function ended(script: string, ...args: readonly string[]): Promise<Ended> {
  const permissions = ["--allow-read"];
  await using program = new ProgramProcess({ script, permissions, args });
  return await program.ended();
}

Deno.test("bench: an unknown group is told, with those there are, before anything starts", async () => {
  const { code, stdout, stderr } = await ended("tools/bench.ts", "1", "0.1", "presense");
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, 'No group "presense", only registrations,');
  assertStringIncludes(stderr, " presence, ");
});

Deno.test("bench: rounds and seconds that are none are told", async () => {
  for (const words of [["0"], ["many"], ["1", "-1"]]) {
    const { code, stderr } = await ended("tools/bench.ts", ...words);
    assertEquals([words, code], [words, 2]);
    assertStringIncludes(stderr, "Rounds and seconds are numbers");
  }
});

Deno.test("charts: a file that is not there, or no run, leaves everything as it is", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/run.json`;
  const missing = await ended("tools/charts.ts", path);
  assertEquals([missing.code, missing.stdout], [1, ""]);
  assertStringIncludes(missing.stderr, "is not there. Measure first: deno task bench");
  for (const text of ["no JSON", "null", "{}", '{"loads": []}']) {
    await Deno.writeTextFile(path, text);
    const { code, stderr } = await ended("tools/charts.ts", path);
    assertEquals([text, code], [text, 1]);
    assertStringIncludes(stderr, "it is no run of the bench");
  }
});

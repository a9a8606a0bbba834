/** Tools with words they do not take, and `--help`: nothing runs, and nothing is written. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Ended, ProgramProcess } from "../support/process.ts";

/** Tools that would write over something, or run for long; without a right to do either. */
const TOOLS = [
  "bench",
  "charts",
  "coverage",
  "learn",
  "man",
  "picture",
  "test_compiled",
  "walkthrough",
];

async function ended(tool: string, ...args: readonly string[]): Promise<Ended> {
  const permissions = ["--allow-read", "--allow-env"];
  const script = `tools/${tool}.ts`;
  await using program = new ProgramProcess({ script, permissions, args });
  return await program.ended();
}

for (const tool of TOOLS) {
  Deno.test(`${tool} --help tells how to use it, and an unknown option is told`, async () => {
    for (const words of [["--help"], ["--", "--help"]]) {
      const { code, stdout, stderr } = await ended(tool, ...words);
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(
        stdout,
        `deno task ${tool === "test_compiled" ? "test:compiled" : tool}`,
      );
    }
    if (tool === "coverage") return; // what it does not know is for `deno test`
    const { code, stdout, stderr } = await ended(tool, "--halp");
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, "(see --help)");
  });
}

Deno.test("walkthrough tells of an executable that is not there, before anything is removed", async () => {
  const { code, stdout, stderr } = await ended("walkthrough", "no-such-server");
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, 'walkthrough: Cannot run "no-such-server": no such file');
});

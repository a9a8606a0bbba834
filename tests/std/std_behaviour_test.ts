/**
 * What the functions of the @std modules do, as far as the project relies on it.
 */

import { assert, assertEquals, AssertionError, assertRejects, assertThrows } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { ensureDir, exists, walk } from "@std/fs";
import { parse } from "@std/jsonc";

Deno.test("assertEquals() shows both values when they differ", () => {
  const error = assertThrows(
    () => assertEquals({ buddies: ["ada"] }, { buddies: ["bob"] }, "after ADD"),
    AssertionError,
    "Values are not equal: after ADD",
  );
  assert(error.message.includes("ada") && error.message.includes("bob"));
});

Deno.test("assertRejects() does not take a function that throws at once for a rejection", async () => {
  const throwAtOnce = (): Promise<void> => {
    throw new TypeError("refused");
  };
  await assertRejects(() => assertRejects(throwAtOnce), AssertionError, "throws when expected to");
});

Deno.test("parseArgs() splits flags, aliases, defaults and the rest", () => {
  const argv = ["5001", "data", "--host=lab", "-p", "0042", "--no-trace", "--", "--host"];
  const args = parseArgs(argv, {
    string: ["host", "port"],
    boolean: ["trace"],
    negatable: ["trace"],
    alias: { port: "p" },
    default: { trace: true, ttl: 30 },
    "--": true,
  });
  assertEquals<unknown>(args, {
    _: [5001, "data"],
    host: "lab",
    port: "0042",
    p: "0042",
    trace: false,
    ttl: 30,
    "--": ["--host"],
  });
});

Deno.test("parseArgs() leaves out what its unknown function refuses", () => {
  const refused: string[] = [];
  const args = parseArgs(["--hots=lab", "--host=lab"], {
    string: ["host"],
    unknown: (arg) => {
      refused.push(arg);
      return false;
    },
  });
  assertEquals<unknown>(args, { _: [], host: "lab" });
  assertEquals(refused, ["--hots=lab"]);
});

Deno.test("ensureDir() creates parents, and exists() and walk() find them", async () => {
  const root = await Deno.makeTempDir({ prefix: "parley_std_" });
  try {
    const dir = `${root}/users/ada`;
    assertEquals(await exists(dir), false);
    await ensureDir(dir);
    await ensureDir(dir);
    assertEquals(await exists(dir, { isDirectory: true }), true);
    assertEquals(await exists(dir, { isFile: true }), false);
    const names = await Array.fromAsync(walk(root, { maxDepth: 1 }), (entry) => entry.name);
    assertEquals(names.slice(1), ["users"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("ensureDir() rejects when a file has the name", async () => {
  const file = await Deno.makeTempFile({ prefix: "parley_std_" });
  try {
    await assertRejects(() => ensureDir(file), Error, "expected 'dir', got 'file'");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("parse() of @std/jsonc reads comments and trailing commas", () => {
  const text = `{ // services\n "listen": [1234, /* second */ 1235,], "status": null, }`;
  assertEquals(parse(text), { listen: [1234, 1235], status: null });
});

Deno.test("parse() of @std/jsonc throws SyntaxError with the position of bad input", () => {
  assertThrows(() => parse(`{ "listen": 12x4 }`), SyntaxError, `"12x4" in JSONC at position 12`);
  assertThrows(() => parse(`{ "listen": [`), SyntaxError, "unexpected end of JSONC input");
});

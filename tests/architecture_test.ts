/**
 * The shape of the project: who may import what, and what may stand where (`lib/README.md`).
 */

import { assert, assertEquals } from "@std/assert";
import { walk } from "@std/fs";
import { pathToFileURL } from "node:url";
import { EXECUTABLES } from "../tools/compile/executables.ts";
import { brokenImportRules, ROOMS, SCRIPTS } from "./architecture/import_rules.ts";
import { findCircles, readImports } from "./architecture/module_graph.ts";
import {
  brokenCodeRules,
  brokenPrivacyRules,
  brokenScriptRules,
} from "./architecture/text_rules.ts";
import { brokenThreat, threatRows } from "./architecture/threat_rules.ts";

const ROOT = new URL("../", import.meta.url);

/** Paths of the code files of `lib/`, from the root of the project. */
async function libFiles(): Promise<string[]> {
  const files = await Array.fromAsync(walk(new URL("lib/", ROOT), { exts: [".ts", ".js"] }));
  return files.filter(({ isFile }) => isFile).map(({ path }) => fromRoot(path)).sort();
}

function fromRoot(path: string): string {
  return pathToFileURL(path).href.slice(ROOT.href.length);
}

async function textOf(file: string): Promise<string> {
  return await Deno.readTextFile(new URL(file, ROOT));
}

/** Fails with one line for each broken rule. */
function assertNone(broken: readonly string[]): void {
  assert(broken.length === 0, `\n  ${broken.join("\n  ")}\n`);
}

Deno.test("architecture: imports follow the table of rooms, and go round in no circle", async () => {
  const files = await libFiles();
  const imports = await readImports(ROOT, [...Object.keys(SCRIPTS), ...files]);
  assertNone(brokenImportRules(imports));
  assertNone(findCircles(imports).map((circle) => `${circle.join(" imports ")}: a circle`));

  // What was looked at is all there is: a graph with holes would satisfy any rule.
  const importing = new Set(imports.map(({ from }) => from));
  for (const script of Object.keys(SCRIPTS)) assert(importing.has(script), script);
  for (const file of files) {
    const hasImports = /^(?:import |export [^;]*?from | \* @import )[^;]*?"/m.test(
      await textOf(file),
    );
    assertEquals(importing.has(file), hasImports, file);
  }
});

Deno.test("architecture: every folder of lib/ is a room of the table", async () => {
  const entries = await Array.fromAsync(Deno.readDir(new URL("lib/", ROOT)));
  for (const { name, isDirectory } of entries) {
    assert(isDirectory ? name in ROOMS : name === "README.md", `lib/${name}`);
  }
});

Deno.test("architecture: the code of lib/ keeps to its rooms, and has no barrel files", async () => {
  const broken: string[] = [];
  for (const file of await libFiles()) broken.push(...brokenCodeRules(file, await textOf(file)));
  assertNone(broken);
});

Deno.test("architecture: the scripts are the only code at the top, each under 40 lines", async () => {
  const entries = await Array.fromAsync(Deno.readDir(ROOT));
  const code = entries.map(({ name }) => name).filter((name) => /\.[cm]?[jt]sx?$/.test(name));
  assertEquals(code.sort(), Object.keys(SCRIPTS).sort());
  const broken: string[] = [];
  for (const script of code) broken.push(...brokenScriptRules(script, await textOf(script)));
  assertNone(broken);
});

Deno.test("architecture: no text names a path of one machine or the host of a registry", async () => {
  const files = await projectFiles();
  assert(files.includes("deno.json") && files.includes("tests/architecture_test.ts"));
  const broken: string[] = [];
  for (const file of files) {
    const text = await textOf(file);
    if (!text.includes("\0")) broken.push(...brokenPrivacyRules(file, text));
  }
  assertNone(broken);
});

Deno.test("architecture: an executable may do what the task of its script may, and no more", async () => {
  const { tasks } = JSON.parse(await textOf("deno.json"));
  for (const { script, permissions } of EXECUTABLES) {
    const task = script.replace(".ts", "").replace("chat", "");
    const words: string[] = tasks[task].command.split(" ");
    const flags = words.filter((word) => word.startsWith("--allow-") || word === "--ignore-env");
    assertEquals(permissions, flags, script);
  }
});

Deno.test("architecture: every threat of SECURITY.md has the tests it names", async () => {
  const rows = threatRows(await textOf("SECURITY.md"));
  assert(rows.length > 20);
  const there = new Map<string, string>();
  for (const path of rows.flatMap(({ files }) => files)) {
    const { isFile } = await Deno.stat(new URL(path, ROOT)).catch(() => ({ isFile: undefined }));
    if (isFile !== undefined) there.set(path, isFile ? await textOf(path) : "");
  }
  assertNone(rows.flatMap((row) => brokenThreat(row, (path) => there.get(path))));
});

/** What only writes, for readers that are not ours. */
const WRITERS = ["lib/wire/der.ts"];

Deno.test("architecture: every codec of wire/ is reached by the fuzzer", async () => {
  const tests = await Array.fromAsync(Deno.readDir(new URL("tests/fuzz/", ROOT)));
  const fuzzers = tests.map(({ name }) => `tests/fuzz/${name}`).filter((file) =>
    file.endsWith("_test.ts")
  );
  const imports = (await readImports(ROOT, fuzzers)).filter(({ typeOnly }) => !typeOnly);
  const reached = new Set(imports.map(({ to }) => to));
  const codecs = (await libFiles()).filter((file) => file.startsWith("lib/wire/"));
  assert(fuzzers.length > 5 && codecs.length > 30);
  assertNone(
    codecs.filter((codec) => !reached.has(codec) && !WRITERS.includes(codec))
      .map((codec) => `${codec} is not fuzzed`),
  );
});

/** Files that belong to the project: those git tracks or would add; without git, all there are. */
async function projectFiles(): Promise<string[]> {
  const listed = await gitFiles();
  if (listed !== undefined) return listed;
  const made = ["\\.git", "node_modules", "dist", "data", "bench-results", "screenshots"].join("|");
  // What another run of the tests makes for itself may be gone before it is read.
  const skip = [new RegExp(`/(?:${made})(?:/|$)`), /\/deno\.oldest\.[^/]*$/];
  const files = await Array.fromAsync(walk(ROOT, { includeDirs: false, skip }));
  return files.map(({ path }) => fromRoot(path));
}

async function gitFiles(): Promise<string[] | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "-z"],
      cwd: ROOT,
      stdin: "null",
      stderr: "null",
    }).output();
    if (!success) return undefined;
    const names = new TextDecoder().decode(stdout).split("\0").filter((name) => name !== "");
    const there = await Promise.all(names.map((name) =>
      Deno.stat(new URL(name, ROOT)).then(
        (info) => info.isFile,
        () => false, // deleted, and git does not know yet
      )
    ));
    return names.filter((_, index) => there[index]);
  } catch {
    return undefined; // no git here: the files came as an archive
  }
}

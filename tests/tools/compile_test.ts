/** What `deno task compile` knows beside compiling: names, headers, comparisons, what went wrong. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compareBuilds } from "../../tools/compile/comparison.ts";
import { whyNot } from "../../tools/compile/deno_compile.ts";
import { VERSION } from "../../lib/core/version.ts";
import { ROOT } from "../support/process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { fileName, shortName, targetNamed, targetOf } from "../../tools/compile/targets.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("fileName() has version and target, and Windows its suffix", {
  permissions: "none",
}, () => {
  const linux = "parley-server-1.0.0-x86_64-unknown-linux-gnu";
  assertEquals(fileName("parley-server", "1.0.0", "x86_64-unknown-linux-gnu"), linux);
  const windows = "chatclient-1.0.0-x86_64-pc-windows-msvc.exe";
  assertEquals(fileName("chatclient", "1.0.0", "x86_64-pc-windows-msvc"), windows);
  assertEquals(shortName("chatclient", "x86_64-pc-windows-msvc"), "chatclient.exe");
  assertEquals(targetNamed("x86_64-linux"), undefined);
});

/** A header of 1024 bytes: these at these places, zeros elsewhere. */
function header(places: Readonly<Record<number, readonly number[]>>): Uint8Array {
  const made = new Uint8Array(1024);
  for (const [at, values] of Object.entries(places)) made.set(values, Number(at));
  return made;
}

const ELF = [0x7f, 0x45, 0x4c, 0x46];
const MACHO = [0xcf, 0xfa, 0xed, 0xfe];
const PE = [0x50, 0x45, 0, 0];

for (
  const [places, target] of [
    [{ 0: ELF, 18: [0x3e, 0] }, "x86_64-unknown-linux-gnu"],
    [{ 0: ELF, 18: [0xb7, 0] }, "aarch64-unknown-linux-gnu"],
    [{ 0: ELF, 18: [0x28, 0] }, undefined],
    [{ 0: [...MACHO, 7, 0, 0, 1] }, "x86_64-apple-darwin"],
    [{ 0: [...MACHO, 12, 0, 0, 1] }, "aarch64-apple-darwin"],
    [{ 0: [0x4d, 0x5a], 60: [0x80], 128: [...PE, 0x64, 0x86] }, "x86_64-pc-windows-msvc"],
    [{ 0: [0x4d, 0x5a], 60: [0x80], 128: [...PE, 0x64, 0xaa] }, undefined],
    [{ 0: [0x4d, 0x5a], 60: [0xff, 0xff, 0xff, 0xff] }, undefined],
    [{ 0: [0x4d, 0x5a], 60: [0xfe, 0x03] }, undefined],
    [{}, undefined],
  ] as const
) {
  Deno.test(`targetOf() knows ${target ?? "what is none"}: ${JSON.stringify(places)}`, {
    permissions: "none",
  }, () => assertEquals(targetOf(header(places)), target));
}

Deno.test("targetOf() takes a file of a few bytes for nothing", { permissions: "none" }, () => {
  assertEquals(targetOf(Uint8Array.from(ELF)), undefined);
});

Deno.test("targetOf() knows what runs these tests", async () => {
  using file = await Deno.open(Deno.execPath());
  const start = new Uint8Array(1024);
  await file.read(start);
  assertEquals(targetOf(start), targetNamed(Deno.build.target));
});

for (
  const [one, other, expected] of [
    ["same", "same", "the same"],
    ["same", "sane", "different"],
    ["longer", "long", "different"],
    [
      '{"n":"a","t":1795261218831}',
      '{"n":"a","t":1895261218832}',
      "the same but for times of files",
    ],
    ['{"n":"a","t":1795261218831}', '{"n":"b","t":1795261218832}', "different"],
    ['{"o":1795261218831}', '{"o":1795261218832}', "different"],
    ['"t":179526121883', '"t":179526121884', "different"],
    ['"t":17952612188311', '"t":17952612188312', "different"],
    ['"t":x795261218831', '"t":1795261218831', "different"],
  ] as const
) {
  Deno.test(`compareBuilds(): ${one} and ${other} are ${expected}`, {
    permissions: "none",
  }, () => assertEquals(compareBuilds(bytes(one), bytes(other)), expected));
}

const ATTEMPT = { script: "server.ts", target: "aarch64-apple-darwin", deno: "2.6.8" } as const;

Deno.test("whyNot() of a runtime that cannot be had says where it is and what to set", {
  permissions: "none",
}, () => {
  const told = "error: Writing to temporary file 'x'\n\nCaused by:\n" +
    "    0: Setting up base binary.\n    1: error sending request: no such name\n" +
    "    2: client error (Connect)\n\nStack backtrace:\n   0: <unknown>\n";
  const why = whyNot(told, ATTEMPT);
  assertStringIncludes(why, "denort 2.6.8, cannot be had: error sending request: no such name\n");
  assertStringIncludes(why, "Cannot compile server.ts for aarch64-apple-darwin");
  assertStringIncludes(why, "v2.6.8/denort-aarch64-apple-darwin.zip");
  assertStringIncludes(why, "DENORT_BIN");
  assert(!why.includes("Stack") && !why.includes("Caused"));
});

Deno.test("whyNot() of a DENORT_BIN that is not there says that alone", {
  permissions: "none",
}, () => {
  const told = "error: Writing deno compile executable to temporary file 'x'\n\nCaused by:\n" +
    "    0: Could not find denort at '/nope'\n    1: No such file or directory (os error 2)\n";
  const [first] = whyNot(told, ATTEMPT).split("\n");
  assert(first!.endsWith("denort 2.6.8, cannot be had: Could not find denort at '/nope'"), first);
});

Deno.test("whyNot() of code that is wrong speaks of that alone", { permissions: "none" }, () => {
  const told = 'error: Module not found "x.ts".\n';
  assertEquals(
    whyNot(told, ATTEMPT),
    'Cannot compile server.ts for aarch64-apple-darwin:\nerror: Module not found "x.ts".',
  );
});

Deno.test("compile refuses what it does not know, and builds nothing", async () => {
  for (
    const [words, told] of [
      [["--target", "amiga"], 'compile: No target "amiga" (see --help)\n'],
      [["--", "--target", "amiga"], 'compile: No target "amiga" (see --help)\n'],
      [["--only", "server"], 'compile: No program "server" (see --help)\n'],
      [["--targets=all"], 'compile: Unknown option or word "--targets=all" (see --help)\n'],
    ] as const
  ) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      // Without permission to write or run, it could build nothing unnoticed.
      args: ["run", "--no-prompt", "--frozen", "--quiet", "tools/compile.ts", ...words],
      cwd: ROOT,
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [2, told]);
  }
});

Deno.test({
  name: "a runtime that is none is refused, and what was built before stays",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using directory = await TempDir.make();
    const at = (name: string): string => `${directory.path}/${name}`;
    // The same sources, with a dist/ of its own.
    const needed = ["deno.json", "deno.lock", "lib", "tools", "load_balancer.ts"];
    const args = ["-s", ...needed.map((name) => `${ROOT}/${name}`), directory.path];
    assert((await new Deno.Command("ln", { args }).output()).success);
    await Deno.mkdir(at("dist"));
    const built = fileName("parley-lb", VERSION, Deno.build.target);
    for (const name of [built, "parley-lb"]) await Deno.writeTextFile(at(`dist/${name}`), "before");
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-read", "--allow-write=dist", "--allow-run"]
        .concat("tools/compile.ts", "--only", "parley-lb"),
      cwd: directory.path,
      env: { DENORT_BIN: "/bin/ls", NO_COLOR: "1" },
    }).output();
    const told = new TextDecoder().decode(stderr);
    assertEquals(code, 1, told);
    assertStringIncludes(told, 'what was made does not run, it says "ls (');
    for (const name of [built, "parley-lb"]) {
      assertEquals(await Deno.readTextFile(at(`dist/${name}`)), "before");
    }
    assertStringIncludes(await Deno.readTextFile(at("dist/SHA256SUMS")), `  ${built}\n`);
    const left = await Array.fromAsync(Deno.readDir(at("dist")), ({ name }) => name);
    assertEquals(left.sort(), ["SHA256SUMS", "commit.txt", "parley-lb", built]);
  },
});

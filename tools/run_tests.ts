/**
 * Runs the tests, as `deno task test`. It exists for four things a plain `deno test` cannot do:
 *
 * - give the tests a temporary directory of their own as the only place they may write to, and see
 *   that they leave nothing in it;
 * - run on the oldest supported Deno, which does not know the `test` settings of `deno.json` (its
 *   sanitizers are always on);
 * - say at the end what was skipped, and why;
 * - run several files at once, but not those that break things.
 *
 * Arguments are passed on: files, folders, `--filter WORDS`.
 */

import { stripVTControlCharacters } from "node:util";
import { print } from "./print.ts";

/** This machine under all its names, the wildcards servers bind to, and what leads nowhere. */
const HOSTS = [
  ...["127.0.0.1", "127.0.0.2", "localhost", "0.0.0.0", "[::1]", "[::]"],
  ...Deno.networkInterfaces().map(({ address }) =>
    address.includes(":") ? `[${address}]` : address
  ),
  ...["198.51.100.77", "nobody.invalid", "no-such-host.invalid"],
];

const NARROW = [
  "--no-prompt",
  "--frozen",
  `--allow-net=${HOSTS.join(",")}`,
  "--allow-read",
  "--allow-run",
  "--allow-sys=networkInterfaces,statfs",
  "--allow-env=TMPDIR,PATH",
  // The database driver looks for many names; it finds nothing, as in the programs.
  "--ignore-env",
];

/** Parts of the suite that have tasks of their own, and why. */
const OWN_TASKS = ["tests/faults", "tests/fuzz"];
const NOT_HERE = [
  "the faults (take more than a minute: deno task test:faults)",
  "the fuzzing (20,000 inputs per codec: deno task test:fuzz)",
  "the executables (need the compile runtime: deno task compile, then deno task test:compiled)",
];

/** Most tests wait more than they work: twice as many as there are cores takes half the time. */
const FILES_AT_ONCE = 2 * navigator.hardwareConcurrency;

/** What Deno prints for a test that was not run; the reason stands in its name. */
const IGNORED = /^(.*) \.\.\. ignored/;

async function main(words: readonly string[]): Promise<number> {
  const scratch = await Deno.makeTempDir({ prefix: "parley-test-" });
  // Databases of the tests run as another user when this is root, and have directories in it.
  await Deno.chmod(scratch, 0o711);
  const config = await configFile();
  try {
    const named = words.some((word) => word.startsWith("tests"));
    // Each of the faults wants the machine for itself.
    const isFaults = words.some((word) => word.startsWith("tests/faults"));
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        ...(isFaults ? [] : ["--parallel"]),
        ...(config === undefined ? [] : ["--config", config]),
        ...NARROW,
        `--allow-write=${scratch}`,
        ...words,
        ...(named ? [] : ["tests/", "--ignore=" + OWN_TASKS.join(",")]),
      ],
      env: { TMPDIR: scratch, DENO_JOBS: String(FILES_AT_ONCE) },
      stdout: "piped",
      stderr: "inherit",
    });
    const child = command.spawn();
    const skipped = await passOn(child.stdout);
    const { code } = await child.status;
    for (const what of named ? skipped : [...skipped, ...NOT_HERE]) print(`skipped: ${what}\n`);
    return code === 0 ? await reportLeftovers(scratch) : code;
  } finally {
    await Deno.remove(scratch, { recursive: true });
    if (config !== undefined) await Deno.remove(config);
  }
}

/** The settings of `deno.json` without those that Deno 2.6 refuses; `undefined` on newer ones. */
async function configFile(): Promise<string | undefined> {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  if (major > 2 || minor > 7) return undefined;
  const { test: _, ...settings } = JSON.parse(await Deno.readTextFile("deno.json"));
  const path = `deno.oldest.${crypto.randomUUID()}.json`;
  await Deno.writeTextFile(path, JSON.stringify(settings));
  return path;
}

async function passOn(output: ReadableStream<Uint8Array>): Promise<string[]> {
  const skipped: string[] = [];
  let line = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    print(text);
    const lines = (line + text).split("\n");
    line = lines.pop() ?? "";
    for (const whole of lines) {
      const name = IGNORED.exec(stripVTControlCharacters(whole))?.[1];
      if (name !== undefined) skipped.push(name);
    }
  }
  return skipped;
}

async function reportLeftovers(scratch: string): Promise<number> {
  const left = (await Array.fromAsync(Deno.readDir(scratch))).map(({ name }) => name);
  if (left.length === 0) return 0;
  print(`FAILED: tests left files behind in their temporary directory: ${left.join(", ")}\n`);
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

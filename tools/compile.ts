/**
 * Builds the executables, as `deno task compile`: one file per program and target in `dist/`, with
 * its permissions baked in, and `SHA256SUMS` of them all. `--help` tells the options.
 */

import { parseArgs } from "@std/cli/parse-args";
import { COMMIT_FILE } from "../lib/config/commit.ts";
import { UsageError } from "../lib/core/errors.ts";
import { VERSION } from "../lib/core/version.ts";
import { refuseUnknown, settingsFrom } from "./command_line.ts";
import { commitHere } from "./compile/commit.ts";
import { CompileError, denoCompile } from "./compile/deno_compile.ts";
import { compareBuilds } from "./compile/comparison.ts";
import { type Executable, EXECUTABLES } from "./compile/executables.ts";
import { writeSums } from "./compile/sums.ts";
import { fileName, shortName, type Target, targetNamed, TARGETS } from "./compile/targets.ts";
import { complain, print } from "./print.ts";

const FOLDER = "dist";

const USAGE = `Build the executables of Parley ${VERSION} into ${FOLDER}/.

Usage: deno task compile [--target TARGET]... [--only NAME]... [--again]

  --target TARGET  what they run on, or all (this machine: ${Deno.build.target})
  --only NAME      one of the programs (all)
  --again          build once more beside what is there, and compare the bytes

Targets:  ${TARGETS.join("\n          ")}
Programs: ${EXECUTABLES.map(({ name }) => name).join(", ")}

Those for this machine are also there without version and target in their names. Deno downloads the
runtime it packs them with; without a network, set DENORT_BIN to the path of a denort of its version.
`;

interface Settings {
  readonly again: boolean;
  readonly targets: readonly Target[];
  readonly executables: readonly Executable[];
}

function settingsOf(words: readonly string[]): Settings {
  const args = parseArgs([...words], {
    string: ["target", "only"],
    boolean: ["again"],
    collect: ["target", "only"],
    unknown: refuseUnknown,
  });
  const targets = args.target.length === 0 ? [Deno.build.target] : args.target;
  const executables = EXECUTABLES.filter(({ name }) =>
    args.only.length === 0 || args.only.includes(name)
  );
  const strange = args.only.find((only) => !EXECUTABLES.some(({ name }) => name === only));
  if (strange !== undefined) throw new UsageError(`No program "${strange}"`);
  return {
    ...{ again: args.again, executables },
    targets: targets.includes("all") ? TARGETS : targets.map((word) => {
      const target = targetNamed(word);
      if (target === undefined) throw new UsageError(`No target "${word}"`);
      return target;
    }),
  };
}

/** Builds one executable, and the short name of one for this machine. */
async function build(executable: Executable, target: Target): Promise<void> {
  const output = `${FOLDER}/${fileName(executable.name, VERSION, target)}`;
  await denoCompile(executable, target, output);
  const { size } = await Deno.stat(output);
  print(`${output}  ${(size / 1e6).toFixed(1)} MB\n`);
  if (target === Deno.build.target) {
    await alsoAs(output, `${FOLDER}/${shortName(executable.name, target)}`);
  }
}

/** Gives a file a second name; where a disk has no links, a copy. */
async function alsoAs(file: string, name: string): Promise<void> {
  await Deno.remove(name).catch(() => {});
  await Deno.link(file, name).catch(() => Deno.copyFile(file, name));
}

/** Builds one executable anew. @returns whether it is the one that is there */
async function buildAgain(executable: Executable, target: Target): Promise<boolean> {
  const name = fileName(executable.name, VERSION, target);
  const again = `${FOLDER}/again`;
  try {
    await denoCompile(executable, target, `${again}/${name}`);
    const builds = [`${again}/${name}`, `${FOLDER}/${name}`].map((path) => Deno.readFile(path));
    const [one, other] = await Promise.all(builds);
    const comparison = compareBuilds(one!, other!);
    print(`${FOLDER}/${name}  built again: ${comparison}\n`);
    return comparison !== "different";
  } finally {
    await Deno.remove(again, { recursive: true }).catch(() => {});
  }
}

/** Builds for one target. @returns whether everything went well */
async function buildFor(target: Target, { again, executables }: Settings): Promise<boolean> {
  let isWell = true;
  try {
    for (const executable of executables) {
      if (again) isWell = await buildAgain(executable, target) && isWell;
      else await build(executable, target);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && again) {
      complain(`compile: Nothing to compare with for ${target}: build it first, without --again`);
    } else if (error instanceof CompileError) complain(`compile: ${error.message}`);
    else throw error;
    return false;
  }
  return isWell;
}

/** Writes a file unless it says so already: its time would be another one, and be packed. */
async function writeChanged(path: string, text: string): Promise<void> {
  if (await Deno.readTextFile(path).catch(() => "") !== text) await Deno.writeTextFile(path, text);
}

async function main(settings: Settings): Promise<number> {
  await Deno.mkdir(FOLDER, { recursive: true });
  await writeChanged(COMMIT_FILE, await commitHere() + "\n");
  let isWell = true;
  for (const target of settings.targets) isWell = await buildFor(target, settings) && isWell;
  if (!settings.again) await writeSums(FOLDER, VERSION);
  return isWell ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(settingsFrom("compile", USAGE, settingsOf)));

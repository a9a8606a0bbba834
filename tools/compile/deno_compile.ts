/**
 * One executable made by `deno compile`.
 *
 * Why its flags: `--no-code-cache`, because a compiled program otherwise keeps a cache in the shared
 * temporary directory, where another user of the machine could have put one first; `--no-prompt`,
 * because a program on a lab machine must not ask about permissions.
 */

import { COMMIT_FILE } from "../../lib/config/commit.ts";
import { VERSION } from "../../lib/core/version.ts";
import type { Executable } from "./executables.ts";
import { HEADER_BYTES, type Target, targetOf } from "./targets.ts";

/** A build that did not come to an executable. The message says why, and what to do. */
export class CompileError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "CompileError";
}

/**
 * Makes an executable. Whatever is at its place stays there until a good one has been made.
 *
 * @throws CompileError when there is none, or it would not run where it should
 */
export async function denoCompile(
  executable: Executable,
  target: Target,
  output: string,
): Promise<void> {
  const folder = `${output}.building`;
  // The name of the file is packed, too.
  const made = `${folder}/${output.slice(output.lastIndexOf("/") + 1)}`;
  try {
    await pack(executable, target, made);
    await requireKind(executable, target, made);
    if (target === Deno.build.target) await requireRuns(executable, target, made);
    await Deno.rename(made, output);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

async function pack(executable: Executable, target: Target, output: string): Promise<void> {
  const { script, permissions, threads = [] } = executable;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--frozen",
      "--no-prompt",
      "--no-code-cache",
      `--target=${target}`,
      ...permissions,
      ...[...threads, COMMIT_FILE].map((file) => `--include=${file}`),
      "--output",
      output,
      script,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "inherit",
  }).output();
  if (success) return;
  const told = new TextDecoder().decode(stderr);
  throw new CompileError(whyNot(told, { script, target, deno: Deno.version.deno }));
}

async function requireKind({ script }: Executable, target: Target, made: string): Promise<void> {
  const kind = targetOf(await headerOf(made));
  if (kind === target) return;
  throw new CompileError(
    `Cannot compile ${script} for ${target}: the runtime that was taken is one for ` +
      `${kind ?? "another system"}. ${advice(target, Deno.version.deno)}`,
  );
}

/** Anything of the right kind can be packed, and is no runtime for that. */
async function requireRuns(
  { name, script }: Executable,
  target: Target,
  made: string,
): Promise<void> {
  const command = new Deno.Command(made, { args: ["--version"], stdin: "null", clearEnv: true });
  const told = await command.output().then(
    ({ stdout }) => new TextDecoder().decode(stdout).split("\n", 1)[0]!,
    (error) => (error as Error).message,
  );
  if (told.startsWith(`${name} ${VERSION} `)) return;
  throw new CompileError(
    `Cannot compile ${script} for ${target}: what was made does not run, it says "${told}". ` +
      `The runtime that was taken is no denort. ${advice(target, Deno.version.deno)}`,
  );
}

/** What is made, and with what. */
interface Attempt {
  readonly script: string;
  readonly target: Target;
  /** The version of the compiler. */
  readonly deno: string;
}

/** What to say of a failure, from what `deno compile` had to say. Pure. */
export function whyNot(told: string, { script, target, deno }: Attempt): string {
  const reason = told.replace(/\n+Stack backtrace:[^]*$/, "").trimEnd();
  const first = `Cannot compile ${script} for ${target}`;
  if (!/denort|base binary|Failed to parse (?:PE|Mach-O)|Invalid object/i.test(reason)) {
    return `${first}:\n${reason}`;
  }
  const cause =
    /^ +\d+: ((?:error sending|Invalid|Failed|Could not find denort)[^\n]*)/m.exec(reason)?.[1] ??
      reason;
  return `${first}: its runtime, denort ${deno}, cannot be had: ${cause}\n${advice(target, deno)}`;
}

function advice(target: Target, deno: string): string {
  return `Fetch https://dl.deno.land/release/v${deno}/denort-${target}.zip where there is a network, ` +
    "unpack it, and set DENORT_BIN to the path of the denort in it (for one target at a time).";
}

async function headerOf(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const header = new Uint8Array(HEADER_BYTES);
  return header.subarray(0, await file.read(header) ?? 0);
}

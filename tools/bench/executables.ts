/** The executables: how long until they are there, and how large they are. */

import { EXECUTABLES } from "../compile/executables.ts";
import type { Bench } from "./generators.ts";
import type { Group } from "./load.ts";
import type { Named } from "./results.ts";
import { endProcess } from "./targets.ts";

/** Starts that are measured of each; the median is told. */
const STARTS = 5;

/** With which words servers tell that they are ready; others are asked for their version. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "parley-server": ["0", "0", "DATA"],
  "parley-lb": ["--listen=0", "--admin-port=0", "--quiet"],
  chatserver: ["0", "--data=DATA"],
};

/** Measures `dist/`, as `deno task compile` leaves it, and the servers run from source. */
export function startExecutables({ scratch }: Bench): Promise<Group> {
  const skipped: string[] = [];
  const figures = async (): Promise<Named[]> => {
    const named: Named[] = [];
    for (const { name, script, permissions } of EXECUTABLES) {
      const words = (WORDS[name] ?? ["--version"])
        .map((word) => word.replace("DATA", `${scratch}/${name}`));
      const run = ["run", "--no-prompt", ...permissions, script];
      if (name.startsWith("parley-")) {
        named.push(await startUp(`${script} from source`, Deno.execPath(), [...run, ...words]));
      }
      const path = `dist/${name}`;
      const size = await Deno.stat(path).then(({ size }) => size, () => undefined);
      if (size === undefined) {
        skipped.push(`${name}: not in dist/ (deno task compile)`);
        continue;
      }
      named.push(await startUp(name, path, words));
      named.push({ name: `size of ${name}`, value: Math.round(size / 1e5) / 10, unit: "MB" });
    }
    return named;
  };
  return Promise.resolve({ loads: [], figures, skipped, stop: () => Promise.resolve() });
}

async function startUp(name: string, program: string, args: readonly string[]): Promise<Named> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) times.push(await timeToFirstWord(program, args));
  const value = Math.round(times.sort((a, b) => a - b)[STARTS >> 1]!);
  return { name: `start-up of ${name}`, value, unit: "ms" };
}

/** Milliseconds until the first line on stdout: the ready line, or the version. */
async function timeToFirstWord(program: string, args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = new Deno.Command(program, {
    args: [...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  const milliseconds = performance.now() - begun;
  await reader.cancel();
  await endProcess(child);
  if (done) throw new Error(`${program} ended without a word`);
  return milliseconds;
}

/**
 * Runs tests and tells how much of `lib/` they run, as `deno task coverage [FILE...]`: lines and
 * branches in percent, by room, and the files with the least. The programs that tests start count as
 * well, as far as they ended by themselves: one that was killed tells nothing.
 */

import { settingsFrom } from "./command_line.ts";
import { coverageRow, type FileCoverage, percentOf, readLcov, sumOf } from "./coverage/lcov.ts";
import { complain, print } from "./print.ts";

const FOLDER = "dist/coverage";
/** What the project aims at, in percent of lines. */
const AIM = 95;

async function deno(...args: readonly string[]): Promise<boolean> {
  return (await new Deno.Command(Deno.execPath(), { args: [...args] }).spawn().status).success;
}

/** The permissions of `deno task test`. */
const RUN_TESTS = [
  ...["run", "--no-prompt", "--frozen", "--allow-read", "--allow-write", "--allow-run"],
  ...["--allow-sys=networkInterfaces,statfs", "tools/run_tests.ts"],
];

async function report(): Promise<FileCoverage[]> {
  const lcov = `${FOLDER}/lcov.info`;
  await deno("coverage", "--quiet", "--lcov", "--include=/lib/", `--output=${lcov}`, FOLDER);
  return readLcov(await Deno.readTextFile(lcov), new URL("../", import.meta.url).pathname);
}

function tell(files: readonly FileCoverage[]): void {
  const rooms = Map.groupBy(files, ({ path }) => path.split("/").slice(0, 2).join("/") + "/");
  print(`\n${"of these in percent".padEnd(44)} lines  branches\n`);
  for (const [room, of] of [...rooms].sort()) print(coverageRow(sumOf(room, of)));
  print(coverageRow(sumOf("all of lib/", files)));
  const least = files.filter(({ lines }) => percentOf(lines) < AIM)
    .sort((one, other) => percentOf(one.lines) - percentOf(other.lines));
  if (least.length > 0) print(`\nfiles with less than ${AIM} percent of their lines\n`);
  for (const file of least) print(coverageRow(file));
}

const USAGE = `Run tests and tell how much of lib/ they run: deno task coverage [FILE...]
`;

if (import.meta.main) {
  const asked = settingsFrom("coverage", USAGE, (words) => words);
  await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
  const words = [`--coverage=${FOLDER}`, "--coverage-raw-data-only", ...asked];
  const arePassed = await deno(...RUN_TESTS, ...words);
  if (!arePassed) {
    complain("coverage: Some tests failed; what follows is without what they left out");
  }
  tell(await report());
  if (!arePassed) Deno.exitCode = 1;
}

/**
 * Writes the manual pages into `dist/man/`, as `deno task man`: one for each executable, made from
 * the tables that `--help` is made from, so that they cannot be out of date.
 */

import { VERSION } from "../lib/core/version.ts";
import { MAN_PAGES } from "./man/pages.ts";
import { manPage } from "./man/page.ts";
import { print } from "./print.ts";

const FOLDER = "dist/man";

await Deno.mkdir(FOLDER, { recursive: true });
for (const { executable, program } of MAN_PAGES) {
  const seeAlso = MAN_PAGES.map(({ executable }) => executable).filter((name) =>
    name !== executable
  );
  const path = `${FOLDER}/${executable}.1`;
  await Deno.writeTextFile(path, manPage({ program, executable, version: VERSION, seeAlso }));
  print(`${path}\n`);
}

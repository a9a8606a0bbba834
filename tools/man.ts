/**
 * Writes the manual pages into `dist/man/`, as `deno task man`: one for each executable, made from
 * the tables that `--help` is made from, so that they cannot be out of date.
 */

import { VERSION } from "../lib/core/version.ts";
import { wordsFor } from "./command_line.ts";
import { MAN_PAGES } from "./man/pages.ts";
import { manPage } from "./man/page.ts";
import { print } from "./print.ts";

const FOLDER = "dist/man";

wordsFor("man", `Write the manual pages of the executables into ${FOLDER}/: deno task man\n`);

await Deno.mkdir(FOLDER, { recursive: true });
/** The same for everybody who makes them of this version, so not the day they are made. */
const changes = await Deno.readTextFile(new URL("../CHANGELOG.md", import.meta.url));
const date = /^## \[\d[^\]]*\] - (\d{4}-\d\d-\d\d)$/m.exec(changes)?.[1] ?? "";

for (const { executable, program, files } of MAN_PAGES) {
  const seeAlso = MAN_PAGES.map(({ executable }) => executable).filter((name) =>
    name !== executable
  );
  const path = `${FOLDER}/${executable}.1`;
  await Deno.writeTextFile(
    path,
    manPage({ program, executable, version: VERSION, date, files, seeAlso }),
  );
  print(`${path}\n`);
}

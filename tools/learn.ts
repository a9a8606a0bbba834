/**
 * Plays `docs/learn.md` and writes into it what was really printed, as `deno task learn`: for whoever
 * changes the page, or what a program prints. A test plays it, too, and compares.
 */

import { CANNOT_PLAY, LearnPage } from "../tests/support/learn_page.ts";
import { wordsFor } from "./command_line.ts";
import { complain, print } from "./print.ts";

const PAGE = new URL("../docs/learn.md", import.meta.url);

wordsFor("learn", "Play docs/learn.md and write into it what was printed: deno task learn\n");
if (CANNOT_PLAY !== undefined) {
  complain(`Cannot play the page: ${CANNOT_PLAY}`);
  Deno.exit(1);
}
await using page = await LearnPage.make();
await Deno.writeTextFile(PAGE, await page.play(await Deno.readTextFile(PAGE)));
print("docs/learn.md shows what was printed just now.\n");

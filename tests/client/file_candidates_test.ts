import { assertEquals } from "@std/assert";
import { filesBeginning } from "../../lib/client/file_candidates.ts";
import { link } from "../support/link.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test("filesBeginning() finds names, folders with their slash, nothing hidden", async () => {
  await using directory = await TempDir.make();
  const root = `${directory.path}/`;
  for (const name of ["report.txt", "notes", ".hidden", "re\x1b[2J"]) {
    await Deno.writeTextFile(root + name, "");
  }
  await Deno.mkdir(root + "results");
  await link(root + "results", root + "rlink");
  await link(root + "gone", root + "rnowhere");
  const found = (beginning: string): string[] =>
    filesBeginning(root + beginning).map((path) => path.slice(root.length));
  assertEquals(found(""), ["notes", "report.txt", "results/", "rlink/", "rnowhere"]);
  assertEquals(found("re"), ["report.txt", "results/"]);
  assertEquals(found(".h"), [".hidden"]);
  assertEquals(found("nowhere/"), []);
  assertEquals(filesBeginning("~"), ["~/"]);
});

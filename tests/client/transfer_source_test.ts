/**
 * What is found on the disk to be sent, and what is told of the rest.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { gather } from "../../lib/client/transfer_source.ts";
import { skippedLines } from "../../lib/client/transfer_screens.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { TempDir } from "../support/temp_dir.ts";

/** Does in a directory what Deno cannot: names that are no UTF-8, links to anywhere. */
async function shell(cwd: string, script: string): Promise<void> {
  await new Deno.Command("sh", { args: ["-c", script], cwd, stderr: "null" }).output();
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("gather() leaves out what cannot be sent, takes the rest, and tells", async () => {
  await using directory = await TempDir.make();
  const folder = `${await Deno.realPath(directory.path)}/photos`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/a.jpg`, "a");
  // Not every system takes the second name, and Deno 2.6 does not list it.
  await shell(folder, `ln -s /nowhere link; touch "$(printf 'caf\\351.jpg')"`);
  const { entries, skipped } = await gather([folder]);
  assertEquals(entries.map(({ path }) => path.join("/")), ["photos", "photos/a.jpg"]);
  const others = (await namesIn(folder)).filter((name) => name !== "a.jpg");
  assertEquals(skipped, others.map((name) => `${folder}/${name}`));
  assertEquals(
    skippedLines([`${folder}/link`, "another"]).map(({ text }) => text),
    [`Left out (a link, a device, or a name that is no UTF-8): ${folder}/link and 1 more.`],
  );
});

Deno.test("gather() names the folder inside that may not be read", async (t) => {
  await using directory = await TempDir.make();
  const folder = `${await Deno.realPath(directory.path)}/photos`;
  const inner = `${folder}/private`;
  await Deno.mkdir(inner, { recursive: true });
  await Deno.chmod(inner, 0o000);
  const isReadable = await namesIn(inner).then(() => true, () => false);
  await t.step({
    name: "for a user who is not root",
    ignore: isReadable,
    fn: async () => {
      const message = `Cannot send "${folder}": "${inner}": it may not be read`;
      await assertRejects(() => gather([folder]), OperationalError, message);
    },
  });
  await Deno.chmod(inner, 0o700);
});

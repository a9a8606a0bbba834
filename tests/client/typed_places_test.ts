import { assertEquals, assertRejects } from "@std/assert";
import { typedFolder, typedPaths } from "../../lib/client/typed_places.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test("typedPaths() takes a file with blanks in its name for one, and other words for several", async () => {
  await using directory = await TempDir.make();
  const { path } = directory;
  await Deno.writeTextFile(`${path}/a b.txt`, "");
  assertEquals(await typedPaths(`${path}/a b.txt`), [`${path}/a b.txt`]);
  assertEquals(await typedPaths(`${path}/a b.doc`), [`${path}/a`, "b.doc"]);
  assertEquals(await typedPaths(`"${path}/a b.doc" c`), [`${path}/a b.doc`, "c"]);
});

Deno.test("typedFolder() never takes the first of several words for the folder", async () => {
  await using directory = await TempDir.make();
  const { path } = directory;
  await Deno.mkdir(`${path}/My Folder`);
  assertEquals(await typedFolder(`${path}/My Folder`), `${path}/My Folder`);
  assertEquals(await typedFolder(`${path}/new`), `${path}/new`);
  assertEquals(await typedFolder(`"${path}/New Folder"`), `${path}/New Folder`);
  await assertRejects(
    () => typedFolder(`${path}/New Folder`),
    OperationalError,
    "put a name with blanks in quotes",
  );
});

Deno.test("~ is never taken for a name: without a home it is an error", async () => {
  await assertRejects(() => typedFolder("~/inbox"), OperationalError, "HOME is not set");
  await assertRejects(() => typedPaths("~/a.txt"), OperationalError, "HOME is not set");
  await assertRejects(() => typedPaths("nowhere.txt '~/a b.txt'"), OperationalError, "HOME");
});

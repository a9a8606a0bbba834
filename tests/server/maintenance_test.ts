import { assert, assertEquals, assertRejects } from "@std/assert";
import { maintenanceProgram } from "../../lib/config/maintenance_options.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { maintain, type MaintenanceResult } from "../../lib/server/maintenance.ts";
import type { MaintenanceCommand } from "../../lib/config/maintenance_options.ts";
import { lockDirectory, openStore } from "../../lib/storage/open_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { add, register } from "../support/changes.ts";
import { id } from "../support/ids.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { TempDir } from "../support/temp_dir.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

function run(
  command: MaintenanceCommand,
  directory: string,
  other?: string,
): Promise<MaintenanceResult> {
  const options = { directory, other, help: false, version: false, config: undefined };
  return maintain(command, { ...options, log: "text", logLevel: "info" });
}

function open(directory: string): Promise<Store> {
  return openStore({ kind: "text", directory, clock: Date.now, log: new RecordedLog() });
}

/** A data directory with three users and two buddies. */
async function someData(): Promise<TempDir> {
  const directory = await TempDir.make();
  const store = await open(directory.path);
  for (const user of [ann, bob, eve]) await store.change(register(user));
  for (const buddy of [bob, eve]) await store.change(add(ann, buddy));
  await store.close();
  return directory;
}

/** Changes one letter of the line that registers bob. */
async function damage(directory: string): Promise<string> {
  const path = `${directory}/journal.txt`;
  await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace("reg bob", "reg bop"));
  return path;
}

Deno.test("every maintenance command describes itself, with an example that names it", () => {
  for (const command of ["check", "repair", "import", "export"] as const) {
    const { name, examples } = maintenanceProgram(command);
    assertEquals(name, `server ${command}`);
    assert(examples.every(([line]) => line.startsWith(name)));
  }
});

Deno.test("only commands that have two directories take another one", () => {
  for (const command of ["check", "repair", "import", "export"] as const) {
    const { options } = maintenanceProgram(command);
    assertEquals("other" in options, command === "import" || command === "export", command);
  }
});

Deno.test("check prints counts and exits 0, also while a server runs", async () => {
  await using directory = await someData();
  const store = await open(directory.path);
  assertEquals(await run("check", directory.path), {
    lines: ["3 users, 2 buddies, 0 rooms, 6 journal records"],
    exitCode: 0,
  });
  await store.close();
});

Deno.test("check and export hold up no server: what is whole is read while the lock is held", async () => {
  await using directory = await someData();
  await using other = await TempDir.make();
  const lock = await lockDirectory(directory.path);
  assertEquals((await run("check", directory.path)).exitCode, 0);
  assertEquals((await run("export", directory.path, other.path)).exitCode, 0);
  // What looks damaged may be a server at work, which is waited for.
  await damage(directory.path);
  await assertRejects(() => run("check", directory.path), OperationalError, "does not let go");
  await lock.close();
  assertEquals((await run("check", directory.path)).exitCode, 1);
});

Deno.test("check makes nothing beside what is whole", async () => {
  await using directory = await someData();
  for (const name of ["lock", "compact.lock"]) await Deno.remove(`${directory.path}/${name}`);
  assertEquals((await run("check", directory.path)).exitCode, 0);
  assertEquals(await directory.names(), ["journal.txt"]);
});

Deno.test("check prints the numbers of damaged lines and exits 1", async () => {
  await using directory = await someData();
  const path = await damage(directory.path);
  const { lines, exitCode } = await run("check", directory.path);
  assertEquals(exitCode, 1);
  assertEquals(lines[0], `${path}: line 3: its checksum does not fit`);
  assertEquals(lines.at(-1), `Damaged; "server repair ${directory.path}" keeps what is readable`);
});

Deno.test("check tells of a torn end, which is no damage", async () => {
  await using directory = await someData();
  await Deno.writeTextFile(`${directory.path}/journal.txt`, "7 2026", { append: true });
  const { lines, exitCode } = await run("check", directory.path);
  assertEquals(exitCode, 0);
  assert(lines[0]!.startsWith("An unfinished last line of 6 bytes, never acknowledged"));
});

Deno.test("repair keeps every readable record and names the file with the rest", async () => {
  await using directory = await someData();
  await damage(directory.path);
  const { lines, exitCode } = await run("repair", directory.path);
  assertEquals(exitCode, 0);
  const aside = /^Repaired; what could not be kept is in (.*)$/.exec(lines.at(-1)!)![1]!;
  assert((await Deno.readTextFile(aside)).includes("reg bop"));
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(aside)).mode! & 0o777, 0o600);
  const store = await open(directory.path);
  assertEquals(await store.buddiesOf(ann), [bob, eve]);
  await store.close();
  assertEquals((await run("check", directory.path)).exitCode, 0);
  assertEquals((await run("repair", directory.path)).lines.at(-1), "Nothing to repair");
});

Deno.test("a running server picks up what was repaired, and goes on writing", async () => {
  await using directory = await someData();
  const store = await open(directory.path);
  await damage(directory.path);
  await run("repair", directory.path);
  assertEquals(await store.change(add(eve, ann)), "done");
  assertEquals(await store.buddiesOf(ann), [bob, eve]);
  await store.close();
  const { lines } = await run("check", directory.path);
  assertEquals(lines, ["3 users, 3 buddies, 0 rooms, 2 journal records"]);
});

Deno.test("import reads both layouts and tells what it skipped and why", async () => {
  await using older = await TempDir.make();
  await using directory = await TempDir.make();
  await Deno.mkdir(`${older.path}/users`);
  await Deno.writeTextFile(`${older.path}/Ann.txt`, "bob\nkim\n");
  await Deno.writeTextFile(`${older.path}/users/bob.txt`, "ann\r\n");
  await Deno.writeTextFile(`${older.path}/not an id.txt`, "");
  const { lines, exitCode } = await run("import", older.path, directory.path);
  assertEquals(exitCode, 0);
  assertEquals(lines, [
    `Skipped ${older.path}/not an id.txt: its name is no user id`,
    `Skipped ${older.path}/Ann.txt line 2: kim is no user here`,
    `Imported 2 users and 2 buddies into ${directory.path}; 0 were there already, ` +
    "2 lines or files were skipped",
  ]);
});

Deno.test("import in place leaves the older files where they are", async () => {
  await using directory = await TempDir.make();
  await Deno.writeTextFile(`${directory.path}/ann.txt`, "");
  await run("import", directory.path);
  const { lines } = await run("import", directory.path);
  assert(lines.at(-1)!.includes("0 users and 0 buddies"), lines.at(-1));
  assertEquals(await directory.names(), ["ann.txt", "compact.lock", "journal.txt", "lock"]);
});

Deno.test("import in place refuses an older user's file that is named like ours, and says where to", async () => {
  await using directory = await TempDir.make();
  await Deno.writeTextFile(`${directory.path}/users.txt`, "ann\n");
  await Deno.writeTextFile(`${directory.path}/ann.txt`, "users\n");
  await assertRejects(() => run("import", directory.path), OperationalError, "with --other DIR");
  assertEquals(await Deno.readTextFile(`${directory.path}/users.txt`), "ann\n");
});

Deno.test("export tells what older servers have no place for", async () => {
  await using directory = await someData();
  await using other = await TempDir.make();
  const store = await open(directory.path);
  await store.change({ kind: "set password", user: ann, hash: "scrypt$1" });
  await store.change({ kind: "create room", room: "the lab", host: "ann", hash: undefined });
  await store.close();
  assertEquals((await run("export", directory.path, other.path)).lines, [
    "Left out 1 passwords and 1 rooms: older servers have no place for them",
    `Exported 3 users into ${other.path}/users`,
  ]);
});

Deno.test("what export wrote is imported the same", async () => {
  await using directory = await someData();
  await using other = await TempDir.make();
  assertEquals(await run("export", directory.path, other.path), {
    lines: [`Exported 3 users into ${other.path}/users`],
    exitCode: 0,
  });
  await using copy = await TempDir.make();
  await run("import", other.path, copy.path);
  const store = await open(copy.path);
  assertEquals(await store.buddiesOf(ann), [bob, eve]);
  assertEquals(await store.buddiesOf(eve), []);
  await store.close();
});

Deno.test("a directory that is missing or holds nothing of ours is refused, and left empty", async () => {
  await using directory = await TempDir.make();
  for (const command of ["check", "repair", "import", "export"] as const) {
    await assertRejects(
      () => run(command, `${directory.path}/none`),
      OperationalError,
      "Cannot find",
    );
    await assertRejects(() => run(command, directory.path), OperationalError);
    assertEquals(await directory.names(), [], command);
  }
});

Deno.test("a damaged directory is not exported", async () => {
  await using directory = await someData();
  await damage(directory.path);
  await assertRejects(() => run("export", directory.path), OperationalError, "it is damaged");
});

import { assertEquals, assertRejects } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { exportUsers, importUsers, readOlderLayout } from "../../lib/storage/older_layout.ts";
import { State } from "../../lib/storage/state.ts";
import { add, register } from "../support/changes.ts";
import { id } from "../support/ids.ts";
import { link } from "../support/link.ts";
import { stateOf } from "../support/snapshots.ts";
import { TempDir } from "../support/temp_dir.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

async function directoryWith(files: Readonly<Record<string, string>>): Promise<TempDir> {
  const directory = await TempDir.make();
  await Deno.mkdir(`${directory.path}/users`);
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${directory.path}/${name}`, text);
  }
  return directory;
}

Deno.test("readOlderLayout() finds users at top level and in users/, with any line ends", async () => {
  await using directory = await directoryWith({
    "Ann.txt": "bob\r\nEve\r\n",
    "users/bob.txt": "",
    "users/eve.TXT": "bob",
    "notes.md": "bob",
  });
  const { users, skipped } = await readOlderLayout(directory.path, false);
  assertEquals(users.map(({ user, lines }) => [user, ...lines.filter(Boolean)].join(" ")), [
    "ann bob Eve",
    "bob",
    "eve bob",
  ]);
  assertEquals(skipped, []);
});

Deno.test("readOlderLayout() tells which files are no user's, and leaves our own out", async () => {
  const files = {
    "a b.txt": "",
    "users/..x.txt": "",
    "journal.txt": "",
    "users.txt": "",
    "damaged-1.txt": "",
  };
  await using directory = await directoryWith(files);
  await Deno.mkdir(`${directory.path}/folder.txt`);
  const beside = await readOlderLayout(directory.path, true);
  assertEquals(beside.users, []);
  assertEquals(
    beside.skipped.map(({ path, why }) => `${path.slice(directory.path.length + 1)}: ${why}`),
    [
      "a b.txt: its name is no user id",
      "folder.txt: it is no file",
      "users/..x.txt: its name is no user id",
    ],
  );
  const elsewhere = await readOlderLayout(directory.path, false);
  assertEquals(elsewhere.users.map(({ user }) => user), ["damaged-1", "journal", "users"].map(id));
});

Deno.test("readOlderLayout() follows links, and tells of one that leads nowhere", async () => {
  await using directory = await directoryWith({ "list": "bob\n" });
  await link(`${directory.path}/list`, `${directory.path}/ann.txt`);
  await link(`${directory.path}/nothing`, `${directory.path}/bob.txt`);
  const { users, skipped } = await readOlderLayout(directory.path, false);
  assertEquals(users.map(({ user, lines }) => [user, lines[0]]), [[ann, "bob"]]);
  assertEquals(skipped, [{ path: `${directory.path}/bob.txt`, why: "it is no file" }]);
});

Deno.test("importUsers() takes over what is new, and tells what it skipped and why", async () => {
  const store = new MemoryStore();
  await store.change(register(ann));
  const report = await importUsers(store, [
    { user: ann, path: "ann.txt", lines: ["bob", " EVE ", "", "ann", "kim", "../x", "bob"] },
    { user: bob, path: "bob.txt", lines: ["ann"] },
    { user: eve, path: "eve.txt", lines: [] },
  ]);
  assertEquals(report, {
    users: 2,
    buddies: 3,
    known: 2,
    skipped: [
      { path: "ann.txt", line: 4, why: "ann cannot be their own buddy" },
      { path: "ann.txt", line: 6, why: '"../x" is no user id' },
      { path: "ann.txt", line: 5, why: "kim is no user here" },
    ],
  });
  assertEquals(store.buddiesOf(ann), [bob, eve]);
  assertEquals(store.buddiesOf(bob), [ann]);
});

Deno.test("what exportUsers() wrote is read back the same, also names systems do not like", async () => {
  const names = ["ann", "con", "nul.txt", "a..", "x".repeat(32), "journal.txt", "com1"].map(id);
  const state = stateOf([...names.map(register), ...names.slice(1).map((b) => add(ann, b))]);
  await using directory = await TempDir.make();
  assertEquals(await exportUsers(state.users.users(), directory.path), names.length);
  const { users, skipped } = await readOlderLayout(directory.path, false);
  assertEquals(skipped, []);
  const store = new MemoryStore();
  await importUsers(store, users);
  for (const user of names) assertEquals(store.buddiesOf(user), state.users.buddiesOf(user));
});

Deno.test("exportUsers() writes an empty folder for nobody, and files for their owner only", async () => {
  await using directory = await TempDir.make();
  assertEquals(await exportUsers(new State().users.users(), directory.path), 0);
  await exportUsers(
    stateOf([register(ann), register(bob), add(ann, bob)]).users.users(),
    directory.path,
  );
  const path = `${directory.path}/users/ann.txt`;
  assertEquals(await Deno.readTextFile(path), "bob\n");
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
});

Deno.test("exportUsers() says where it could not write", async () => {
  await using directory = await directoryWith({ "file": "" });
  await assertRejects(
    () => exportUsers(new State().users.users(), `${directory.path}/file`),
    OperationalError,
    `Cannot write "${directory.path}/file/users", 0 users are there: not a directory`,
  );
});

import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { type LocalStoreSettings, openStore } from "../../lib/storage/open_store.ts";
import { DirectoryLock } from "../../lib/storage/directory_lock.ts";
import { NamedLock } from "../../lib/storage/named_lock.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { journalLines, sealedLine } from "../support/journals.ts";
import { ask, toBytes } from "../support/raw_tcp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

function settings(directory: string, more: Partial<LocalStoreSettings> = {}): LocalStoreSettings {
  return { kind: "text", directory, clock: Date.now, log: new RecordedLog(), ...more };
}

/** The message of the error that opening ends with: one line, for the person who runs it. */
async function refusal(settings: LocalStoreSettings): Promise<string> {
  const { message } = await assertRejects(() => openStore(settings), OperationalError);
  assertFalse(message.includes("\n"));
  return message;
}

Deno.test("openStore() opens a memory store without touching a file", async () => {
  await using directory = await TempDir.make();
  const store = await openStore(settings(`${directory.path}/none`, { kind: "memory" }));
  assert(store instanceof MemoryStore);
  assertEquals(await directory.names(), []);
});

Deno.test("openStore() makes a missing directory, with the directories above it", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/a/b`;
  await (await openStore(settings(path))).close();
  assertEquals(
    await Array.fromAsync(Deno.readDir(path), ({ name }) => name).then((n) => n.sort()),
    ["compact.lock", "journal.txt", "lock"],
  );
});

Deno.test({
  name: "openStore() makes files that only their owner may read (not on Windows)",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await TempDir.make();
    await (await openStore(settings(directory.path))).close();
    for (const name of await directory.names()) {
      const { mode } = await Deno.stat(`${directory.path}/${name}`);
      assertEquals(mode! & 0o777, 0o600, name);
    }
  },
});

Deno.test("openStore() refuses a directory that is a file, naming it", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/file`;
  await Deno.writeTextFile(path, "mine");
  const message = await refusal(settings(path));
  assert(message.startsWith(`Cannot use data directory "${path}": `), message);
  assert(message.endsWith("choose another with --data DIR"), message);
  assertEquals(await Deno.readTextFile(path), "mine");
});

Deno.test("openStore() refuses a directory below a file, naming it", async () => {
  await using directory = await TempDir.make();
  await Deno.writeTextFile(`${directory.path}/file`, "");
  const path = `${directory.path}/file/data`;
  assert((await refusal(settings(path))).startsWith(`Cannot use data directory "${path}": `));
});

Deno.test("openStore() refuses a journal.txt that is a directory, naming it", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/journal.txt`;
  await Deno.mkdir(path);
  assert((await refusal(settings(directory.path))).startsWith(`Cannot open "${path}": `));
  await Deno.remove(path);
  await (await openStore(settings(directory.path))).close();
});

Deno.test("openStore() refuses a lock that is a directory, naming the data directory", async () => {
  await using directory = await TempDir.make();
  await Deno.mkdir(`${directory.path}/lock`);
  const message = await refusal(settings(directory.path));
  assert(message.startsWith(`Cannot use data directory "${directory.path}": `), message);
});

Deno.test("openStore() says when the file system knows no locks, and leaves no file open", async () => {
  await using directory = await TempDir.make();
  const disk = new FailingDisk();
  disk.faults.failLock = true;
  const message = await refusal(settings(directory.path, { disk }));
  assert(message.startsWith(`Cannot use data directory "${directory.path}": `), message);
  assert(message.includes("No locks available"), message);
  assertEquals(disk.openFiles, 0);
});

Deno.test("openStore() reports what it cut off a torn journal", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/journal.txt`;
  const lines = journalLines([{ kind: "register", user: id("ann") }]).join("");
  await Deno.writeTextFile(path, `${lines}3 2026-11-20T20:11`);
  const log = new RecordedLog();
  const store = await openStore(settings(directory.path, { log }));
  assert(await store.isKnown(id("ann")));
  await store.close();
  const [warning] = log.entries.filter(({ level }) => level === "warn");
  assertEquals(warning?.fields, { bytes: 18 });
  assertEquals(await Deno.readTextFile(path), lines);
});

Deno.test("openStore() refuses a damaged journal with its line number, and can be tried again", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/journal.txt`;
  const lines = journalLines([{ kind: "register", user: id("ann") }]);
  await Deno.writeTextFile(path, lines.join("").replace("reg ann", "reg ant"));
  const message = await refusal(settings(directory.path));
  assert(message.startsWith(`Cannot use "${path}": line 2 is damaged: `), message);
  await Deno.writeTextFile(path, lines.join(""));
  await (await openStore(settings(directory.path))).close();
});

Deno.test("openStore() refuses records that contradict each other", async () => {
  const beginning = journalLines([{ kind: "register", user: id("ann") }]).join("");
  for (const words of ["reg ann", "add ann bob", "add bob ann", "del ann ann"]) {
    const disk = new FailingDisk();
    await using directory = await TempDir.make();
    const path = `${directory.path}/journal.txt`;
    disk.put(path, toBytes(beginning + sealedLine(`3 2026-11-20T20:11:25Z ${words}`)));
    const message = await refusal(settings(directory.path, { disk }));
    assert(
      message.startsWith(`Cannot use "${path}": line 3 is damaged: it makes no sense`),
      message,
    );
    assertEquals(disk.openFiles, 0);
  }
});

Deno.test("openStore() waits for a server that is busy, and says so when it does not let go", async () => {
  await using directory = await TempDir.make();
  const disk = new FailingDisk();
  const other = new DirectoryLock(await NamedLock.open(disk, `${directory.path}/lock`));
  await other.acquire();
  const lockTiming = { deadlineMs: 60, turnMs: 30, idleMs: 2 };
  const message = await refusal(settings(directory.path, { disk, lockTiming }));
  assert(message.includes("does not let go"), message);
  const waiting = openStore(settings(directory.path, { disk }));
  await other.close();
  await (await waiting).close();
  assertEquals(disk.openFiles, 0);
});

Deno.test("two servers may use one directory, and both end in good order", async () => {
  await using directory = await TempDir.make();
  await using first = await ServerProcess.start(directory.path);
  await using second = await ServerProcess.start(directory.path);
  assertEquals(await ask(first.ports.buddy.tcp, "REG ann\n"), "200 OK\r\n");
  assertEquals(await ask(second.ports.buddy.tcp, "REG ann\n"), "203 USER EXISTS\r\n");
  for (const server of [first, second]) assertEquals((await server.endBy("SIGTERM")).code, 0);
});

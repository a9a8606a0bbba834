import { assertEquals, assertRejects } from "@std/assert";
import { type DiskFile, READING_DISK, SYSTEM_DISK } from "../../lib/storage/disk.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { TempDir } from "../support/temp_dir.ts";

async function readAt(file: DiskFile, offset: number, most = 100): Promise<string> {
  const into = new Uint8Array(most);
  return new TextDecoder().decode(into.subarray(0, await file.readAt(offset, into)));
}

/** Opens a new file for a test. */
async function withFile(check: (file: DiskFile, path: string) => Promise<void>): Promise<void> {
  await using directory = await TempDir.make();
  const path = `${directory.path}/file`;
  const file = await SYSTEM_DISK.open(path);
  try {
    await check(file, path);
  } finally {
    file.close();
  }
}

Deno.test("SYSTEM_DISK: a missing file is made, empty", async () => {
  await withFile(async (file) => {
    assertEquals((await file.facts()).size, 0);
    assertEquals(await readAt(file, 0), "");
  });
});

Deno.test("SYSTEM_DISK: readAt() reads from anywhere, append() writes at the end all the same", async () => {
  await withFile(async (file, path) => {
    await file.append(toBytes("0123456789"));
    assertEquals(await readAt(file, 4, 3), "456");
    assertEquals(await readAt(file, 1, 2), "12");
    await file.append(toBytes("ab"));
    assertEquals(await readAt(file, 8), "89ab");
    assertEquals(await readAt(file, 12), "");
    await file.syncData();
    assertEquals(await Deno.readTextFile(path), "0123456789ab");
  });
});

Deno.test("SYSTEM_DISK: what is appended after truncate() follows what was left", async () => {
  await withFile(async (file, path) => {
    await file.append(toBytes("0123456789"));
    await file.truncate(4);
    assertEquals((await file.facts()).size, 4);
    await file.append(toBytes("ab"));
    assertEquals(await Deno.readTextFile(path), "0123ab");
  });
});

Deno.test("SYSTEM_DISK: a lock is let go when its file is closed", async () => {
  await using directory = await TempDir.make();
  const first = await SYSTEM_DISK.open(`${directory.path}/lock`);
  const second = await SYSTEM_DISK.open(`${directory.path}/lock`);
  await first.lock();
  let taken = false;
  const waiting = second.lock().then(() => taken = true);
  await SYSTEM_DISK.syncDirectory(directory.path);
  assertEquals(taken, false);
  first.close();
  await waiting;
  second.close();
});

Deno.test("SYSTEM_DISK: a directory is no file, and a missing one cannot be synced", async () => {
  await using directory = await TempDir.make();
  await assertRejects(() => SYSTEM_DISK.open(directory.path));
  if (Deno.build.os !== "windows") {
    await assertRejects(() => SYSTEM_DISK.syncDirectory(`${directory.path}/none`));
  }
});

Deno.test("READING_DISK: what is there is read, nothing is made or written", async () => {
  await withFile(async (file, path) => {
    await file.append(toBytes("0123"));
    const reader = await READING_DISK.open(path);
    assertEquals(await readAt(reader, 1), "123");
    await assertRejects(() => reader.append(toBytes("4")));
    reader.close();
    assertEquals(await Deno.readTextFile(path), "0123");
    await assertRejects(() => READING_DISK.open(`${path}.none`), Deno.errors.NotFound);
  });
});

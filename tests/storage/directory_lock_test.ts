import { assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../lib/core/errors.ts";
import { DirectoryLock, type LockTiming } from "../../lib/storage/directory_lock.ts";
import { NamedLock } from "../../lib/storage/named_lock.ts";
import { SYSTEM_DISK } from "../../lib/storage/disk.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { HeldTime } from "../support/held_time.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";

/** Kept as long as there is work, given up at once when there is none. */
const AT_ONCE: LockTiming = { deadlineMs: 20_000, turnMs: 0, idleMs: 0 };
/** Kept until it is closed. */
const FOR_LONG: LockTiming = { deadlineMs: 20_000, turnMs: 20_000, idleMs: 20_000 };
const IMPATIENT: LockTiming = { deadlineMs: 20, turnMs: 0, idleMs: 0 };

async function lockOn(disk: FailingDisk, timing: LockTiming): Promise<DirectoryLock> {
  return new DirectoryLock(await NamedLock.open(disk, "lock"), timing);
}

Deno.test("acquire() tells that the lock was taken anew, or kept since the last time", async () => {
  const disk = new FailingDisk();
  const lock = await lockOn(disk, FOR_LONG);
  assertEquals(await lock.acquire(), true);
  lock.release();
  assertEquals(await lock.acquire(), false);
  lock.release();
  await lock.close();
  assertEquals(disk.openFiles, 0);
});

Deno.test("a lock given up is taken anew", async () => {
  const disk = new FailingDisk();
  const lock = await lockOn(disk, { ...FOR_LONG, turnMs: -1 });
  for (let round = 0; round < 3; round++) {
    assertEquals(await lock.acquire(), true);
    lock.release();
  }
  await lock.close();
});

Deno.test("acquire() waits for another holder", async () => {
  const disk = new FailingDisk();
  const [first, second] = [await lockOn(disk, FOR_LONG), await lockOn(disk, AT_ONCE)];
  await first.acquire();
  let taken = false;
  const waiting = second.acquire().then(() => taken = true);
  await Promise.resolve();
  assertEquals(taken, false);
  await first.close();
  await waiting;
  second.release();
  await second.close();
});

Deno.test("acquire() rejects at its deadline, and works again when the holder lets go", async () => {
  const disk = new FailingDisk();
  const [holder, other] = [await lockOn(disk, FOR_LONG), await lockOn(disk, IMPATIENT)];
  await holder.acquire();
  await assertRejects(() => other.acquire(), StorageError, "does not let go");
  await assertRejects(() => other.acquire(), StorageError, "does not let go");
  await holder.close();
  // What was asked for first is granted now, and used.
  assertEquals(await other.acquire(), true);
  other.release();
  await other.close();
});

Deno.test("a lock that is granted after everybody gave up is let go at once", async () => {
  const disk = new FailingDisk();
  const [holder, other] = [await lockOn(disk, FOR_LONG), await lockOn(disk, IMPATIENT)];
  await holder.acquire();
  await assertRejects(() => other.acquire(), StorageError);
  await holder.close();
  const third = await lockOn(disk, FOR_LONG);
  assertEquals(await third.acquire(), true);
  await third.close();
  await other.close();
});

Deno.test("acquire() says when the system has no locks to give", async () => {
  const disk = new FailingDisk();
  disk.faults.failLock = true;
  const lock = await lockOn(disk, FOR_LONG);
  await assertRejects(() => lock.acquire(), StorageError, "No locks available");
  disk.heal();
  assertEquals(await lock.acquire(), true);
  await lock.close();
});

Deno.test("a timer that runs although it was cleared does not let go of a lock in use", async () => {
  const disk = new FailingDisk();
  const lock = await lockOn(disk, { deadlineMs: 1, turnMs: 20_000, idleMs: 1 });
  const other = await lockOn(disk, IMPATIENT);
  const { clearTimeout } = globalThis;
  // As in Deno 2.6, when the timer is due already.
  globalThis.clearTimeout = () => {};
  try {
    await lock.acquire();
    lock.release();
    assertEquals(await lock.acquire(), false);
    await new Promise((resume) => setTimeout(resume, 60));
  } finally {
    globalThis.clearTimeout = clearTimeout;
  }
  await assertRejects(() => other.acquire(), StorageError, "does not let go");
  await lock.close();
  await other.close();
});

Deno.test("turns grow while no sibling writes, and are short again when one does", async () => {
  const disk = new FailingDisk();
  using time = new HeldTime();
  const timing: LockTiming = { deadlineMs: 20_000, turnMs: 1, idleMs: 20_000, growth: 32 };
  const lock = await lockOn(disk, timing);
  /** Works until a turn is over; how many milliseconds it was. */
  async function turn(): Promise<number> {
    let length = 0;
    do {
      time.advance(1);
      length++;
      lock.release();
    } while (!await lock.acquire());
    return length;
  }
  await lock.acquire();
  const turns = [];
  for (let round = 0; round < 7; round++) turns.push(await turn());
  assertEquals(turns, [1, 2, 4, 8, 16, 32, 32].map((most) => most + 1));
  lock.share();
  assertEquals([await turn(), await turn()], [1, 2].map((most) => most + 1));
  lock.release();
  await lock.close();
});

Deno.test("two busy holders of a real lock take turns, and never hold it both", async () => {
  await using directory = await TempDir.make();
  const timing: LockTiming = { deadlineMs: 20_000, turnMs: 3, idleMs: 1 };
  let inside = 0;
  const turns: number[] = [];
  let isDone = false;

  async function work(holder: number): Promise<void> {
    const lock = new DirectoryLock(
      await NamedLock.open(SYSTEM_DISK, `${directory.path}/lock`),
      timing,
    );
    while (!isDone) {
      const isNew = await lock.acquire();
      assertEquals(++inside, 1);
      if (isNew) turns.push(holder);
      await new Promise((resume) => setTimeout(resume, 0));
      inside--;
      lock.release();
      isDone ||= [1, 2].every((who) => turns.filter((turn) => turn === who).length >= 20);
    }
    await lock.close();
  }

  // How many turns one has before the other comes is the system's business: it wakes who waits.
  await within("twenty turns of each", Promise.all([work(1), work(2)]));
});

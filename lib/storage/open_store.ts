/**
 * Opening the store a site asked for.
 */

import { ensureDir } from "@std/fs";
import { OperationalError, reasonOf, StorageError } from "../core/errors.ts";
import { COMPACT_FROM_BYTES } from "../core/limits.ts";
import type { Clock, Log } from "../core/ports.ts";
import { refuseHalfCopy } from "./copy_mark.ts";
import { DirectoryLock, LOCK_TIMING, type LockTiming } from "./directory_lock.ts";
import { type Disk, SYSTEM_DISK, systemDisk } from "./disk.ts";
import { writeDraft } from "./draft_file.ts";
import { writeDraftInThread } from "./draft_thread.ts";
import { MemoryStore } from "./memory_store.ts";
import { NamedLock } from "./named_lock.ts";
import type { DatabaseSettings } from "./postgres_store.ts";
import type { StoreMeter } from "./store_meter.ts";
import type { Store } from "./store.ts";
import { type LoadedFiles, loadTextFiles, peekTextFiles, takeInto } from "./text_files.ts";
import { TextStore } from "./text_store.ts";

/** How long a second compaction waits for the first: not at all, it is then done already. */
const COMPACTION_LOCK_TIMING: LockTiming = { deadlineMs: 100, turnMs: 0, idleMs: 0 };

/** Which store, and what it needs. */
export type StoreSettings = LocalStoreSettings | { readonly kind: "postgres" } & DatabaseSettings;

/** A store of this machine. */
export interface LocalStoreSettings {
  /** `text` keeps, `memory` forgets. */
  readonly kind: "text" | "memory";
  /** Directory of the text files. */
  readonly directory: string;
  /** Gives the time of journal lines. */
  readonly clock: Clock;
  /** Is told what opening found, and of failures. */
  readonly log: Log;
  /** The disk under the text files; the machine's own unless a test says otherwise. */
  readonly disk?: Disk;
  /** Journal length in bytes from which compacting is considered. */
  readonly compactFrom?: number;
  /** Is told of every batch of changes, and how long the disk takes. */
  readonly meter?: StoreMeter;
  /** How the directory's lock is shared. */
  readonly lockTiming?: LockTiming;
}

/**
 * Opens a store. The caller closes it.
 *
 * @throws OperationalError when it cannot be used, saying what to do
 */
export async function openStore(settings: StoreSettings): Promise<Store> {
  switch (settings.kind) {
    case "memory":
      return new MemoryStore();
    case "text":
      return await openTextStore(settings);
    case "postgres": {
      // Whoever keeps no database loads no driver.
      const { openPostgresStore } = await import("./postgres_store.ts");
      return await openPostgresStore(settings);
    }
  }
}

async function openTextStore(settings: LocalStoreSettings): Promise<TextStore> {
  const { directory, clock, log, meter } = settings;
  const disk = settings.disk ?? systemDisk(meter?.syncSeconds);
  // Damage is judged under the lock: without it, a server may just be replacing what is read.
  const early = await peekTextFiles(disk, directory).catch(() => undefined);
  let lock: DirectoryLock;
  try {
    lock = await lockDirectory(directory, disk, settings.lockTiming);
  } catch (error) {
    early?.journal.close();
    throw error;
  }
  let files = early;
  try {
    await refuseHalfCopy(disk, directory);
    if (files === undefined || !await isUpToDate(files)) {
      files?.journal.close();
      files = undefined;
      files = await loadTextFiles(disk, directory, clock());
    }
    const { state: { users, rooms }, journal } = files;
    if (journal.tornBytes > 0) {
      log.warn("Cut off an unfinished last line of the journal; it was never acknowledged", {
        bytes: journal.tornBytes,
      });
      await journal.cut();
    }
    // Should it not work now, the first append says so.
    await journal.makeNameDurable().catch(() => {});
    log.debug("Storage is open", { directory, users: users.size, rooms: rooms.size });
    const compactionLock = new DirectoryLock(
      await NamedLock.open(disk, `${directory}/compact.lock`),
      COMPACTION_LOCK_TIMING,
    );
    const { compactFrom = COMPACT_FROM_BYTES } = settings;
    lock.release();
    return new TextStore({
      disk,
      directory,
      files,
      lock,
      compactionLock,
      // A test's disk is in this thread's memory.
      writeDraft: settings.disk === undefined
        ? writeDraftInThread
        : (task) => writeDraft(disk, task),
      clock,
      log,
      compactFrom,
      meter,
    });
  } catch (error) {
    files?.journal.close();
    await lock.close();
    throw error;
  }
}

/** Brings files that were read without the lock up to date; false when they have to be read anew. */
async function isUpToDate({ state, journal }: LoadedFiles): Promise<boolean> {
  try {
    return await journal.follow(takeInto(state), true) !== "lost";
  } catch {
    return false;
  }
}

/**
 * Makes a directory where there is none, and takes its lock. The caller closes the lock.
 *
 * @throws OperationalError when the directory cannot be used, saying what to do
 */
export async function lockDirectory(
  directory: string,
  disk: Disk = SYSTEM_DISK,
  timing: LockTiming = LOCK_TIMING,
): Promise<DirectoryLock> {
  try {
    await ensureDir(directory);
  } catch (error) {
    throw cannotUse(directory, error, "choose another with --data DIR");
  }
  let lock;
  try {
    lock = new DirectoryLock(await NamedLock.open(disk, `${directory}/lock`), timing);
  } catch (error) {
    throw cannotUse(directory, error, "check who owns it or choose another with --data DIR");
  }
  try {
    await lock.acquire();
    return lock;
  } catch (error) {
    await lock.close();
    if (!(error instanceof StorageError)) throw error;
    throw cannotUse(directory, error, "end that server or choose another directory");
  }
}

function cannotUse(directory: string, error: unknown, advice: string): OperationalError {
  return new OperationalError(
    `Cannot use data directory "${directory}": ${reasonOf(error)}; ${advice}`,
    { cause: error },
  );
}

/**
 * Opening the store a site asked for.
 */

import { ensureDir } from "@std/fs";
import { OperationalError, reasonOf } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import { type Disk, type DiskFile, SYSTEM_DISK } from "./disk.ts";
import { Journal } from "./journal.ts";
import { MemoryStore } from "./memory_store.ts";
import type { UserStore } from "./store.ts";
import { TextStore } from "./text_store.ts";
import { UserIndex } from "./user_index.ts";

/** How long another server may take to let go of the directory. */
const LOCK_WAIT_MS = 2000;

/** Which store, and what it needs. */
export interface StoreSettings {
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
}

/**
 * Opens a store. The caller closes it.
 *
 * @throws OperationalError when the directory cannot be used, saying what to do
 */
export async function openStore(settings: StoreSettings): Promise<UserStore> {
  return settings.kind === "memory" ? new MemoryStore() : await openTextStore(settings);
}

async function openTextStore(settings: StoreSettings): Promise<TextStore> {
  const { directory, clock, log, disk = SYSTEM_DISK } = settings;
  await makeDirectory(directory);
  const lock = await lockDirectory(disk, directory);
  try {
    const index = new UserIndex();
    const opened = await Journal.open(disk, directory, clock(), (entry) => {
      if (entry.kind === "journal") return;
      if (index.judge(entry) !== "done") throw new Error("its records contradict each other");
      index.apply(entry);
    });
    if (opened.tornBytes > 0) {
      log.warn("Cut off an unfinished last line of the journal; it was never acknowledged", {
        bytes: opened.tornBytes,
      });
    }
    log.debug("Storage is open", { directory, users: index.size, records: opened.records });
    const release = (): void => lock.close();
    return new TextStore({ index, journal: opened.journal, clock, log, release });
  } catch (error) {
    lock.close();
    throw error;
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await ensureDir(directory);
  } catch (error) {
    throw new OperationalError(
      `Cannot use data directory "${directory}": ${
        reasonOf(error)
      }; choose another with --data DIR`,
      { cause: error },
    );
  }
}

/**
 * Takes the directory for this process. Two servers that write one journal without knowing of each
 * other would damage it, so the second one does not start.
 */
async function lockDirectory(disk: Disk, directory: string): Promise<DiskFile> {
  const path = `${directory}/lock`;
  let file;
  try {
    file = await disk.open(path);
  } catch (error) {
    throw new OperationalError(
      `Cannot write in data directory "${directory}": ${reasonOf(error)}; ` +
        `check who owns it or choose another with --data DIR`,
      { cause: error },
    );
  }
  let timer;
  const timeout = new Promise<"timeout">((resolve) => {
    timer = setTimeout(() => resolve("timeout"), LOCK_WAIT_MS);
  });
  try {
    if (await Promise.race([file.lock(), timeout]) !== "timeout") return file;
  } catch (error) {
    file.close();
    throw new OperationalError(
      `Cannot lock data directory "${directory}": ${reasonOf(error)}; ` +
        `choose one on a local disk with --data DIR`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
  throw new OperationalError(
    `Cannot use data directory "${directory}": another server is using it; ` +
      `stop that one or choose another directory with --data DIR`,
  );
}

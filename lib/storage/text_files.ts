/**
 * The text files of a data directory, read whole: the snapshot, then the journal behind it.
 *
 * ```text
 * journal.txt          every change since the snapshot, one line each
 * users.txt            the snapshot: everything up to some record, sorted
 * users.previous.txt   the snapshot before that one
 * lock, compact.lock   held by servers for moments
 * *.tmp                drafts of a compaction; of no value once it ended
 * ```
 */

import { OperationalError } from "../core/errors.ts";
import { repairOf } from "./damage.ts";
import type { Disk } from "./disk.ts";
import { Journal } from "./journal.ts";
import { beginJournal, journalPath } from "./journal_file.ts";
import { BEGINNING, type JournalPoint, type TakeChange } from "./journal_point.ts";
import { type ContentLine, readSnapshot } from "./snapshot.ts";
import { State } from "./state.ts";

/** Names of the files in a data directory. */
export interface TextFileNames {
  /** Every change since the snapshot. */
  readonly journal: string;
  /** Everything up to some record. */
  readonly snapshot: string;
  /** The snapshot before that one. */
  readonly previous: string;
}

/** The names, with their directory in front. */
export function textFileNames(directory: string): TextFileNames {
  return {
    journal: journalPath(directory),
    snapshot: `${directory}/users.txt`,
    previous: `${directory}/users.previous.txt`,
  };
}

/** What reading found. */
export interface LoadedFiles {
  /** All that is remembered. */
  readonly state: State;
  /** The journal behind it, open. */
  readonly journal: Journal;
  /** Length of the snapshot, 0 without one. */
  readonly snapshotBytes: number;
}

/**
 * Reads everything, and begins a journal where there is nothing yet. Under the lock.
 *
 * @throws DamagedFileError, OperationalError
 */
export async function loadTextFiles(
  disk: Disk,
  directory: string,
  now: number,
): Promise<LoadedFiles> {
  const found = await readTextFiles(disk, directory);
  if (found !== undefined) return found;
  await beginJournal(disk, directory, BEGINNING, [], now);
  return (await readTextFiles(disk, directory))!;
}

/**
 * Reads everything. Under the lock.
 *
 * @returns `undefined` where there is nothing yet
 * @throws DamagedFileError, OperationalError
 */
export async function readTextFiles(
  disk: Disk,
  directory: string,
): Promise<LoadedFiles | undefined> {
  const names = textFileNames(directory);
  const state = new State();
  const through = await loadSnapshot(disk, names, state);
  const journal = await Journal.open(disk, directory, through ?? BEGINNING, takeInto(state));
  if (journal === undefined) {
    if (through === undefined) return undefined;
    throw new OperationalError(
      `Cannot use "${directory}": journal.txt is missing or empty beside users.txt; ` +
        "restore both from one backup, or go on with what users.txt has: " +
        repairOf(names.journal),
    );
  }
  const snapshotBytes = (await disk.facts(names.snapshot))?.size ?? 0;
  return { state, journal, snapshotBytes };
}

/**
 * Reads everything as far as that goes without the lock: it takes seconds where there are many users,
 * and servers that run shall be able to write meanwhile. What came since is to be followed.
 *
 * @returns `undefined` where there is something to be done under the lock first
 * @throws DamagedFileError, OperationalError when it is damaged, or was changed meanwhile
 */
export async function peekTextFiles(
  disk: Disk,
  directory: string,
): Promise<LoadedFiles | undefined> {
  const names = textFileNames(directory);
  if (await disk.facts(names.journal) === undefined) return undefined;
  const snapshotBytes = (await disk.facts(names.snapshot))?.size ?? 0;
  const state = new State();
  let through = BEGINNING;
  if (snapshotBytes > 0) through = await readInto(disk, names.snapshot, state);
  const journal = await Journal.open(disk, directory, through, takeInto(state));
  return journal && { state, journal, snapshotBytes };
}

/** Applies changes as they are read; one that makes no sense is refused. */
export function takeInto(state: State): TakeChange {
  return (change) => {
    if (state.judge(change) !== "done") return false;
    state.apply(change);
    return true;
  };
}

/** @returns what the snapshot contains everything up to, `undefined` when there is none */
async function loadSnapshot(
  disk: Disk,
  { snapshot, previous }: TextFileNames,
  state: State,
): Promise<JournalPoint | undefined> {
  if (await disk.facts(snapshot) === undefined) {
    // A compaction that was cut off between its two renames has left only the older one.
    if (await disk.facts(previous) === undefined) return undefined;
    await disk.rename(previous, snapshot);
  }
  return await readInto(disk, snapshot, state);
}

/**
 * Gives a synced draft the snapshot's name, and the snapshot that of the one before. Under the lock; a
 * journal that goes on from the draft comes next.
 *
 * @throws OperationalError when the names cannot be changed; they are then as before
 */
export async function putSnapshotInPlace(
  disk: Disk,
  directory: string,
  draft: string,
): Promise<void> {
  const { snapshot, previous } = textFileNames(directory);
  const hadSnapshot = await disk.facts(snapshot) !== undefined;
  if (hadSnapshot) await disk.rename(snapshot, previous);
  try {
    await disk.rename(draft, snapshot);
  } catch (error) {
    if (hadSnapshot) await disk.rename(previous, snapshot);
    throw new OperationalError(`Cannot rename "${draft}"`, { cause: error });
  }
  await disk.syncDirectory(directory);
}

async function readInto(disk: Disk, snapshot: string, state: State): Promise<JournalPoint> {
  const file = await disk.open(snapshot);
  try {
    return await readSnapshot(file, snapshot, (line) => restore(state, line));
  } finally {
    file.close();
  }
}

/** Puts a line of a snapshot into the state. */
export function restore(
  { users, rooms }: State,
  line: ContentLine,
): void {
  switch (line.kind) {
    case "user":
      return users.restore(line.user);
    case "more":
      return users.restoreMore(line.user);
    case "room":
      rooms.apply({ ...line, kind: "create room", hash: line.hash });
      return;
    case "member":
      rooms.apply({ ...line, kind: "join room" });
      return;
    case "doubt":
      rooms.apply({ ...line, kind: "doubt member" });
  }
}

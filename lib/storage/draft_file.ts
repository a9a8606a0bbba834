/**
 * The file a compaction drafts: a new snapshot, made from the old one and the journal. It needs no
 * lock and nothing in memory, so it may be made in another thread.
 */

import { DamagedFileError, FAULT_WORDS } from "./damage.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { contentsOfChanges } from "./draft_contents.ts";
import { BEGINNING, type JournalPoint } from "./journal_point.ts";
import { FILE_START, scanJournal, type ScanStart } from "./journal_scan.ts";
import { readLines } from "./line_reader.ts";
import { SnapshotDraft } from "./snapshot_draft.ts";
import { parseSnapshotLine } from "./snapshot.ts";
import type { StoreChange } from "./store.ts";
import { textFileNames } from "./text_files.ts";
import type { JournalRecord } from "./text_record.ts";

/** A draft to be written. Plain data: it may go to another thread. */
export interface DraftTask {
  /** The data directory. */
  readonly directory: string;
  /** Path of the draft. */
  readonly draft: string;
  /** The record of the journal up to which, and with which, everything shall be in it. */
  readonly through: JournalPoint;
  /** The time its first line gives, in milliseconds since 1970. */
  readonly now: number;
}

/**
 * Writes a draft, synced: the old snapshot with what the journal says since.
 *
 * @throws DamagedFileError, OperationalError
 */
export async function writeDraft(
  disk: Disk,
  { directory, draft: path, through: point, now }: DraftTask,
): Promise<void> {
  const names = textFileNames(directory);
  const hasSnapshot = await disk.facts(names.snapshot) !== undefined;
  const old = hasSnapshot ? await disk.open(names.snapshot) : undefined;
  const file = await disk.open(path);
  try {
    const through = old === undefined ? BEGINNING : await throughOf(old, names.snapshot);
    const changes = await changesUpTo(disk, names.journal, through, point);
    const draft = new SnapshotDraft(contentsOfChanges(changes), point, now);
    await draft.writeTo(file, old === undefined ? undefined : { file: old, path: names.snapshot });
    await file.syncData();
  } finally {
    old?.close();
    file.close();
  }
}

/** What a snapshot contains everything up to, from its first line. */
async function throughOf(file: DiskFile, path: string): Promise<JournalPoint> {
  let through: JournalPoint | undefined;
  await readLines(file, 0, (bytes) => {
    if (through !== undefined) return false;
    const line = parseSnapshotLine(bytes);
    if (typeof line === "string") throw new DamagedFileError(path, 1, FAULT_WORDS[line]);
    if (line.kind !== "start") throw new DamagedFileError(path, 1, "it does not belong there");
    through = line.through;
    return true;
  });
  if (through === undefined) throw new DamagedFileError(path, 1, "the file is empty");
  return through;
}

/** The changes of a journal behind one point, up to and with another. */
async function changesUpTo(
  disk: Disk,
  path: string,
  after: JournalPoint,
  through: JournalPoint,
): Promise<StoreChange[]> {
  return await changesOf(
    disk,
    path,
    FILE_START,
    ({ sequence }) => sequence > after.sequence && sequence <= through.sequence,
  );
}

/** The wanted changes from a place in a journal on. @throws DamagedFileError */
export async function changesOf(
  disk: Disk,
  path: string,
  start: ScanStart,
  isWanted: (record: JournalRecord) => boolean,
): Promise<StoreChange[]> {
  const changes: StoreChange[] = [];
  const file = await disk.open(path);
  try {
    await scanJournal(file, path, start, (record) => {
      if (record.entry.kind !== "journal" && isWanted(record)) changes.push(record.entry);
    });
  } finally {
    file.close();
  }
  return changes;
}

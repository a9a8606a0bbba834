/**
 * Compaction: the journal folded into the snapshot, while requests go on.
 *
 * The draft of the new snapshot is made without the lock, from files only: the old snapshot is
 * sorted, so what the journal changes is merged into it line by line, and memory holds no more than
 * those changes. Then, under the lock, the draft takes the snapshot's place, and a new journal with
 * the few records that came meanwhile takes the journal's.
 *
 * It can be cut off at any point:
 * - before the first rename, nothing has changed;
 * - between `users.txt` becoming `users.previous.txt` and the draft becoming `users.txt`, the next
 *   start (or the failed compaction itself) gives the older one its name back;
 * - before the new journal is in place, the old one still holds everything, and what the snapshot
 *   contains is skipped.
 */

import type { Clock } from "../core/ports.ts";
import { DamagedFileError, FAULT_WORDS } from "./damage.ts";
import type { DirectoryLock } from "./directory_lock.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { contentsOfChanges } from "./draft_contents.ts";
import { Journal } from "./journal.ts";
import { BEGINNING, type JournalPoint, type JournalPosition } from "./journal_point.ts";
import { FILE_START, scanJournal, type ScanStart } from "./journal_scan.ts";
import { readLines } from "./line_reader.ts";
import { SnapshotDraft } from "./snapshot_draft.ts";
import { parseSnapshotLine } from "./snapshot.ts";
import type { StoreChange } from "./store.ts";
import { putSnapshotInPlace, textFileNames } from "./text_files.ts";
import type { JournalRecord } from "./text_record.ts";

/** What a compaction works with. */
export interface CompactionParts {
  /** The disk the directory is on. */
  readonly disk: Disk;
  /** The data directory. */
  readonly directory: string;
  /** Where the journal stands at the moment. */
  readonly journal: () => Journal;
  /** Held while it lasts, so that of several servers one does it. */
  readonly compactionLock: DirectoryLock;
  /** Gives the time of the lines. */
  readonly clock: Clock;
  /** Does something under the directory's lock, caught up with all that was written. */
  readonly replace: (work: () => Promise<void>) => Promise<void>;
}

/** The files a compaction began with; when others have replaced them, it has been done already. */
interface Base {
  readonly journal: string | undefined;
  readonly snapshot: string | undefined;
}

/**
 * Compacts once.
 *
 * @returns the length of the new snapshot; `undefined` when another server is at it, or was faster
 * @throws OperationalError when it did not work; the files are as good as before
 */
export async function compact(parts: CompactionParts): Promise<number | undefined> {
  const { disk, directory, compactionLock } = parts;
  try {
    await compactionLock.acquire();
  } catch {
    return undefined;
  }
  const draft = `${directory}/users.tmp`;
  try {
    const base = await identify(disk, directory);
    const { identity, position: at } = parts.journal();
    if (identity !== base.journal) return undefined;
    await disk.remove(draft);
    await writeDraft(parts, draft, at);
    let length: number | undefined;
    await parts.replace(async () => {
      const now = await identify(disk, directory);
      if (now.journal !== base.journal || now.snapshot !== base.snapshot) return;
      length = (await disk.facts(draft))?.size;
      await replaceFiles(parts, draft, at);
    });
    return length;
  } finally {
    await disk.remove(draft).catch(() => {});
    compactionLock.release();
  }
}

async function identify(disk: Disk, directory: string): Promise<Base> {
  const names = textFileNames(directory);
  const [journal, snapshot] = await Promise.all([
    disk.facts(names.journal),
    disk.facts(names.snapshot),
  ]);
  return { journal: journal?.identity, snapshot: snapshot?.identity };
}

/** Writes the snapshot of everything up to `point`, synced, under another name. */
async function writeDraft(
  { disk, directory, clock }: CompactionParts,
  path: string,
  point: JournalPoint,
): Promise<void> {
  const names = textFileNames(directory);
  const hasSnapshot = await disk.facts(names.snapshot) !== undefined;
  const old = hasSnapshot ? await disk.open(names.snapshot) : undefined;
  const file = await disk.open(path);
  try {
    const through = old === undefined ? BEGINNING : await throughOf(old, names.snapshot);
    const changes = await changesUpTo(disk, names.journal, through, point);
    const draft = new SnapshotDraft(contentsOfChanges(changes), point, clock());
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

/** The changes from a place in a journal on. */
async function changesOf(
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

/** Puts the draft in place, with a journal of what came meanwhile. Under the lock. */
async function replaceFiles(
  { disk, directory, clock }: CompactionParts,
  draft: string,
  at: JournalPosition,
): Promise<void> {
  const since = await changesOf(disk, textFileNames(directory).journal, at, () => true);
  await putSnapshotInPlace(disk, directory, draft);
  await Journal.begin(disk, directory, at, since, clock());
}

/**
 * The journal as a file: where it is, how it is opened, how a new one begins.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import { appendAll, type Disk, type DiskFile } from "./disk.ts";
import { type JournalPoint, type JournalPosition, pointChecksum } from "./journal_point.ts";
import type { StoreChange } from "./store.ts";
import { encodeRecord, parseRecord, recordTime } from "./text_record.ts";

/** Where the journal of a data directory is. */
export function journalPath(directory: string): string {
  return `${directory}/journal.txt`;
}

/**
 * Begins a journal behind a point, in place of one that is there. Under the lock.
 *
 * @param changes what happened since that point
 */
export async function beginJournal(
  disk: Disk,
  directory: string,
  after: JournalPoint,
  changes: readonly StoreChange[],
  now: number,
): Promise<void> {
  const draft = `${directory}/journal.tmp`;
  await disk.remove(draft);
  const file = await disk.open(draft);
  try {
    const time = recordTime(now);
    let sequence = after.sequence;
    const start = encodeRecord(sequence, { kind: "journal", after: after.checksum }, time);
    const lines = changes.map((change) => encodeRecord(++sequence, change, time));
    await appendAll(file, new TextEncoder().encode(start + lines.join("")));
    await file.syncData();
  } catch (error) {
    // On a full disk, every byte it holds is missed elsewhere.
    await disk.remove(draft).catch(() => {});
    throw error;
  } finally {
    file.close();
  }
  await disk.rename(draft, journalPath(directory));
  await disk.syncDirectory(directory);
}

/** Fills `into` from an offset on, as far as the file goes. */
export async function readAll(file: DiskFile, offset: number, into: Uint8Array): Promise<void> {
  for (let at = 0; at < into.length;) {
    const count = await file.readAt(offset + at, into.subarray(at));
    if (count === 0) return;
    at += count;
  }
}

/** Whether the record at a position is still the one that was read or written there. */
export async function isRecordAt(
  file: DiskFile,
  { offset, lineBytes, sequence, checksum }: JournalPosition,
): Promise<boolean> {
  const line = new Uint8Array(lineBytes);
  await readAll(file, offset - lineBytes, line);
  const record = parseRecord(line.subarray(0, -1));
  return typeof record !== "string" && record.sequence === sequence &&
    pointChecksum(record) === checksum;
}

/** Opens the file, for reading and appending. @throws OperationalError saying what to check */
export async function openJournalFile(disk: Disk, path: string): Promise<DiskFile> {
  try {
    return await disk.open(path);
  } catch (error) {
    throw new OperationalError(
      `Cannot open "${path}": ${reasonOf(error)}; check who owns the directory and its files`,
      { cause: error },
    );
  }
}

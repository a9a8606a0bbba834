/**
 * Journals made and read by tests.
 */

import { crc32 } from "node:zlib";
import type { Disk } from "../../lib/storage/disk.ts";
import { Journal } from "../../lib/storage/journal.ts";
import { beginJournal } from "../../lib/storage/journal_file.ts";
import { BEGINNING, type JournalPoint } from "../../lib/storage/journal_point.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { encodeRecord, type JournalEntry, recordTime } from "../../lib/storage/text_record.ts";

/** The directory a journal under test is said to be in. */
export const DIRECTORY = "/data";

/** Where it is then. */
export const JOURNAL_PATH = "/data/journal.txt";

/** Milliseconds for things whose time does not matter. */
export const SOME_TIME = Date.UTC(2026, 10, 20, 20, 11, 25);

/** The lines of a journal with these changes behind its beginning, LF included. */
export function journalLines(
  changes: readonly StoreChange[],
  { sequence, checksum }: JournalPoint = BEGINNING,
): string[] {
  const entries: JournalEntry[] = [{ kind: "journal", after: checksum }, ...changes];
  const time = recordTime(SOME_TIME);
  return entries.map((entry, index) => encodeRecord(sequence + index, entry, time));
}

/** A whole line with a checksum that fits, whatever it says. */
export function sealedLine(content: string): string {
  return `${content} ${crc32(content).toString(16).padStart(8, "0")}\n`;
}

/** What opening a journal gave. */
export interface OpenedForTest {
  readonly changes: readonly StoreChange[];
  readonly lines: number;
  readonly tornBytes: number;
}

/** Opens the journal of a disk, closes it again, and tells what was in it. */
export async function openAndClose(disk: Disk): Promise<OpenedForTest> {
  const changes: StoreChange[] = [];
  const journal = await Journal.open(disk, DIRECTORY, BEGINNING, (change) => {
    changes.push(change);
    return true;
  });
  journal?.close();
  return {
    changes,
    lines: journal?.position.lines ?? 0,
    tornBytes: journal?.tornBytes ?? 0,
  };
}

/** A journal that was just begun, with the name it keeps. */
export async function openJournal(disk: Disk): Promise<Journal> {
  await beginJournal(disk, DIRECTORY, BEGINNING, [], SOME_TIME);
  return (await Journal.open(disk, DIRECTORY, BEGINNING, () => true))!;
}

/** The changes a server finds that starts now. */
export async function changesOf(disk: Disk): Promise<readonly StoreChange[]> {
  return (await openAndClose(disk)).changes;
}

/** What of a journal another reader finds behind the point it has. */
export async function followed(
  reader: Journal,
  isSure = false,
): Promise<[string, StoreChange[]]> {
  const taken: StoreChange[] = [];
  const how = await reader.follow((change) => taken.push(change) > 0, isSure);
  return [how, taken];
}

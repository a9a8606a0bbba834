/**
 * Journals made and read by tests.
 */

import { crc32 } from "node:zlib";
import type { Disk } from "../../lib/storage/disk.ts";
import { Journal } from "../../lib/storage/journal.ts";
import { encodeRecord, type JournalEntry } from "../../lib/storage/text_record.ts";

/** The directory a journal under test is said to be in. */
export const DIRECTORY = "/data";

/** Where it is then. */
export const JOURNAL_PATH = "/data/journal.txt";

/** Milliseconds for things whose time does not matter. */
export const SOME_TIME = Date.UTC(2026, 10, 20, 20, 11, 25);

const TIME = "2026-11-20T20:11:25Z";

/** The lines of a journal with these entries behind its beginning, LF included. */
export function journalLines(entries: readonly JournalEntry[]): string[] {
  const all: JournalEntry[] = [{ kind: "journal" }, ...entries];
  return all.map((entry, index) => encodeRecord({ sequence: index + 1, entry }, TIME));
}

/** A whole line with a checksum that fits, whatever it says. */
export function sealedLine(content: string): string {
  return `${content} ${crc32(content).toString(16).padStart(8, "0")}\n`;
}

/** What opening a journal gave. */
export interface OpenedForTest {
  readonly entries: readonly JournalEntry[];
  readonly records: number;
  readonly tornBytes: number;
}

/** Opens the journal of a disk, closes it again, and tells what was in it. */
export async function openAndClose(disk: Disk): Promise<OpenedForTest> {
  const entries: JournalEntry[] = [];
  const opened = await Journal.open(disk, DIRECTORY, SOME_TIME, (entry) => entries.push(entry));
  opened.journal.close();
  return { entries, records: opened.records, tornBytes: opened.tornBytes };
}

/**
 * Reading journal lines in order: whole lines are records, an unfinished last line is a torn tail,
 * anything else that is no record is damage.
 *
 * Why a torn tail is not damage: a record is acknowledged only after it was synced, and a write cut
 * short by a crash leaves a beginning of what was written. So what was torn was never promised.
 */

import { DamagedFileError, FAULT_WORDS } from "./damage.ts";
import type { DiskFile } from "./disk.ts";
import { MAX_LINE_BYTES, readLines } from "./line_reader.ts";
import { type JournalRecord, parseRecord } from "./text_record.ts";

/** Where a scan begins. */
export interface ScanStart {
  /** Offset of the first line to read. */
  readonly offset: number;
  /** Lines before it. */
  readonly lines: number;
  /** Sequence of the record before it; `undefined` at the beginning of the file. */
  readonly sequence: number | undefined;
}

/** The beginning of a file. */
export const FILE_START: ScanStart = { offset: 0, lines: 0, sequence: undefined };

/** Where a scan ended. */
export interface ScanEnd {
  /** Offset behind the last whole record. */
  readonly offset: number;
  /** Bytes of an unfinished line behind it; at least so many, for a very long one. */
  readonly tornBytes: number;
  /** Lines read, those before the start included. */
  readonly lines: number;
}

/**
 * Reads records to the end of a journal.
 *
 * @param path what to call the file in messages
 * @param take is given every record and the length of its line with LF
 * @throws DamagedFileError with the line number of the first line that is no record, or not the next
 */
export async function scanJournal(
  file: DiskFile,
  path: string,
  start: ScanStart,
  take: (record: JournalRecord, lineBytes: number) => void,
): Promise<ScanEnd> {
  let { lines, sequence } = start;
  const end = await readLines(file, start.offset, (line) => {
    lines++;
    const record = parseRecord(line);
    if (typeof record === "string") {
      throw new DamagedFileError(path, lines, FAULT_WORDS[record]);
    }
    requireInOrder(record, sequence, path, lines);
    sequence = record.sequence;
    take(record, line.length + 1);
    return true;
  });
  requireTorn(end.rest, path, lines + 1);
  return { offset: end.offset, tornBytes: end.rest.length, lines };
}

function requireInOrder(
  record: JournalRecord,
  previous: number | undefined,
  path: string,
  line: number,
): void {
  const isFirst = previous === undefined;
  if ((record.entry.kind === "journal") !== isFirst) {
    const what = isFirst ? "a journal begins with a journal record" : "a second beginning";
    throw new DamagedFileError(path, line, what);
  }
  if (!isFirst && record.sequence !== previous + 1) {
    const what = `record ${previous + 1} is missing, record ${record.sequence} stands there`;
    throw new DamagedFileError(path, line, what);
  }
}

/**
 * A write cut off leaves the beginning of a line, and on some file systems a hole of zeros, where the
 * length was kept and the bytes were not. A whole record and one other byte was never cut off: its LF
 * was damaged.
 *
 * @throws DamagedFileError when what stands behind the last whole line is no such thing
 */
export function requireTorn(tail: Uint8Array, path: string, line: number): void {
  const isRecord = tail.length > 1 && tail.at(-1) !== 0 &&
    typeof parseRecord(tail.subarray(0, -1)) !== "string";
  if (isRecord) throw new DamagedFileError(path, line, "its line end is not as it was written");
  if (tail.length >= MAX_LINE_BYTES && tail.at(-1) !== 0) {
    throw new DamagedFileError(path, line, FAULT_WORDS.checksum);
  }
}

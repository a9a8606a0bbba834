/**
 * Reading a journal from its bytes: whole lines are records, an unfinished last line is a torn
 * tail, anything else that is no record is damage.
 *
 * Why a torn tail is not damage: a record is acknowledged only after it was synced, and a write cut
 * short by a crash leaves a beginning of what was written. So what was torn was never promised.
 */

import { OperationalError } from "../core/errors.ts";
import type { DiskFile } from "./disk.ts";
import { type JournalRecord, parseRecord, type RecordFault } from "./text_record.ts";

const LF = 10;
const CHUNK_BYTES = 256 * 1024;

/** No line is longer: bytes beyond this without LF are not a line of ours. */
const MAX_LINE_BYTES = 16 * 1024;

/** Where a scan ended. */
export interface ScanEnd {
  /** Offset behind the last whole record. */
  readonly offset: number;
  /** Bytes of an unfinished line behind it. */
  readonly tornBytes: number;
  /** Records read. */
  readonly records: number;
  /** Sequence of the last record; that given at the start when there was none. */
  readonly sequence: number;
}

/** A journal that holds something that is no record, where only records can be. */
export class DamagedJournalError extends OperationalError {
  /** 1 for the first line of the file. */
  readonly line: number;

  /** Says which line of which file, and what is wrong with it and what to do. */
  constructor(path: string, line: number, what: string) {
    super(`Cannot use journal "${path}": line ${line} is damaged: ${what}`);
    this.line = line;
  }
}

const FAULTS: Readonly<Record<RecordFault, string>> = {
  checksum: "its checksum does not fit; restore the file from a backup",
  format: "its checksum fits but its words make no sense; restore the file from a backup",
  unknown: "it was written by a version of Parley that knows more; use that version or a newer one",
};

/**
 * Reads the records of a journal in order.
 *
 * @param path what to call the file in messages
 * @param take is given every record
 * @throws DamagedJournalError with the line number of the first line that is no record
 */
export async function scanJournal(
  file: DiskFile,
  path: string,
  take: (record: JournalRecord) => void,
): Promise<ScanEnd> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let held = new Uint8Array(0);
  let offset = 0;
  let records = 0;
  let sequence = 0;
  for (;;) {
    const count = await file.readAt(offset + held.length, chunk);
    if (count === 0) break;
    const bytes = concatenate(held, chunk.subarray(0, count));
    let start = 0;
    for (let end; (end = bytes.indexOf(LF, start)) >= 0; start = end + 1) {
      const record = parseRecord(bytes.subarray(start, end));
      if (typeof record === "string") {
        throw new DamagedJournalError(path, records + 1, FAULTS[record]);
      }
      requireInOrder(record, sequence, records, path);
      sequence = record.sequence;
      records++;
      take(record);
    }
    offset += start;
    held = bytes.slice(start);
    if (held.length > MAX_LINE_BYTES && !isAllZero(held)) {
      throw new DamagedJournalError(path, records + 1, FAULTS.checksum);
    }
  }
  requireTorn(held, path, records + 1);
  return { offset, tornBytes: held.length, records, sequence };
}

function requireInOrder(
  record: JournalRecord,
  previous: number,
  records: number,
  path: string,
): void {
  const isFirst = records === 0;
  if ((record.entry.kind === "journal") !== isFirst) {
    const what = isFirst ? "a journal begins with a journal record" : "a second beginning";
    throw new DamagedJournalError(path, records + 1, what);
  }
  if (!isFirst && record.sequence !== previous + 1) {
    const what = `record ${previous + 1} is missing, found ${record.sequence}`;
    throw new DamagedJournalError(path, records + 1, what);
  }
}

/** A whole record and one byte that is not LF was never torn: its LF was damaged. */
function requireTorn(tail: Uint8Array, path: string, line: number): void {
  if (tail.length > 1 && typeof parseRecord(tail.subarray(0, -1)) !== "string") {
    throw new DamagedJournalError(path, line, "its line end is not as it was written");
  }
}

/** Some file systems leave a hole of zeros where a write was cut off by a loss of power. */
function isAllZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function concatenate(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}

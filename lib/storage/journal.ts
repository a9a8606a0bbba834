/**
 * The journal file, shared by any number of processes: verified, followed, appended to, and cut
 * back when an append failed.
 *
 * Rules of this file:
 * - A journal knows one point: the last record it has read or written, where it ends, and its
 *   checksum. Everything before that point was given to `take` once, in order.
 * - Only the holder of the directory's lock appends, cuts or replaces. Following needs no lock: what
 *   is read are whole lines with a fitting checksum, and a line under way is left for later.
 * - Others may have cut or replaced the file meanwhile. Before anything is read behind the point,
 *   the record at the point is compared; when it is not the same, the answer is `lost`, and
 *   everything has to be read anew.
 * - `append` resolves only after a data sync. When it fails, nothing is known about the end of the
 *   file (the system may have dropped the bytes, and a second sync would "succeed" all the same), so
 *   the file is cut back to the point at once, or else before the next append.
 */

import { checksumOfSealed } from "./checked_line.ts";
import { OperationalError, reasonOf, StorageError } from "../core/errors.ts";
import { appendAll, type Disk, type DiskFile } from "./disk.ts";
import { DamagedFileError } from "./damage.ts";
import { FILE_START, scanJournal } from "./journal_scan.ts";
import type { JournalPoint } from "./snapshot.ts";
import type { StoreChange } from "./store.ts";
import { encodeRecord, type JournalRecord, parseRecord, recordTime } from "./text_record.ts";

/** Takes one change that the journal tells of; false when it makes no sense after those before. */
export type TakeChange = (change: StoreChange) => boolean;

/** What came of following: nothing new, more was taken, or our point is not in the file any more. */
export type Followed = "same" | "more" | "lost";

/** Where a journal stands: a record, and where in the file its line ends. */
export interface JournalPosition extends JournalPoint {
  /** Offset behind the record's line. */
  readonly offset: number;
  /** Length of its line with LF. */
  readonly lineBytes: number;
  /** Lines up to it. */
  readonly lines: number;
}

/** An open journal. */
export class Journal {
  readonly #disk: Disk;
  readonly #path: string;
  #file: DiskFile;
  #identity: string;
  #at: JournalPosition;
  /** Bytes behind the point that are not a whole line, as far as is known. */
  #tornBytes = 0;
  /** Bytes of an append that failed and may still stand behind the point. */
  #failedBytes = 0;

  private constructor(
    disk: Disk,
    path: string,
    file: DiskFile,
    identity: string,
    at: JournalPosition,
  ) {
    this.#disk = disk;
    this.#path = path;
    this.#file = file;
    this.#identity = identity;
    this.#at = at;
  }

  /**
   * Opens a journal and reads it from where a snapshot ends.
   *
   * @param through what the snapshot contains; `undefined` without one
   * @param take is given every change behind that point
   * @returns `undefined` when there is no journal yet: nothing, or less than its first line
   * @throws DamagedFileError, OperationalError
   */
  static async open(
    disk: Disk,
    path: string,
    through: JournalPoint,
    take: TakeChange,
  ): Promise<Journal | undefined> {
    const file = await openFile(disk, path);
    try {
      const { identity } = await file.facts();
      const reader = new PointReader(path, through, take);
      const end = await scanJournal(file, path, FILE_START, reader.take);
      if (end.lines > 0) {
        const journal = new Journal(disk, path, file, identity, reader.end());
        journal.#tornBytes = end.tornBytes;
        return journal;
      }
      file.close();
      return undefined;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Begins a journal behind a point, in place of one that is there. Under the lock.
   *
   * @param changes what happened since that point
   */
  static async begin(
    disk: Disk,
    directory: string,
    after: JournalPoint,
    changes: readonly StoreChange[],
    now: number,
  ): Promise<void> {
    const [path, draft] = [`${directory}/journal.txt`, `${directory}/journal.tmp`];
    await disk.remove(draft);
    const file = await disk.open(draft);
    try {
      const time = recordTime(now);
      let sequence = after.sequence;
      const start = encodeRecord(sequence, { kind: "journal", after: after.checksum }, time);
      const lines = changes.map((change) => encodeRecord(++sequence, change, time));
      await appendAll(file, new TextEncoder().encode(start + lines.join("")));
      await file.syncData();
    } finally {
      file.close();
    }
    await disk.rename(draft, path);
    await disk.syncDirectory(directory);
  }

  /** Which file it is: not the one of that name any more when another server has compacted. */
  get identity(): string {
    return this.#identity;
  }

  /** Where the last record read or written is. */
  get position(): JournalPosition {
    return this.#at;
  }

  /** Bytes of an unfinished line behind the last record. */
  get tornBytes(): number {
    return this.#tornBytes;
  }

  /**
   * Takes what others have written.
   *
   * @throws DamagedFileError, OperationalError
   */
  async follow(take: TakeChange): Promise<Followed> {
    const facts = await this.#disk.facts(this.#path);
    if (facts === undefined) return "lost";
    if (facts.identity !== this.#identity) return await this.#goOver(take);
    this.#tornBytes = 0;
    if (facts.size === this.#at.offset) return "same";
    if (facts.size < this.#at.offset || !await this.#isAtPoint()) return "lost";
    const start = this.#at;
    const end = await scanJournal(this.#file, this.#path, start, this.#taker(take));
    this.#tornBytes = end.tornBytes;
    return this.#at === start ? "same" : "more";
  }

  /** Goes over to the file that has taken the place of ours. */
  async #goOver(take: TakeChange): Promise<Followed> {
    let next;
    try {
      next = await Journal.open(this.#disk, this.#path, this.#at, take);
    } catch (error) {
      if (error instanceof LostPointError) return "lost";
      throw error;
    }
    if (next === undefined) return "lost";
    const isSame = next.#at.sequence === this.#at.sequence;
    this.#file.close();
    this.#file = next.#file;
    this.#identity = next.#identity;
    this.#at = next.#at;
    this.#tornBytes = next.#tornBytes;
    this.#failedBytes = 0;
    return isSame ? "same" : "more";
  }

  /** Whether the record at our point is still the one we took. */
  async #isAtPoint(): Promise<boolean> {
    const { offset, lineBytes, sequence, checksum } = this.#at;
    const line = new Uint8Array(lineBytes);
    for (let at = 0; at < lineBytes;) {
      const count = await this.#file.readAt(offset - lineBytes + at, line.subarray(at));
      if (count === 0) return false;
      at += count;
    }
    const record = parseRecord(line.subarray(0, -1));
    return typeof record !== "string" && record.sequence === sequence &&
      pointChecksum(record) === checksum;
  }

  #taker(take: TakeChange): (record: JournalRecord, lineBytes: number) => void {
    return (record, lineBytes) => {
      this.#at = behind(this.#at, record, lineBytes);
      requireSense(record, take, this.#path, this.#at.lines);
    };
  }

  /** Cuts off an unfinished line behind the last record. Under the lock, after following. */
  async cut(): Promise<void> {
    try {
      await this.#file.truncate(this.#at.offset);
      await this.#file.syncData();
      this.#tornBytes = 0;
      this.#failedBytes = 0;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /**
   * Appends changes and syncs them, all or none. Under the lock, after following.
   *
   * @throws StorageError when they could not be made durable; then {@linkcode reopen} comes first
   */
  async append(changes: readonly StoreChange[], now: number): Promise<void> {
    if (this.#failedBytes > 0) throw this.#failure(new Error("it was not reopened"));
    if (this.#tornBytes > 0) await this.cut();
    const time = recordTime(now);
    let { sequence } = this.#at;
    const lines = changes.map((change) => encodeRecord(++sequence, change, time));
    const bytes = new TextEncoder().encode(lines.join(""));
    try {
      await appendAll(this.#file, bytes);
      await this.#file.syncData();
    } catch (error) {
      this.#failedBytes = bytes.length;
      // Tried at once, under this very lock: later, a sibling may have read it and built on it.
      await this.cut().catch(() => {});
      throw this.#failure(error);
    }
    const last = lines.at(-1)!;
    const { offset, lines: before } = this.#at;
    this.#at = {
      sequence,
      checksum: checksumOfSealed(last),
      offset: offset + bytes.length,
      lineBytes: last.length,
      lines: before + lines.length,
    };
  }

  /**
   * Opens the file anew after a failure and verifies all of it. Under the lock.
   *
   * @throws StorageError when that does not work yet, OperationalError when it is damaged
   */
  async reopen(take: TakeChange): Promise<Followed> {
    await this.#dropFailed();
    const followed = await this.#goOver(take);
    if (followed !== "lost") await this.cut();
    return followed;
  }

  /** Cuts off what a failed append left, unless a sibling has appended behind it since. */
  async #dropFailed(): Promise<void> {
    try {
      const file = await this.#disk.open(this.#path);
      try {
        const { size, identity } = await file.facts();
        const isOurs = identity === this.#identity && size <= this.#at.offset + this.#failedBytes;
        if (isOurs && size > this.#at.offset) await file.truncate(this.#at.offset);
        await file.syncData();
      } finally {
        file.close();
      }
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }

  #failure(error: unknown): StorageError {
    if (error instanceof StorageError) return error;
    return new StorageError(`Cannot write "${this.#path}": ${reasonOf(error)}`, { cause: error });
  }
}

/** Our point is not in a journal where it should be: it is of another history, or was cut. */
export class LostPointError extends OperationalError {}

/** Reads a journal from its first line and gives on what lies behind a point. */
class PointReader {
  readonly #path: string;
  readonly #point: JournalPoint;
  readonly #take: TakeChange;
  #at: JournalPosition = { sequence: 0, checksum: "", offset: 0, lineBytes: 0, lines: 0 };

  constructor(path: string, point: JournalPoint, take: TakeChange) {
    this.#path = path;
    this.#point = point;
    this.#take = take;
  }

  readonly take = (record: JournalRecord, lineBytes: number): void => {
    const { sequence, entry } = record;
    const { sequence: wanted, checksum } = this.#point;
    if (entry.kind === "journal" && sequence > wanted) {
      throw this.#lost(`records ${wanted + 1} to ${sequence} are not in it`);
    }
    if (sequence === wanted && pointChecksum(record) !== checksum) {
      throw this.#lost(`record ${sequence} is not the one that was there`);
    }
    this.#at = behind(this.#at, record, lineBytes);
    if (sequence > wanted) requireSense(record, this.#take, this.#path, this.#at.lines);
  };

  /** Where the last record ends. @throws LostPointError when the point was never reached */
  end(): JournalPosition {
    const { sequence } = this.#point;
    if (this.#at.sequence < sequence) throw this.#lost(`it ends before record ${sequence}`);
    return this.#at;
  }

  #lost(what: string): LostPointError {
    return new LostPointError(
      `Cannot use "${this.#path}": ${what}, so it does not belong to the users.txt beside it; ` +
        "restore both from one backup",
    );
  }
}

/** The first line stands for the record before it, whose checksum it carries. */
function pointChecksum({ entry, checksum }: JournalRecord): string {
  return entry.kind === "journal" ? entry.after : checksum;
}

function behind(
  { offset, lines }: JournalPosition,
  record: JournalRecord,
  lineBytes: number,
): JournalPosition {
  return {
    sequence: record.sequence,
    checksum: pointChecksum(record),
    offset: offset + lineBytes,
    lineBytes,
    lines: lines + 1,
  };
}

function requireSense(
  { entry }: JournalRecord,
  take: TakeChange,
  path: string,
  line: number,
): void {
  if (entry.kind === "journal" || take(entry)) return;
  throw new DamagedFileError(path, line, "it makes no sense after the lines before it");
}

async function openFile(disk: Disk, path: string): Promise<DiskFile> {
  try {
    return await disk.open(path);
  } catch (error) {
    throw new OperationalError(
      `Cannot open "${path}": ${reasonOf(error)}; check who owns the directory and its files`,
      { cause: error },
    );
  }
}

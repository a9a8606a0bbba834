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
 * - `append` resolves only after a data sync, and after the file's name was made durable: a file that
 *   another server put in place may have been left without that by a crash.
 * - When an append fails, nothing is known about the end of the file (the system may have dropped the
 *   bytes, and a second sync would "succeed" all the same), so the file is cut back to the point at
 *   once, or else in `reopen`, and nothing is appended before `reopen`.
 */

import { checksumOfSealed } from "./checked_line.ts";
import { OperationalError, reasonOf, StorageError } from "../core/errors.ts";
import { appendAll, type Disk, type DiskFile } from "./disk.ts";
import {
  behind,
  type JournalPoint,
  type JournalPosition,
  LostPointError,
  PointReader,
  requireSense,
  type TakeChange,
} from "./journal_point.ts";
import { isRecordAt, journalPath, openJournalFile, readAll } from "./journal_file.ts";
import { FILE_START, scanJournal } from "./journal_scan.ts";
import type { StoreChange } from "./store.ts";
import { encodeRecord, type JournalRecord, recordTime } from "./text_record.ts";

const LF = 10;

/** What came of following: nothing new, more was taken, or our point is not in the file any more. */
export type Followed = "same" | "more" | "lost";

/** An open journal. */
export class Journal {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #path: string;
  #file: DiskFile;
  #identity: string;
  #at: JournalPosition;
  /** Bytes behind the point that are not a whole line, as far as is known. */
  #tornBytes = 0;
  /** Whether the file would still have its name after a loss of power. */
  #isNameDurable = false;
  /** Whether an append failed and nothing was verified since. */
  #isSuspect = false;
  /** What a failed append may have left behind the point. */
  #left: FailedAppend | undefined;

  private constructor(
    disk: Disk,
    directory: string,
    file: DiskFile,
    { identity, at, tornBytes }: OpenedFile,
  ) {
    this.#disk = disk;
    this.#directory = directory;
    this.#path = journalPath(directory);
    this.#file = file;
    this.#identity = identity;
    this.#at = at;
    this.#tornBytes = tornBytes;
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
    directory: string,
    through: JournalPoint,
    take: TakeChange,
  ): Promise<Journal | undefined> {
    const path = journalPath(directory);
    const file = await openJournalFile(disk, path);
    try {
      const { identity } = await file.facts();
      const reader = new PointReader(path, through, take);
      const { lines, tornBytes } = await scanJournal(file, path, FILE_START, reader.take);
      if (lines > 0) {
        return new Journal(disk, directory, file, { identity, at: reader.end(), tornBytes });
      }
      file.close();
      return undefined;
    } catch (error) {
      file.close();
      throw error;
    }
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
   * @param isSure under the lock, before something is built on the answer: a file of the same length
   * may have been cut back and have grown again
   * @throws DamagedFileError, OperationalError
   */
  async follow(take: TakeChange, isSure = false): Promise<Followed> {
    if (this.#left !== undefined) {
      if (!isSure) return "same";
      await this.#dropLeft();
    }
    const facts = await this.#disk.facts(this.#path);
    if (facts === undefined) return "lost";
    if (facts.identity !== this.#identity) return await this.#goOver(take);
    this.#tornBytes = 0;
    if (facts.size === this.#at.offset && !isSure) return "same";
    if (facts.size < this.#at.offset || !await isRecordAt(this.#file, this.#at)) return "lost";
    if (facts.size === this.#at.offset) return "same";
    const start = this.#at;
    const end = await scanJournal(this.#file, this.#path, start, this.#taker(take));
    this.#tornBytes = end.tornBytes;
    return this.#at === start ? "same" : "more";
  }

  /** Goes over to the file that has taken the place of ours. */
  async #goOver(take: TakeChange): Promise<Followed> {
    let next;
    try {
      next = await Journal.open(this.#disk, this.#directory, this.#at, take);
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
    this.#isNameDurable = false;
    this.#left = undefined;
    return isSame ? "same" : "more";
  }

  #taker(take: TakeChange): (record: JournalRecord, lineBytes: number) => void {
    return (record, lineBytes) => {
      this.#at = behind(this.#at, record, lineBytes);
      requireSense(record, take, this.#path, this.#at.lines);
    };
  }

  /**
   * Makes sure that the file would still have its name after a loss of power. An append does it where
   * it has to; a server does it at its start, when descriptors are not short yet.
   */
  async makeNameDurable(): Promise<void> {
    if (this.#isNameDurable) return;
    await this.#disk.syncDirectory(this.#directory);
    this.#isNameDurable = true;
  }

  /** Cuts off an unfinished line behind the last record. Under the lock, after following. */
  async cut(): Promise<void> {
    try {
      await this.#file.truncate(this.#at.offset);
      this.#tornBytes = 0;
      this.#left = undefined;
      await this.#file.syncData();
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
    if (this.#isSuspect) throw this.#failure(new Error("it was not reopened"));
    const time = recordTime(now);
    let { sequence } = this.#at;
    const lines = changes.map((change) => encodeRecord(++sequence, change, time));
    const bytes = new TextEncoder().encode(lines.join(""));
    let isWhole = false;
    try {
      if (this.#tornBytes > 0) await this.cut();
      await this.makeNameDurable();
      await appendAll(this.#file, bytes);
      isWhole = true;
      await this.#file.syncData();
    } catch (error) {
      this.#isSuspect = true;
      this.#left = { bytes, isWhole };
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
    try {
      await this.#dropLeft();
      const followed = await this.#goOver(take);
      if (followed !== "lost") {
        await this.cut();
        this.#isSuspect = false;
      }
      return followed;
    } catch (error) {
      if (error instanceof OperationalError) throw error;
      throw this.#failure(error);
    }
  }

  /**
   * Cuts off what a failed append left and could not take back, unless a sibling may have dealt with
   * it meanwhile: whole records behind the point are then as true as any, because something that was
   * acknowledged may be built on them, or be one of them.
   */
  async #dropLeft(): Promise<void> {
    if (this.#left === undefined) return;
    const { bytes, isWhole } = this.#left;
    const facts = await this.#file.facts();
    const there = new Uint8Array(Math.max(0, facts.size - this.#at.offset));
    if (there.length > bytes.length) return;
    await readAll(this.#file, this.#at.offset, there);
    // A sibling cuts a torn end before it appends, so a torn end is still ours alone.
    const isOurs = there.every((byte, index) => byte === bytes[index]) &&
      (isWhole ? there.length === bytes.length : there.at(-1) !== LF);
    if (isOurs) await this.cut();
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

/** What an append that failed may have left. */
interface FailedAppend {
  readonly bytes: Uint8Array;
  /** Whether all of it was written and only the sync failed. */
  readonly isWhole: boolean;
}

interface OpenedFile {
  readonly identity: string;
  readonly at: JournalPosition;
  readonly tornBytes: number;
}

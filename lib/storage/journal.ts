/**
 * The journal file: opened and verified, appended to, and cut back when an append failed.
 *
 * Rules of this file:
 * - `append` resolves only after a data sync; until then nothing of it is promised.
 * - After a failed write or sync nothing is known about the file's end: the system may have dropped
 *   the bytes and a second sync would still "succeed". So the journal refuses to append until
 *   {@linkcode Journal.reopen} has cut the file back to what was promised and synced that.
 */

import { OperationalError, reasonOf, StorageError } from "../core/errors.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { scanJournal } from "./journal_scan.ts";
import { encodeRecord, type JournalEntry, recordTime } from "./text_record.ts";

/** What opening a journal found. */
export interface OpenedJournal {
  /** The journal, ready to append to. */
  readonly journal: Journal;
  /** Records read. */
  readonly records: number;
  /** Bytes of an unfinished last line that were cut off. */
  readonly tornBytes: number;
}

/** An open, verified journal. */
export class Journal {
  readonly #disk: Disk;
  readonly #path: string;
  #file: DiskFile;
  #durableLength: number;
  #sequence: number;
  #trusted = true;

  private constructor(
    disk: Disk,
    path: string,
    file: DiskFile,
    durableLength: number,
    sequence: number,
  ) {
    this.#disk = disk;
    this.#path = path;
    this.#file = file;
    this.#durableLength = durableLength;
    this.#sequence = sequence;
  }

  /**
   * Opens the journal in a directory, or begins one. A torn last line is cut off.
   *
   * @param take is given every entry in order
   * @throws DamagedJournalError when a line is damaged; OperationalError when the files cannot be used
   */
  static async open(
    disk: Disk,
    directory: string,
    now: number,
    take: (entry: JournalEntry) => void,
  ): Promise<OpenedJournal> {
    const path = `${directory}/journal.txt`;
    const file = await openFile(disk, path);
    try {
      const end = await scanJournal(file, path, ({ entry }) => take(entry));
      if (end.tornBytes > 0) await cutBack(file, end.offset);
      const journal = new Journal(disk, path, file, end.offset, end.sequence);
      if (end.records === 0) {
        await journal.append([{ kind: "journal" }], now);
        await disk.syncDirectory(directory);
      }
      return { journal, records: end.records, tornBytes: end.tornBytes };
    } catch (error) {
      file.close();
      throw error instanceof OperationalError ? error : new OperationalError(
        `Cannot use journal "${path}": ${reasonOf(error)}`,
        { cause: error },
      );
    }
  }

  /** Whether the end of the file is known; when not, {@linkcode reopen} comes first. */
  get trusted(): boolean {
    return this.#trusted;
  }

  /**
   * Appends entries and syncs them, all or none.
   *
   * @throws StorageError when they could not be made durable
   */
  async append(entries: readonly JournalEntry[], now: number): Promise<void> {
    if (!this.#trusted) throw new StorageError(`Cannot write "${this.#path}": not reopened yet`);
    const time = recordTime(now);
    let sequence = this.#sequence;
    const lines = entries.map((entry) => encodeRecord({ sequence: ++sequence, entry }, time));
    const bytes = new TextEncoder().encode(lines.join(""));
    try {
      for (let at = 0; at < bytes.length;) at += await this.#file.append(bytes.subarray(at));
      await this.#file.syncData();
    } catch (error) {
      this.#trusted = false;
      await this.#takeBack();
      throw new StorageError(`Cannot write "${this.#path}": ${reasonOf(error)}`, { cause: error });
    }
    this.#durableLength += bytes.length;
    this.#sequence = sequence;
  }

  /**
   * Opens the file anew and cuts it back to what was promised.
   *
   * @throws StorageError when that does not work yet
   */
  async reopen(): Promise<void> {
    try {
      const file = await this.#disk.open(this.#path);
      this.#file.close();
      this.#file = file;
      const size = await file.size();
      if (size < this.#durableLength) {
        throw new StorageError(`it is shorter than what was synced: ${size} bytes`);
      }
      await cutBack(file, this.#durableLength);
      this.#trusted = true;
    } catch (error) {
      throw new StorageError(`Cannot write "${this.#path}": ${reasonOf(error)}`, { cause: error });
    }
  }

  /**
   * Cuts off what was refused at once, if the disk lets us: a server that starts after this one
   * would otherwise find whole records there and take them for promised.
   */
  async #takeBack(): Promise<void> {
    try {
      await cutBack(this.#file, this.#durableLength);
    } catch {
      // The disk is worse off than that; reopening tries again.
    }
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
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

async function cutBack(file: DiskFile, length: number): Promise<void> {
  await file.truncate(length);
  await file.syncData();
}

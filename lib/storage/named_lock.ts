/**
 * A file locked by its name. The system locks the file itself: where somebody removed it, taking it
 * for a leftover, or put another directory in its place, those who have it open and those who open
 * it then would both have "the lock". So whoever was given the lock looks whether the file still
 * has its name, and else locks the one that has it now.
 */

import type { Disk, DiskFile } from "./disk.ts";

/**
 * So often is another file opened. More would be no mistake of a person, but a file system that
 * tells one file by two identities, where there is nothing to compare.
 */
const MAX_REOPENED = 2;

/** The lock on whichever file has a name. Used by one task at a time. */
export class NamedLock {
  readonly #disk: Disk;
  readonly #path: string;
  #file: DiskFile;
  #isClosed = false;

  private constructor(disk: Disk, path: string, file: DiskFile) {
    this.#disk = disk;
    this.#path = path;
    this.#file = file;
  }

  /** Opens the file, made when missing. The caller closes it. */
  static async open(disk: Disk, path: string): Promise<NamedLock> {
    return new NamedLock(disk, path, await disk.open(path));
  }

  /** Takes the lock; other holders are waited for. Rejects when no file can have the name. */
  async lock(): Promise<void> {
    await this.#file.lock();
    for (let reopened = 0; reopened < MAX_REOPENED && !this.#isClosed; reopened++) {
      const [own, named] = [await this.#file.facts(), await this.#disk.facts(this.#path)];
      if (own.identity === named?.identity) return;
      await this.#reopen();
    }
  }

  /** Gives the lock back. */
  unlock(): Promise<void> {
    return this.#file.unlock();
  }

  /** Lets go of the lock and its file. */
  close(): void {
    this.#isClosed = true;
    this.#file.close();
  }

  async #reopen(): Promise<void> {
    try {
      const file = await this.#disk.open(this.#path);
      if (this.#isClosed) return file.close();
      this.#file.close();
      this.#file = file;
    } catch (error) {
      await this.#file.unlock();
      throw error;
    }
    await this.#file.lock();
  }
}

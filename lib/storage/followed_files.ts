/**
 * The files of a text store as this server follows them: what other servers append is read, and what
 * was cut, replaced or could not be written is opened anew. Whoever calls sees to it that nobody else
 * reads or writes them meanwhile.
 */

import { StorageError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { DirectoryLock } from "./directory_lock.ts";
import type { Disk } from "./disk.ts";
import type { StoreChange, StoreHealth } from "./store.ts";
import { type LoadedFiles, readTextFiles, takeInto } from "./text_files.ts";
import { WriteTrouble } from "./write_trouble.ts";

/** What following files needs. */
export interface FollowedParts {
  /** The disk the directory is on. */
  readonly disk: Disk;
  /** The data directory. */
  readonly directory: string;
  /** Held for every batch of changes. */
  readonly lock: DirectoryLock;
  /** Gives the time of journal lines. */
  readonly clock: Clock;
  /** Is told of failures, recovery and compaction. */
  readonly log: Log;
}

/** The files, and whether they can be read and written. */
export class FollowedFiles {
  readonly #parts: FollowedParts;
  readonly #trouble: WriteTrouble;
  #files: LoadedFiles;
  #isStale = false;

  /** Takes over files that were just loaded. */
  constructor(files: LoadedFiles, parts: FollowedParts) {
    this.#files = files;
    this.#parts = parts;
    this.#trouble = new WriteTrouble(parts.clock, parts.log);
  }

  /** What they hold. */
  get state(): LoadedFiles["state"] {
    return this.#files.state;
  }

  /** The journal, until it is opened anew. */
  get journal(): LoadedFiles["journal"] {
    return this.#files.journal;
  }

  /** The length of the snapshot. */
  get snapshotBytes(): number {
    return this.#files.snapshotBytes;
  }

  set snapshotBytes(bytes: number) {
    this.#files = { ...this.#files, snapshotBytes: bytes };
  }

  /** Whether changes are taken, and why not. */
  health(): StoreHealth {
    return this.#trouble.health();
  }

  /** Whether something is wrong that a moment under the lock may mend. */
  get needsCare(): boolean {
    return this.#trouble.exists ? this.#trouble.isRetryDue : this.#isStale;
  }

  /** Lets go of them. */
  close(): void {
    this.#files.journal.close();
  }

  /** Writes changes, which are on the disk then. @throws StorageError */
  async append(changes: readonly StoreChange[]): Promise<void> {
    this.#trouble.requireNone();
    try {
      await this.#files.journal.append(changes, this.#parts.clock());
    } catch (error) {
      throw this.#trouble.failed(error);
    }
  }

  /**
   * Reads what others have written. When our place in the journal is gone, everything is read anew,
   * for which a reader needs the lock, too.
   */
  async catchUp(underLock: boolean): Promise<void> {
    const { state, journal } = this.#files;
    if (!this.#isStale) {
      try {
        const followed = await journal.follow(takeInto(state), underLock);
        if (followed !== "same") this.#parts.lock.share();
        if (followed !== "lost") return;
        this.#isStale = true;
      } catch (error) {
        // Some of it may have been applied; only a fresh start tells what is true. Without the lock
        // it may have been a moment in which a sibling took something back.
        this.#isStale ||= !(error instanceof StorageError);
        if (underLock) throw this.#trouble.failed(error);
      }
    }
    if (underLock) await this.#reload();
  }

  /** The same for whoever holds the lock, unless nobody else had it since. @throws StorageError */
  async catchUpUnderLock(isNew: boolean): Promise<void> {
    if (isNew || this.#isStale) await this.catchUp(true);
  }

  /** Makes the journal usable again after a failure, when it is time to try. */
  async recover(): Promise<void> {
    if (!this.#trouble.isRetryDue) return;
    try {
      if (!this.#isStale) {
        const followed = await this.#files.journal.reopen(takeInto(this.#files.state));
        this.#isStale = followed === "lost";
      }
      if (this.#isStale) await this.#reload();
    } catch (error) {
      // Damage may have been met in the middle of what was applied.
      this.#isStale ||= !(error instanceof StorageError);
      this.#trouble.failed(error);
      return;
    }
    this.#trouble.ended();
  }

  /** Lets `work` put other files in their place, and reads those. @throws StorageError */
  async replace(work: () => Promise<void>, isNew: boolean): Promise<void> {
    this.#trouble.requireNone();
    await this.catchUpUnderLock(isNew);
    try {
      await work();
    } catch (error) {
      // Which files have which names, now and after a loss of power, is not known.
      this.#isStale = true;
      throw this.#trouble.failed(error);
    }
    await this.catchUp(true);
  }

  async #reload(): Promise<void> {
    const { disk, directory, log } = this.#parts;
    const before = this.state.users.size;
    try {
      const files = await readTextFiles(disk, directory);
      // A file system that went away leaves an empty directory. To begin anew in it would be to
      // forget everybody, and what is acknowledged from then on when the file system is back.
      if (files === undefined) {
        throw new StorageError(
          `Cannot find journal.txt in "${directory}" any more: put the files back ` +
            `(is the disk mounted?), or start the server anew to begin without them`,
        );
      }
      this.#files.journal.close();
      this.#files = files;
      this.#isStale = false;
    } catch (error) {
      throw this.#trouble.failed(error);
    }
    const users = this.state.users.size;
    log.info("Read the data directory anew, another server has replaced or cut its files");
    // Nobody is ever taken out, but by hand.
    if (users < before) log.warn("There are fewer users than before in it", { before, users });
  }
}

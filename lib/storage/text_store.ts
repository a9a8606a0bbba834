/**
 * The text store: everything in memory, a journal on disk that any number of servers share, and
 * group commit between them.
 *
 * A batch is committed so: take the lock, read what others have appended, judge the batch against
 * that and apply it, append with one sync, let go of the lock, answer. When the append fails, the
 * batch is taken back and each request of it gets a StorageError; the store takes no changes until
 * the journal was opened anew and verified.
 *
 * Readers follow the journal without the lock, every {@linkcode FOLLOW_MS}, and before anybody is
 * called unknown.
 */

import { StorageError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import { compact } from "./compaction.ts";
import { Compactions } from "./compactions.ts";
import type { DirectoryLock } from "./directory_lock.ts";
import type { DraftTask } from "./draft_file.ts";
import { FollowedFiles, type FollowedParts } from "./followed_files.ts";
import { GroupCommit } from "./group_commit.ts";
import { OneAtATime } from "./one_at_a_time.ts";
import type { ChangeOutcome, Store, StoreChange, StoredRoom, StoreHealth } from "./store.ts";
import type { StoreMeter } from "./store_meter.ts";
import type { LoadedFiles } from "./text_files.ts";
import type { Undo } from "./user_index.ts";
import { WriteTrouble } from "./write_trouble.ts";

/** How often the journal is looked at for what others have appended. */
const FOLLOW_MS = 50;

/** What a text store is made of; see `open_store.ts`. */
export interface TextStoreParts extends FollowedParts {
  /** The files, loaded; the store closes them. */
  readonly files: LoadedFiles;
  /** Held while compacting, so that of several servers one does it. */
  readonly compactionLock: DirectoryLock;
  /** Writes the draft of a compaction. */
  readonly writeDraft: (task: DraftTask) => Promise<void>;
  /** Journal length in bytes from which compacting is considered. */
  readonly compactFrom: number;
  /** Is told of every batch. */
  readonly meter?: StoreMeter | undefined;
}

/** Users and rooms in memory and in text files. */
export class TextStore implements Store {
  readonly #parts: TextStoreParts;
  readonly #commits: GroupCommit<StoreChange, ChangeOutcome>;
  readonly #compactions: Compactions;
  readonly #files: FollowedFiles;
  /** Whether the lock cannot be had: nothing is wrong with the files then, as far as is known. */
  readonly #lockTrouble: WriteTrouble;
  /** Whoever holds the lock, one after the other. */
  readonly #turns = new OneAtATime();
  /** Whoever reads or writes the journal, one after the other. */
  readonly #access = new OneAtATime();
  #following: Promise<void> | undefined;
  #caring: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** Takes over files that were just loaded. */
  constructor(parts: TextStoreParts) {
    this.#parts = parts;
    this.#files = new FollowedFiles(parts.files, parts);
    this.#lockTrouble = new WriteTrouble(parts.clock, parts.log);
    this.#commits = new GroupCommit(
      (batch) => this.#withLock((isNew) => this.#commit(batch, isNew)),
      { meter: parts.meter },
    );
    this.#compactions = new Compactions(() => this.#compact(), parts.compactFrom, parts.log);
    this.#followSoon();
  }

  /** Makes a change; resolves when it is on disk. @throws StorageError */
  change(change: StoreChange): Promise<ChangeOutcome> {
    if (this.#closed) return Promise.reject(new StorageError("The store is closed"));
    return this.#commits.submit(change);
  }

  /** Whether a user is registered, with what other servers have written. */
  isKnown(user: UserId): boolean | Promise<boolean> {
    return this.#users.buddiesOf(user) !== undefined ||
      this.#caughtUp(() => this.#users.buddiesOf(user) !== undefined);
  }

  /** A user's buddies; before somebody is called unknown, others' changes are read. */
  buddiesOf(user: UserId): readonly UserId[] | Promise<readonly UserId[] | undefined> {
    return this.#users.buddiesOf(user) ?? this.#caughtUp(() => this.#users.buddiesOf(user));
  }

  /** A user's password hash, where there is one. */
  passwordOf(user: UserId): string | Promise<string | undefined> {
    return this.#users.passwordOf(user) ?? this.#caughtUp(() => this.#users.passwordOf(user));
  }

  /** How many users have none, with what other servers have written. */
  usersWithoutPassword(): Promise<number> {
    return this.#caughtUp(() => this.#users.withoutPassword);
  }

  /** Every room. */
  rooms(): Promise<readonly StoredRoom[]> {
    return this.#caughtUp(() => this.#files.state.rooms.rooms());
  }

  /** A room, with what other servers have written. */
  room(room: string): Promise<StoredRoom | undefined> {
    return this.#caughtUp(() => this.#files.state.rooms.room(room));
  }

  /** Whether changes are taken, and why not. */
  health(): StoreHealth {
    return this.#lockTrouble.exists ? this.#lockTrouble.health() : this.#files.health();
  }

  /** Finishes what was asked for, then lets go of the files. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#commits.idle();
    await this.#compactions.idle();
    await this.#following;
    await this.#turns.run(() => Promise.resolve());
    await this.#access.run(() => Promise.resolve());
    this.#files.close();
    await Promise.all([this.#parts.lock.close(), this.#parts.compactionLock.close()]);
  }

  get #users(): LoadedFiles["state"]["users"] {
    return this.#files.state.users;
  }

  /** Does something under the lock; `work` learns whether others may have held it meanwhile. */
  #withLock<T>(work: (isNew: boolean) => Promise<T>): Promise<T> {
    const { lock } = this.#parts;
    return this.#turns.run(async () => {
      const isNew = await this.#acquire();
      try {
        return await this.#access.run(() => work(isNew));
      } finally {
        lock.release();
      }
    });
  }

  async #acquire(): Promise<boolean> {
    try {
      const isNew = await this.#parts.lock.acquire();
      if (this.#lockTrouble.exists) this.#lockTrouble.ended();
      return isNew;
    } catch (error) {
      throw this.#lockTrouble.failed(error);
    }
  }

  async #commit(batch: readonly StoreChange[], isNew: boolean): Promise<ChangeOutcome[]> {
    await this.#files.recover();
    await this.#files.catchUpUnderLock(isNew);
    const { state } = this.#files;
    const accepted: StoreChange[] = [];
    const undo: Undo[] = [];
    const outcomes = batch.map((change) => {
      const outcome = state.judge(change);
      if (outcome === "done") {
        accepted.push(change);
        undo.push(state.apply(change));
      }
      return outcome;
    });
    // What changes nothing is answered truly even while nothing can be written.
    if (accepted.length === 0) return outcomes;
    try {
      await this.#files.append(accepted);
    } catch (error) {
      for (const takeBack of undo.reverse()) takeBack();
      throw error;
    }
    const { journal, snapshotBytes } = this.#files;
    if (!this.#closed) this.#compactions.consider(journal.position.offset, snapshotBytes);
    return outcomes;
  }

  /** Gives an answer after reading all that was written before the question. */
  async #caughtUp<T>(answer: () => T): Promise<T> {
    // One that has not begun yet serves everybody who asks meanwhile.
    this.#following ??= this.#access.run(async () => {
      this.#following = undefined;
      if (this.#closed) return;
      await this.#files.catchUp(false);
    });
    await this.#following;
    // Our place in the journal is gone: what a sibling has promised may be in what replaced it.
    if (this.#files.needsCare) await this.#takeCare();
    return answer();
  }

  #followSoon(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(async () => {
      await this.#caughtUp(() => {});
      // Whoever is told to ask elsewhere meanwhile does not come to find out that it is over.
      if (this.#lockTrouble.isRetryDue) await this.#takeCare();
      this.#followSoon();
    }, FOLLOW_MS);
  }

  /** Mends what can be mended, also while nobody asks for a change; once for all who wait for it. */
  #takeCare(): Promise<void> {
    this.#caring ??= this.#withLock(async () => {
      if (this.#closed) return;
      await this.#files.recover();
      await this.#files.catchUp(true);
    }).catch(() => {}).finally(() => {
      this.#caring = undefined;
    });
    return this.#caring;
  }

  /** Compacts once. @returns the length of the new snapshot, where there is one */
  async #compact(): Promise<number | undefined> {
    const snapshotBytes = await compact({
      ...this.#parts,
      journal: () => this.#files.journal,
      replace: (work) => this.#withLock((isNew) => this.#files.replace(work, isNew)),
    });
    if (snapshotBytes !== undefined) this.#files.snapshotBytes = snapshotBytes;
    return snapshotBytes;
  }
}

/**
 * The text store: an index in memory, a journal on disk, and group commit between them.
 *
 * A batch is judged against the index in order, applied, and appended with one sync; only then are
 * its requests answered. When the append fails the batch is taken back from the index and every
 * request of it gets a StorageError; the next batch first reopens the journal. A batch that changes
 * nothing needs no disk, and is answered also while the disk fails.
 */

import { StorageError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { GroupCommit } from "./group_commit.ts";
import type { Journal } from "./journal.ts";
import type { ChangeOutcome, StoreHealth, UserChange, UserStore } from "./store.ts";
import type { UserIndex } from "./user_index.ts";

/** How long to leave a disk alone that failed before it is tried again. */
const RETRY_MS = 1000;

/** What a text store is made of; see `open_store.ts`. */
export interface TextStoreParts {
  /** All that was read from the journal. */
  readonly index: UserIndex;
  /** Open, and at its end. */
  readonly journal: Journal;
  /** For the times in the journal, and for leaving a failed disk alone. */
  readonly clock: Clock;
  /** Told when storage fails and when it works again. */
  readonly log: Log;
  /** Lets go of what was taken to open the directory. */
  readonly release: () => void;
}

/** Users and buddies in memory and in a journal of text lines. */
export class TextStore implements UserStore {
  readonly #parts: TextStoreParts;
  readonly #commits: GroupCommit<UserChange, ChangeOutcome>;
  #failure: { readonly reason: string; readonly at: number } | undefined;
  #closed = false;

  /** Takes over its parts: they are let go with {@linkcode TextStore.close}. */
  constructor(parts: TextStoreParts) {
    this.#parts = parts;
    this.#commits = new GroupCommit((batch) => this.#commit(batch));
  }

  /** See {@linkcode UserStore.change}. */
  change(change: UserChange): Promise<ChangeOutcome> {
    if (this.#closed) return Promise.reject(new StorageError("The store is closed"));
    return this.#commits.submit(change);
  }

  /** See {@linkcode UserStore.isKnown}. */
  isKnown(user: UserId): boolean {
    return this.#parts.index.buddiesOf(user) !== undefined;
  }

  /** See {@linkcode UserStore.buddiesOf}. */
  buddiesOf(user: UserId): readonly UserId[] | undefined {
    return this.#parts.index.buddiesOf(user);
  }

  /** See {@linkcode UserStore.health}. */
  health(): StoreHealth {
    if (this.#failure === undefined) return { writable: true };
    return { writable: false, reason: this.#failure.reason };
  }

  /** See {@linkcode UserStore.close}. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#commits.idle();
    this.#parts.journal.close();
    this.#parts.release();
  }

  async #commit(batch: readonly UserChange[]): Promise<ChangeOutcome[]> {
    const { index } = this.#parts;
    const applied: { readonly change: UserChange; readonly position: number }[] = [];
    const outcomes = batch.map((change) => {
      const outcome = index.judge(change);
      if (outcome === "done") applied.push({ change, position: index.apply(change) });
      return outcome;
    });
    if (applied.length === 0) return outcomes;
    try {
      await this.#append(applied.map(({ change }) => change));
    } catch (error) {
      for (const { change, position } of applied.reverse()) index.undo(change, position);
      throw error;
    }
    return outcomes;
  }

  /** Appends, after making the journal usable again if it failed before. */
  async #append(changes: readonly UserChange[]): Promise<void> {
    const { journal, clock } = this.#parts;
    const failure = this.#failure;
    if (failure !== undefined && Math.abs(clock() - failure.at) < RETRY_MS) {
      throw new StorageError(failure.reason);
    }
    try {
      if (failure !== undefined) await this.#recover();
      await journal.append(changes, clock());
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async #recover(): Promise<void> {
    await this.#parts.journal.reopen();
    this.#failure = undefined;
    this.#parts.log.info("Storage works again, changes are taken");
  }

  #failed(error: unknown): StorageError {
    const failure = error instanceof StorageError
      ? error
      : new StorageError("Cannot store changes", { cause: error });
    if (this.#failure === undefined) {
      this.#parts.log.error("Storage failed, changes are refused until it works again", {
        reason: failure.message,
      });
    }
    this.#failure = { reason: failure.message, at: this.#parts.clock() };
    return failure;
  }
}

/**
 * Compaction: the journal folded into the snapshot, while requests go on.
 *
 * The draft of the new snapshot is made without the lock, from files only: the old snapshot is
 * sorted, so what the journal changes is merged into it line by line, and memory holds no more than
 * those changes. Then, under the lock, the draft takes the snapshot's place, and a new journal with
 * the few records that came meanwhile takes the journal's.
 *
 * It can be cut off at any point:
 * - before the first rename, nothing has changed;
 * - between `users.txt` becoming `users.previous.txt` and the draft becoming `users.txt`, the next
 *   start (or the failed compaction itself) gives the older one its name back;
 * - before the new journal is in place, the old one still holds everything, and what the snapshot
 *   contains is skipped.
 */

import type { Clock } from "../core/ports.ts";
import type { DirectoryLock } from "./directory_lock.ts";
import type { Disk } from "./disk.ts";
import { changesOf, type DraftTask } from "./draft_file.ts";
import type { Journal } from "./journal.ts";
import { beginJournal } from "./journal_file.ts";
import type { JournalPosition } from "./journal_point.ts";
import { putSnapshotInPlace, textFileNames } from "./text_files.ts";

/** What a compaction works with. */
export interface CompactionParts {
  /** The disk the directory is on. */
  readonly disk: Disk;
  /** The data directory. */
  readonly directory: string;
  /** Where the journal stands at the moment. */
  readonly journal: () => Journal;
  /** Held while it lasts, so that of several servers one does it. */
  readonly compactionLock: DirectoryLock;
  /** Gives the time of the lines. */
  readonly clock: Clock;
  /** Writes a draft: see `draft_file.ts`, and `draft_thread.ts` for doing it in another thread. */
  readonly writeDraft: (task: DraftTask) => Promise<void>;
  /** Does something under the directory's lock, caught up with all that was written. */
  readonly replace: (work: () => Promise<void>) => Promise<void>;
}

/** The files a compaction began with; when others have replaced them, it has been done already. */
interface Base {
  readonly journal: string | undefined;
  readonly snapshot: string | undefined;
}

/**
 * Compacts once.
 *
 * @returns the length of the new snapshot; `undefined` when another server is at it, or was faster
 * @throws OperationalError when it did not work; the files are as good as before
 */
export async function compact(parts: CompactionParts): Promise<number | undefined> {
  const { disk, directory, compactionLock } = parts;
  try {
    await compactionLock.acquire();
  } catch {
    return undefined;
  }
  const draft = `${directory}/users.tmp`;
  try {
    const base = await identify(disk, directory);
    const { identity, position: at } = parts.journal();
    if (identity !== base.journal) return undefined;
    await disk.remove(draft);
    const { sequence, checksum } = at;
    const task = { directory, draft, through: { sequence, checksum }, now: parts.clock() };
    await parts.writeDraft(task);
    let length: number | undefined;
    await parts.replace(async () => {
      const now = await identify(disk, directory);
      if (now.journal !== base.journal || now.snapshot !== base.snapshot) return;
      length = (await disk.facts(draft))?.size;
      await replaceFiles(parts, draft, at);
    });
    return length;
  } finally {
    await disk.remove(draft).catch(() => {});
    compactionLock.release();
  }
}

async function identify(disk: Disk, directory: string): Promise<Base> {
  const names = textFileNames(directory);
  const [journal, snapshot] = await Promise.all([
    disk.facts(names.journal),
    disk.facts(names.snapshot),
  ]);
  return { journal: journal?.identity, snapshot: snapshot?.identity };
}

/** Puts the draft in place, with a journal of what came meanwhile. Under the lock. */
async function replaceFiles(
  { disk, directory, clock }: CompactionParts,
  draft: string,
  at: JournalPosition,
): Promise<void> {
  const since = await changesOf(disk, textFileNames(directory).journal, at, () => true);
  await putSnapshotInPlace(disk, directory, draft);
  await beginJournal(disk, directory, at, since, clock());
}

/**
 * Looking after a data directory: `check` tells what is in it, `repair` makes it whole again. Both
 * may run beside servers, which read anew what was repaired under their lock.
 */

import { OperationalError } from "../core/errors.ts";
import type { Fault } from "./damage.ts";
import { appendAll, type Disk } from "./disk.ts";
import { contentsOfState } from "./draft_contents.ts";
import { beginJournal } from "./journal_file.ts";
import { salvage, type Salvaged } from "./salvage.ts";
import type { JournalPoint } from "./journal_point.ts";
import { SnapshotDraft } from "./snapshot_draft.ts";
import { putSnapshotInPlace, textFileNames } from "./text_files.ts";

/** What a check found. */
export interface CheckReport {
  /** Registered users. */
  readonly users: number;
  /** Buddies of all of them together. */
  readonly buddies: number;
  /** Rooms. */
  readonly rooms: number;
  /** Records of the journal that are readable. */
  readonly records: number;
  /** Bytes of an unfinished last line: a crash, no damage. */
  readonly tornBytes: number;
  /** What is not as it was written. */
  readonly faults: readonly Fault[];
}

/**
 * Verifies every line; nothing is changed. Without the lock, what looks wrong may be a server at
 * work.
 *
 * @throws OperationalError when there are no files to verify
 */
export async function checkDirectory(disk: Disk, directory: string): Promise<CheckReport> {
  await requireTextFiles(disk, directory);
  return report(await salvage(disk, directory));
}

function report({ state, records, tornBytes, faults }: Salvaged): CheckReport {
  let buddies = 0;
  for (const user of state.users.users()) buddies += user.buddies.length;
  return {
    users: state.users.size,
    buddies,
    rooms: state.rooms.size,
    records,
    tornBytes,
    faults,
  };
}

/**
 * Sees that a directory is one of ours.
 *
 * @throws OperationalError when it holds none of our files
 */
export async function requireTextFiles(disk: Disk, directory: string): Promise<void> {
  for (const path of Object.values(textFileNames(directory))) {
    if (await disk.facts(path) !== undefined) return;
  }
  throw new OperationalError(
    `Cannot find journal.txt or users.txt in "${directory}": is it a data directory? ` +
      `Directories of older servers are read with "server import"`,
  );
}

/** What a repair did. */
export interface RepairReport extends CheckReport {
  /** Where the lines that could not be kept are; `undefined` when there was nothing to repair. */
  readonly aside: string | undefined;
}

/**
 * Keeps every readable record, and moves the rest aside into a file of its own. Under the lock.
 *
 * @throws OperationalError when there are no files to repair
 */
export async function repairDirectory(
  disk: Disk,
  directory: string,
  now: number,
): Promise<RepairReport> {
  await requireTextFiles(disk, directory);
  const salvaged = await salvage(disk, directory);
  const found = report(salvaged);
  if (found.faults.length === 0) return { ...found, aside: undefined };

  const aside = `${directory}/damaged-${new Date(now).toISOString().replaceAll(":", "-")}.txt`;
  await writeAside(disk, aside, found.faults);
  const point = newHistory(salvaged.sequence);
  const draft = `${directory}/users.tmp`;
  await disk.remove(draft);
  const file = await disk.open(draft);
  try {
    await new SnapshotDraft(contentsOfState(salvaged.state), point, now).writeTo(file, undefined);
    await file.syncData();
  } finally {
    file.close();
  }
  await putSnapshotInPlace(disk, directory, draft);
  await beginJournal(disk, directory, point, [], now);
  return { ...found, aside };
}

/**
 * A point no server has read: those that follow the old journal find their place gone and read
 * everything anew.
 */
function newHistory(sequence: number): JournalPoint {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return { sequence: sequence + 1, checksum: random.toString(16).padStart(8, "0") };
}

async function writeAside(disk: Disk, path: string, faults: readonly Fault[]): Promise<void> {
  const file = await disk.open(path);
  try {
    const encoder = new TextEncoder();
    for (const { path, line, what, bytes } of faults) {
      await appendAll(file, encoder.encode(`# ${path} line ${line}: ${what}\n`));
      if (bytes !== undefined) {
        await appendAll(file, bytes);
        await appendAll(file, encoder.encode("\n"));
      }
    }
    await file.syncData();
  } finally {
    file.close();
  }
}

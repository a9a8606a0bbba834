/**
 * Data directories with a snapshot, made and read by tests.
 */

import { contentsOfState } from "../../lib/storage/draft_contents.ts";
import { beginJournal } from "../../lib/storage/journal_file.ts";
import type { JournalPoint } from "../../lib/storage/journal_point.ts";
import { SnapshotDraft } from "../../lib/storage/snapshot_draft.ts";
import { State } from "../../lib/storage/state.ts";
import type { StoreChange, StoredRoom } from "../../lib/storage/store.ts";
import { loadTextFiles } from "../../lib/storage/text_files.ts";
import type { StoredUser } from "../../lib/storage/user_index.ts";
import type { FailingDisk } from "./failing_disk.ts";
import { DIRECTORY, SOME_TIME } from "./journals.ts";

/** Where the snapshot of a data directory under test is. */
export const SNAPSHOT_PATH = "/data/users.txt";

/** A point such as a snapshot ends with. */
export const SOME_POINT: JournalPoint = { sequence: 40, checksum: "5a3f8d10" };

/** The state these changes make. */
export function stateOf(changes: readonly StoreChange[]): State {
  const state = new State();
  for (const change of changes) {
    if (state.judge(change) === "done") state.apply(change);
  }
  return state;
}

/** Everything in a state, in an order of its own: for comparing. */
export function contentsOf(state: State): [StoredUser[], readonly StoredRoom[]] {
  const users = [...state.users.users()].sort((a, b) => a.user < b.user ? -1 : 1);
  return [users, state.rooms.rooms()];
}

/** Puts a data directory on a disk: a snapshot of a state, and a journal behind it. */
export async function putDirectory(
  disk: FailingDisk,
  state: State,
  behind: readonly StoreChange[] = [],
): Promise<void> {
  const file = await disk.open(SNAPSHOT_PATH);
  const draft = new SnapshotDraft(contentsOfState(state), SOME_POINT, SOME_TIME);
  await draft.writeTo(file, undefined);
  await file.syncData();
  file.close();
  await beginJournal(disk, DIRECTORY, SOME_POINT, behind, SOME_TIME);
}

/** What a server finds that starts now. */
export async function load(disk: FailingDisk): Promise<State> {
  const { state, journal } = await loadTextFiles(disk, DIRECTORY, SOME_TIME);
  journal.close();
  return state;
}

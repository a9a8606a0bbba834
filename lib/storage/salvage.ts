/**
 * Reading a data directory that may be damaged: everything that is readable, and what is not.
 * Nothing is changed. Under the lock.
 */

import type { Disk } from "./disk.ts";
import { FAULT_WORDS } from "./damage.ts";
import { readLines } from "./line_reader.ts";
import { parseSnapshotLine, type SnapshotLine } from "./snapshot.ts";
import { State } from "./state.ts";
import { IdTable } from "./stored_id.ts";
import type { StoreChange } from "./store.ts";
import { restore, textFileNames } from "./text_files.ts";
import { parseRecord } from "./text_record.ts";

/** Something that is not as it was written. */
export interface Fault {
  /** Which file. */
  readonly path: string;
  /** 1 for the first line of the file. */
  readonly line: number;
  /** What is wrong with it. */
  readonly what: string;
  /** The line, as it stands there; absent when lines are missing. */
  readonly bytes?: Uint8Array;
}

/** What could be read. */
export interface Salvaged {
  /** What the readable lines come to. */
  readonly state: State;
  /** The highest sequence seen; 1 when none was. */
  readonly sequence: number;
  /** Records of the journal that were readable. */
  readonly records: number;
  /** What is not as it was written. */
  readonly faults: readonly Fault[];
  /** Bytes of an unfinished last line of the journal: a crash, no damage. */
  readonly tornBytes: number;
}

/** Reads all that is readable. */
export async function salvage(disk: Disk, directory: string): Promise<Salvaged> {
  const names = textFileNames(directory);
  const state = new State();
  const faults: Fault[] = [];
  const hasSnapshot = await disk.facts(names.snapshot) !== undefined;
  const snapshot = hasSnapshot ? names.snapshot : names.previous;
  const through = await disk.facts(snapshot) === undefined
    ? 1
    : await salvageSnapshot(disk, snapshot, state, faults);
  if (await disk.facts(names.journal) === undefined) {
    return { state, sequence: through, records: 0, faults, tornBytes: 0 };
  }
  const journal = await salvageJournal(disk, names.journal, { state, through, faults });
  return { state, faults, ...journal };
}

/** @returns the sequence it contains everything up to; 1 when its first line is lost */
async function salvageSnapshot(
  disk: Disk,
  path: string,
  state: State,
  faults: Fault[],
): Promise<number> {
  let through = 1;
  let line = 0;
  let last: SnapshotLine | undefined;
  const ids = new IdTable();
  const file = await disk.open(path);
  try {
    const { rest } = await readLines(file, 0, (bytes) => {
      line++;
      const parsed = parseSnapshotLine(bytes, ids);
      if (typeof parsed === "string") {
        faults.push({ path, line, what: FAULT_WORDS[parsed], bytes: bytes.slice() });
        return true;
      }
      last = parsed;
      if (parsed.kind === "start") through = parsed.through.sequence;
      else if (parsed.kind !== "end") restoreIfSensible(parsed, bytes);
      return true;
    });
    if (rest.length > 0) faults.push({ path, line: line + 1, what: "it is cut off", bytes: rest });
  } finally {
    file.close();
  }
  const expected = last?.kind === "end" ? last.lines + 2 : undefined;
  if (expected === undefined) faults.push({ path, line: line + 1, what: "the end is missing" });
  else if (expected !== line) {
    faults.push({ path, line, what: `of ${expected} lines there are ${line}` });
  }
  return through;

  function restoreIfSensible(
    parsed: Extract<SnapshotLine, { kind: "user" | "room" | "member" }>,
    bytes: Uint8Array,
  ): void {
    const isLost = parsed.kind === "member" &&
      state.rooms.judge({ ...parsed, kind: "join room" }) !== "done";
    if (isLost) faults.push({ path, line, what: "its room is lost", bytes: bytes.slice() });
    else restore(state, parsed);
  }
}

interface JournalContext {
  readonly state: State;
  readonly through: number;
  readonly faults: Fault[];
}

async function salvageJournal(
  disk: Disk,
  path: string,
  { state, through, faults }: JournalContext,
): Promise<Pick<Salvaged, "sequence" | "records" | "tornBytes">> {
  let line = 0;
  let sequence = 0;
  let records = 0;
  /** Damaged lines since the last good one: each may be one of the missing records. */
  let damaged = 0;
  const file = await disk.open(path);
  try {
    const { rest } = await readLines(file, 0, (bytes) => {
      line++;
      const record = parseRecord(bytes);
      if (typeof record === "string") {
        damaged++;
        faults.push({ path, line, what: FAULT_WORDS[record], bytes: bytes.slice() });
        return true;
      }
      const missing = sequence === 0 ? 0 : record.sequence - sequence - 1 - damaged;
      if (missing !== 0) {
        const what = missing > 0
          ? `${missing} records before it are missing`
          : `record ${record.sequence} stands where ${sequence + damaged + 1} should`;
        faults.push({ path, line, what });
      }
      damaged = 0;
      sequence = Math.max(sequence, record.sequence);
      records++;
      if (record.entry.kind === "journal" || record.sequence <= through) return true;
      if (!applyForgiving(state, record.entry)) {
        faults.push({ path, line, what: "it makes no sense any more", bytes: bytes.slice() });
      }
      return true;
    });
    const isWhole = rest.length > 1 && typeof parseRecord(rest.subarray(0, -1)) !== "string";
    if (isWhole) {
      faults.push({ path, line: line + 1, what: "its line end is damaged", bytes: rest });
    }
    return {
      sequence: Math.max(sequence, through),
      records,
      tornBytes: isWhole ? 0 : rest.length,
    };
  } finally {
    file.close();
  }
}

/**
 * Makes a change where lines before it may be lost. A user who has or is a buddy was registered, so
 * the line is as good as the registration.
 */
function applyForgiving(state: State, change: StoreChange): boolean {
  const users = "buddy" in change
    ? [change.user, change.buddy]
    : change.kind === "set password"
    ? [change.user]
    : [];
  for (const user of users) {
    if (state.users.buddiesOf(user) === undefined) state.apply({ kind: "register", user });
  }
  if (state.judge(change) !== "done") return false;
  state.apply(change);
  return true;
}

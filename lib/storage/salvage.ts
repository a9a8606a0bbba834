/**
 * Reading a data directory that may be damaged: everything that is readable, and what is not.
 * Whatever a start would refuse is a fault here. Nothing is changed. Only under the lock is a fault
 * certain: a server may just be replacing what is read.
 */

import { DamagedFileError, type Fault, FAULT_WORDS } from "./damage.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { BEGINNING, type JournalPoint, pointChecksum } from "./journal_point.ts";
import { requireTorn } from "./journal_scan.ts";
import { MAX_LINE_BYTES, readLines } from "./line_reader.ts";
import { SnapshotSalvage } from "./salvage_snapshot.ts";
import { State } from "./state.ts";
import type { StoreChange } from "./store.ts";
import { textFileNames } from "./text_files.ts";
import { type JournalRecord, parseRecord } from "./text_record.ts";

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
  const path = hasSnapshot ? names.snapshot : names.previous;
  const found = await disk.facts(path) !== undefined;
  const snapshot = new SnapshotSalvage(path, state, faults);
  if (found) {
    const rest = await readFile(disk, path, snapshot);
    snapshot.end(rest);
  }
  const journal = new JournalSalvage(names.journal, found ? snapshot.through : BEGINNING, {
    state,
    faults,
  });
  if (await disk.facts(names.journal) !== undefined) {
    journal.end(await readFile(disk, names.journal, journal), found);
  } else if (found) {
    faults.push({ path: names.journal, line: 1, what: "it is missing beside users.txt" });
  }
  const { records, tornBytes } = journal;
  const sequence = Math.max(journal.sequence, snapshot.through?.sequence ?? 1);
  return { state, faults, records, tornBytes, sequence };
}

/** Takes what stands in a file. */
interface LineTaker {
  /** A line without its LF; of one that is too long to be ours, its beginning. */
  take(line: Uint8Array): void;
}

/**
 * Reads every line of a file, also behind something that is too long to be one.
 *
 * @returns what stands behind the last LF
 */
async function readFile(disk: Disk, path: string, lines: LineTaker): Promise<Uint8Array> {
  const file = await disk.open(path);
  try {
    for (let from = 0;;) {
      const { offset, rest } = await readLines(file, from, (line) => {
        lines.take(line);
        return true;
      });
      const next = rest.length < MAX_LINE_BYTES ? undefined : await behindLineEnd(file, offset);
      if (next === undefined) return rest;
      lines.take(rest);
      from = next;
    }
  } finally {
    file.close();
  }
}

/** Where the line ends that begins at an offset, LF included; `undefined` when it does not. */
async function behindLineEnd(file: DiskFile, offset: number): Promise<number | undefined> {
  const piece = new Uint8Array(MAX_LINE_BYTES);
  for (let at = offset;;) {
    const count = await file.readAt(at, piece);
    if (count === 0) return undefined;
    const end = piece.subarray(0, count).indexOf(10);
    if (end >= 0) return at + end + 1;
    at += count;
  }
}

/** Reads a journal that may be damaged. */
class JournalSalvage implements LineTaker {
  readonly #path: string;
  readonly #through: JournalPoint | undefined;
  readonly #state: State;
  readonly #faults: Fault[];
  #line = 0;
  /** Damaged lines since the last good one: each may be one of the missing records. */
  #damaged = 0;
  sequence = 0;
  records = 0;
  tornBytes = 0;

  /** @param through what the snapshot contains; `undefined` when that is lost */
  constructor(
    path: string,
    through: JournalPoint | undefined,
    found: { readonly state: State; readonly faults: Fault[] },
  ) {
    this.#path = path;
    this.#through = through;
    this.#state = found.state;
    this.#faults = found.faults;
  }

  take(bytes: Uint8Array): void {
    this.#line++;
    const record = parseRecord(bytes);
    if (typeof record === "string") {
      this.#damaged++;
      this.#fault(FAULT_WORDS[record], bytes);
      return;
    }
    this.#requirePlace(record);
    this.#damaged = 0;
    this.sequence = Math.max(this.sequence, record.sequence);
    this.records++;
    const { entry, sequence } = record;
    if (entry.kind === "journal" || sequence <= (this.#through?.sequence ?? 1)) return;
    this.#apply(entry, bytes);
  }

  /** Judges the end of the file. */
  end(rest: Uint8Array, hasSnapshot: boolean): void {
    const { sequence = 1 } = this.#through ?? {};
    if (hasSnapshot && this.records === 0) this.#fault("there is no record in it");
    else if (this.sequence < sequence) this.#fault(`it ends before record ${sequence}`);
    try {
      requireTorn(rest, this.#path, this.#line + 1);
      this.tornBytes = rest.length;
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      this.#line++;
      this.#fault(error.what, rest);
    }
  }

  /** Sees that a record is the one that should stand there. */
  #requirePlace(record: JournalRecord): void {
    const { entry, sequence } = record;
    const isFirst = this.#line === 1;
    if ((entry.kind === "journal") !== isFirst) {
      this.#fault(isFirst ? "a journal begins with a journal record" : "a second beginning");
    }
    const through = this.#through;
    if (
      through !== undefined && this.records === 0 && sequence > through.sequence + this.#damaged
    ) {
      this.#fault(`records ${through.sequence + 1} to ${sequence} are not in it`);
    }
    if (sequence === through?.sequence && pointChecksum(record) !== through.checksum) {
      this.#fault(`record ${sequence} is not the one that users.txt ends with`);
    }
    const expected = this.sequence + this.#damaged + 1;
    if (this.records === 0 || sequence === expected) return;
    this.#fault(
      sequence > expected
        ? `${sequence - expected} records before it are missing`
        : `record ${sequence} stands where ${expected} should`,
    );
  }

  /**
   * Makes a change where lines before it may be lost. A user who has or is a buddy was registered,
   * so the line is as good as the registration.
   */
  #apply(change: StoreChange, bytes: Uint8Array): void {
    const { users } = this.#state;
    for (const user of usersOf(change)) {
      if (users.buddiesOf(user) !== undefined) continue;
      this.#fault(`nothing tells that ${user} was registered; taken for registered`);
      this.#state.apply({ kind: "register", user });
    }
    if (this.#state.judge(change) === "done") this.#state.apply(change);
    else this.#fault("it makes no sense after the lines before it", bytes);
  }

  #fault(what: string, bytes?: Uint8Array): void {
    const fault = { path: this.#path, line: Math.max(1, this.#line), what };
    this.#faults.push(bytes === undefined ? fault : { ...fault, bytes: bytes.slice() });
  }
}

/** Users who must be registered for a change to make sense. */
function usersOf(change: StoreChange): Extract<StoreChange, { kind: "register" }>["user"][] {
  switch (change.kind) {
    case "add":
    case "remove":
      return [change.user, change.buddy];
    case "set password":
      return [change.user];
    default:
      return [];
  }
}

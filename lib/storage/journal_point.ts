/**
 * Points of the journal: what a snapshot ends with, and what a reader has read up to.
 */

import { OperationalError } from "../core/errors.ts";
import { DamagedFileError, repairOf } from "./damage.ts";
import type { StoreChange } from "./store.ts";
import { type JournalRecord, NOTHING_BEFORE } from "./text_record.ts";

/** A point of the journal: a record, by its sequence and its checksum. */
export interface JournalPoint {
  /** The record's sequence. */
  readonly sequence: number;
  /** The checksum at its end; `-` when nothing went before. */
  readonly checksum: string;
}

/** Before the first record. */
export const BEGINNING: JournalPoint = { sequence: 1, checksum: NOTHING_BEFORE };

/** Where a journal stands: a record, and where in the file its line ends. */
export interface JournalPosition extends JournalPoint {
  /** Offset behind the record's line. */
  readonly offset: number;
  /** Length of its line with LF. */
  readonly lineBytes: number;
  /** Lines up to it. */
  readonly lines: number;
}

/** Takes one change that the journal tells of; false when it makes no sense after those before. */
export type TakeChange = (change: StoreChange) => boolean;

/** A point is not in a journal where it should be: it is of another history, or was cut. */
export class LostPointError extends OperationalError {}

/** Reads a journal from its first line and gives on what lies behind a point. */
export class PointReader {
  readonly #path: string;
  readonly #point: JournalPoint;
  readonly #take: TakeChange;
  #at: JournalPosition = { sequence: 0, checksum: "", offset: 0, lineBytes: 0, lines: 0 };

  /** Gives `take` every change behind `point`. */
  constructor(path: string, point: JournalPoint, take: TakeChange) {
    this.#path = path;
    this.#point = point;
    this.#take = take;
  }

  /** Takes the next record. @throws LostPointError, DamagedFileError */
  readonly take = (record: JournalRecord, lineBytes: number): void => {
    const { sequence, entry } = record;
    const { sequence: wanted, checksum } = this.#point;
    if (entry.kind === "journal" && sequence > wanted) {
      throw this.#lost(`records ${wanted + 1} to ${sequence} are not in it`);
    }
    if (sequence === wanted && pointChecksum(record) !== checksum) {
      throw this.#lost(`record ${sequence} is not the one that was there`);
    }
    this.#at = behind(this.#at, record, lineBytes);
    if (sequence > wanted) requireSense(record, this.#take, this.#path, this.#at.lines);
  };

  /** Where the last record ends. @throws LostPointError when the point was never reached */
  end(): JournalPosition {
    const { sequence } = this.#point;
    if (this.#at.sequence < sequence) throw this.#lost(`it ends before record ${sequence}`);
    return this.#at;
  }

  #lost(what: string): LostPointError {
    return new LostPointError(
      `Cannot use "${this.#path}": ${what}, so it does not belong to the users.txt beside it; ` +
        `restore both from one backup, or keep what both have with ${repairOf(this.#path)}`,
    );
  }
}

/** The checksum of a point. The first line stands for the record before it, whose it carries. */
export function pointChecksum({ entry, checksum }: JournalRecord): string {
  return entry.kind === "journal" ? entry.after : checksum;
}

/** The position one record further on. */
export function behind(
  { offset, lines }: JournalPosition,
  record: JournalRecord,
  lineBytes: number,
): JournalPosition {
  return {
    sequence: record.sequence,
    checksum: pointChecksum(record),
    offset: offset + lineBytes,
    lineBytes,
    lines: lines + 1,
  };
}

/** Has a change taken. @throws DamagedFileError when it makes no sense */
export function requireSense(
  { entry }: JournalRecord,
  take: TakeChange,
  path: string,
  line: number,
): void {
  if (entry.kind === "journal" || take(entry)) return;
  throw new DamagedFileError(path, line, "it makes no sense after the lines before it");
}

/** What a damaged text file is reported as: which line, what is wrong, what to do. */

import { OperationalError } from "../core/errors.ts";
import type { RecordFault } from "./text_record.ts";

/** A file that holds something that is no record of ours, where only records can be. */
export class DamagedFileError extends OperationalError {
  /** Which file. */
  readonly path: string;
  /** 1 for the first line of the file. */
  readonly line: number;
  /** What is wrong with it. */
  readonly what: string;

  /** Says which line of which file, and what is wrong with it and what to do. */
  constructor(path: string, line: number, what: string) {
    super(
      `Cannot use "${path}": line ${line} is damaged: ${what}; ` +
        `keep what is readable with ${repairOf(path)}, or restore a backup`,
    );
    this.path = path;
    this.line = line;
    this.what = what;
  }
}

/** The command that mends the directory of a file, as a person types it. */
export function repairOf(path: string): string {
  return `"server repair ${path.slice(0, path.lastIndexOf("/"))}"`;
}

/** What is wrong with a line that is no record. */
export const FAULT_WORDS: Readonly<Record<RecordFault, string>> = {
  checksum: "its checksum does not fit",
  format: "its checksum fits but its words make no sense",
  unknown: "it was written by a version of Parley that knows more, use that one",
};

/** Something that is not as it was written. */
export interface Fault {
  /** Which file. */
  readonly path: string;
  /** 1 for the first line of the file. */
  readonly line: number;
  /** What is wrong with it. */
  readonly what: string;
  /** The line, as it stands there; absent when lines are missing, or when it was kept. */
  readonly bytes?: Uint8Array;
}

/** Reading a snapshot that may be damaged; see `salvage.ts`. */

import type { UserId } from "../core/user_id.ts";
import { type Fault, FAULT_WORDS } from "./damage.ts";
import type { JournalPoint } from "./journal_point.ts";
import { type ContentLine, parseSnapshotLine } from "./snapshot.ts";
import type { State } from "./state.ts";
import { restore } from "./text_files.ts";

/** Takes the lines of a snapshot, and what is wrong with them. */
export class SnapshotSalvage {
  /** What it contains everything up to; `undefined` when its first line is lost. */
  through: JournalPoint | undefined;
  readonly #path: string;
  readonly #state: State;
  readonly #faults: Fault[];
  #line = 0;
  #user: UserId | undefined;
  /** The line at which the file says that it ends. */
  #end: number | undefined;

  /** Puts what is readable into `state`, and the rest into `faults`. */
  constructor(path: string, state: State, faults: Fault[]) {
    this.#path = path;
    this.#state = state;
    this.#faults = faults;
  }

  /** Takes the next line without its LF. */
  take(bytes: Uint8Array): void {
    this.#line++;
    const line = parseSnapshotLine(bytes);
    if (typeof line === "string") return this.#fault(FAULT_WORDS[line], bytes);
    const isAstray = this.#end !== undefined || (line.kind === "start") !== (this.#line === 1);
    if (isAstray) this.#fault("it does not belong there");
    if (line.kind === "start") this.through ??= line.through;
    else if (line.kind === "end") this.#takeEnd(line.lines);
    else this.#restore(line, bytes);
  }

  /** Judges the end of the file, by what stands behind its last LF. */
  end(rest: Uint8Array): void {
    this.#line++;
    if (rest.length > 0) this.#fault("it is cut off", rest);
    if (this.#end === undefined) this.#fault("the end is missing");
  }

  #takeEnd(lines: number): void {
    if (lines !== this.#line - 2) {
      this.#fault(`of ${lines + 2} lines there are ${this.#line}`);
    }
    this.#end ??= this.#line;
  }

  #restore(line: ContentLine, bytes: Uint8Array): void {
    if (line.kind === "more" && line.user.user !== this.#user) {
      this.#fault(`the line before it, of ${line.user.user}, is lost`);
    }
    if (line.kind === "user") this.#user = line.user.user;
    if (this.#isLost(line)) this.#fault("its room is lost", bytes);
    else restore(this.#state, line);
  }

  #isLost(line: ContentLine): boolean {
    const { rooms } = this.#state;
    if (line.kind === "member") return rooms.judge({ ...line, kind: "join room" }) !== "done";
    return line.kind === "doubt" && rooms.judge({ ...line, kind: "doubt member" }) !== "done";
  }

  #fault(what: string, bytes?: Uint8Array): void {
    const fault = { path: this.#path, line: this.#line, what };
    this.#faults.push(bytes === undefined ? fault : { ...fault, bytes: bytes.slice() });
  }
}

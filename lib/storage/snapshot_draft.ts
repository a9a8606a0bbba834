/**
 * A new snapshot, made from the old one and the changes since: a merge of two sorted lists. Lines of
 * users that nothing happened to are copied as they are.
 */

import type { UserId } from "../core/user_id.ts";
import { contentOf } from "./checked_line.ts";
import { DamagedFileError, FAULT_WORDS } from "./damage.ts";
import { appendAll, type DiskFile } from "./disk.ts";
import type { DraftContents } from "./draft_contents.ts";
import type { JournalPoint } from "./journal_point.ts";
import { readLines } from "./line_reader.ts";
import { endLine, parseSnapshotLine, roomLines, startLine, userLines } from "./snapshot.ts";
import { State } from "./state.ts";
import { restore } from "./text_files.ts";
import { recordTime } from "./text_record.ts";
import type { PackedUser } from "./user_index.ts";

const LF = 10;
const SPACE = 32;

const decoder = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** The snapshot that is merged from. */
export interface OldSnapshot {
  /** The file, open. */
  readonly file: DiskFile;
  /** What to call it in messages. */
  readonly path: string;
}

/** How much is written at once, at least. */
const PIECE_BYTES = 64 * 1024;

/** So many users are sorted or written without letting others have their turn: a few ms. */
const PART = 2048;

/** A snapshot in the making. */
export class SnapshotDraft {
  readonly #contents: DraftContents;
  readonly #through: JournalPoint;
  readonly #time: string;
  /** Only rooms: users are never held all at once. */
  readonly #state = new State();
  #changed: readonly UserId[] = [];
  #next = 0;
  /** A user who changed, as the old snapshot has them; more lines of theirs may come. */
  #old: PackedUser[] = [];
  readonly #piece = new Piece();
  #lines = 0;

  /** A draft of everything up to a point of the journal. */
  constructor(contents: DraftContents, through: JournalPoint, now: number) {
    this.#contents = contents;
    this.#through = through;
    this.#time = recordTime(now);
  }

  /** Writes the snapshot. @throws DamagedFileError when the old one is not as it was written */
  async writeTo(file: DiskFile, old: OldSnapshot | undefined): Promise<void> {
    this.#changed = await sortedInParts(this.#contents.users);
    this.#piece.addText(startLine(this.#through, this.#time));
    if (old !== undefined) await this.#merge(file, old);
    while (this.#next < this.#changed.length) {
      this.#emitNewBefore(undefined);
      await this.#flush(file);
    }
    for (const room of this.#contents.rooms(this.#state.rooms)) this.#emit(roomLines(room));
    this.#piece.addText(endLine(this.#lines));
    await this.#flush(file);
  }

  async #merge(file: DiskFile, { file: from, path }: OldSnapshot): Promise<void> {
    let count = 0;
    let offset = 0;
    let last: readonly string[] = [];
    for (let isAllRead = false; !isAllRead;) {
      isAllRead = true;
      const end = await readLines(from, offset, (bytes) => {
        const content = contentOf(bytes);
        if (content === undefined) {
          throw new DamagedFileError(path, count + 1, FAULT_WORDS.checksum);
        }
        const words = firstTwoWords(content);
        if (words[0] !== "more") this.#emitOld();
        if (words[0] === "user" && !this.#emitNewBefore(words[1])) return isAllRead = false;
        count++;
        last = words;
        this.#takeOld(words, bytes);
        return true;
      }, () => this.#piece.length < PIECE_BYTES ? Promise.resolve() : this.#flush(file));
      offset = end.offset;
      if (!isAllRead) await this.#flush(file);
    }
    // A part of a snapshot would make a snapshot that is whole, and lacks the rest.
    if (last[0] !== "end" || last[1] !== `${count - 2}`) {
      throw new DamagedFileError(path, count + 1, "the file ends too early or goes on too long");
    }
  }

  /**
   * Writes users the old snapshot does not have, those before `user` or all, but at most a part.
   *
   * @returns whether that was all of them
   */
  #emitNewBefore(user: string | undefined): boolean {
    for (let part = 0; part < PART; part++) {
      const changed = this.#changed[this.#next];
      if (changed === undefined || (user !== undefined && changed >= user)) return true;
      this.#next++;
      this.#emit(userLines(this.#contents.user(changed, [])));
    }
    return false;
  }

  #takeOld(words: readonly string[], bytes: Uint8Array): void {
    const [word, user] = words;
    if (word !== "user" && word !== "more") return this.#takeRoomLine(bytes);
    const isChanged = word === "user" && this.#changed[this.#next] === user;
    const isMoreOfChanged = word === "more" && this.#old[0]?.user === user;
    if (!isChanged && !isMoreOfChanged) return this.#copy(bytes);
    const line = parseSnapshotLine(bytes);
    if (typeof line === "string" || !("user" in line)) return;
    if (isChanged) this.#next++;
    this.#old.push(line.user);
  }

  /** Writes the changed user whose old lines were read, with what happened since. */
  #emitOld(): void {
    const [first] = this.#old;
    if (first === undefined) return;
    this.#emit(userLines(this.#contents.user(first.user, this.#old)));
    this.#old = [];
  }

  #emit(lines: readonly string[]): void {
    for (const line of lines) this.#piece.addText(line);
    this.#lines += lines.length;
  }

  /** Nearly all lines are copied: as bytes, they are never made into text. */
  #copy(line: Uint8Array): void {
    this.#piece.addLine(line);
    this.#lines++;
  }

  /** Rooms are few, and put together in memory. */
  #takeRoomLine(bytes: Uint8Array): void {
    const line = parseSnapshotLine(bytes);
    if (typeof line === "string" || line.kind === "start" || line.kind === "end") return;
    restore(this.#state, line);
  }

  async #flush(file: DiskFile): Promise<void> {
    await appendAll(file, this.#piece.take());
  }
}

/** Bytes that are written at once. */
class Piece {
  #bytes = new Uint8Array(2 * PIECE_BYTES);
  length = 0;

  /** Adds a line that has no LF yet. */
  addLine(line: Uint8Array): void {
    this.#makeRoom(line.length + 1);
    this.#bytes.set(line, this.length);
    this.length += line.length;
    this.#bytes[this.length++] = LF;
  }

  /** Adds ASCII. */
  addText(text: string): void {
    this.#makeRoom(text.length);
    this.length += encoder.encodeInto(text, this.#bytes.subarray(this.length)).written;
  }

  /** All of it, until something is added. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.length);
    this.length = 0;
    return bytes;
  }

  #makeRoom(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + bytes));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }
}

/** What a line is, and what it is about. */
function firstTwoWords(content: Uint8Array): string[] {
  const first = content.indexOf(SPACE);
  const second = content.indexOf(SPACE, first + 1);
  return decoder.decode(second < 0 ? content : content.subarray(0, second)).split(" ");
}

/** Sorts a list a part at a time, others having their turn in between: a merge sort. */
async function sortedInParts(ids: UserId[]): Promise<readonly UserId[]> {
  let runs: UserId[][] = [];
  for (let at = 0; at < ids.length; at += PART) {
    runs.push(ids.slice(at, at + PART).sort());
    await turn();
  }
  while (runs.length > 1) {
    const merged: UserId[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(await mergeRuns(runs[at]!, runs[at + 1] ?? []));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function mergeRuns(left: readonly UserId[], right: readonly UserId[]): Promise<UserId[]> {
  const merged: UserId[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const isLeft = r >= right.length || (l < left.length && left[l]! < right[r]!);
    merged.push(isLeft ? left[l++]! : right[r++]!);
    if (merged.length % (8 * PART) === 0) await turn();
  }
  return merged;
}

/** Lets everything else that waits have its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

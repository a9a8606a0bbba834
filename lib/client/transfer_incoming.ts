/**
 * One file as it comes: what of it is here already, its bytes as they are written, and its check at
 * the end.
 */

import { createHash } from "node:crypto";
import { writeAll } from "../net/orderly_close.ts";
import { FileBuffers, fillFrom } from "./transfer_buffers.ts";
import { bytesHere, mayBeThere, type PlannedFile } from "./transfer_survey.ts";
import type { TakenNames, TransferTarget } from "./transfer_target.ts";

/** A file that was asked for. */
export class IncomingFile {
  readonly planned: PlannedFile;
  readonly #target: TransferTarget;
  /** Where it grows; absent while it may be that the whole file is here. */
  #disk: Deno.FsFile | undefined;
  /** Whether nothing of what is in it came before: then it can go when it is empty. */
  #isOurs = false;
  #hash = createHash("sha256");
  #from = 0;
  #at = 0;
  #pieces: Uint8Array[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(target: TransferTarget, planned: PlannedFile) {
    this.#target = target;
    this.planned = planned;
  }

  /**
   * Makes the file it grows in and reads what is here of it. `isOver` tells that nobody wants to know
   * any more.
   *
   * @throws BlockedError, or what the system says, when it cannot be put there
   */
  static async prepare(
    target: TransferTarget,
    planned: PlannedFile,
    isOver: () => boolean,
  ): Promise<IncomingFile> {
    const incoming = new IncomingFile(target, planned);
    try {
      if (mayBeThere(planned)) {
        using whole = await Deno.open(target.place(planned.path));
        await incoming.#readHere(whole, planned.file.size, isOver);
      } else {
        const disk = await incoming.#open();
        await incoming.#readHere(disk, bytesHere(planned), isOver);
      }
      return incoming;
    } catch (error) {
      await incoming.giveUp();
      throw error;
    }
  }

  async #open(): Promise<Deno.FsFile> {
    const { path, part, occupied } = this.planned;
    await this.#target.makeFolder(path.slice(0, -1));
    const isNew = occupied.kind !== "partial";
    this.#disk = await Deno.open(part, { read: true, write: true, createNew: isNew });
    this.#isOurs = isNew;
    return this.#disk;
  }

  async #readHere(disk: Deno.FsFile, bytes: number, isOver: () => boolean): Promise<void> {
    const buffers = new FileBuffers();
    const [buffer] = buffers.pair;
    try {
      while (this.#at < bytes && !isOver()) {
        const piece = buffer.subarray(0, Math.min(buffer.length, bytes - this.#at));
        const count = await fillFrom(disk, piece);
        if (count === 0) break;
        this.#hash.update(piece.subarray(0, count));
        this.#at += count;
      }
    } finally {
      buffers.giveBack();
    }
    this.#from = this.#at;
  }

  /** How much of it is here: it is asked for from there. */
  get from(): number {
    return this.#from;
  }

  /** The digest of what is here. */
  digest(): Uint8Array {
    return this.#hash.copy().digest();
  }

  /** How many bytes are still to come. */
  get missing(): number {
    return this.planned.file.size - this.#at;
  }

  /** The sender goes on from `from`, or begins at 0: what is here is another file then. */
  async begin(from: number): Promise<void> {
    if (from !== this.#from) {
      this.#hash = createHash("sha256");
      this.#at = 0;
    }
    // The whole file is here, or what came goes behind what is here.
    if (this.#disk === undefined && this.missing === 0) return;
    const disk = this.#disk ?? await this.#open();
    await disk.truncate(this.#at);
    this.#isOurs ||= this.#at === 0;
    await disk.seek(this.#at, Deno.SeekMode.Start);
  }

  /** Takes bytes, which must stay as they are until {@linkcode write} has resolved once more. */
  take(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#pieces.push(bytes);
    this.#at += bytes.length;
  }

  /** Begins to write what was taken, and resolves when what was begun before is written. */
  async write(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    const before = this.#writing;
    this.#writing = before.then(() => this.#writeAll(pieces));
    this.#writing.catch(() => {}); // awaited the next time
    await before;
  }

  async #writeAll(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) await writeAll(this.#disk!, piece);
  }

  /**
   * Gives the file its name, when it is the one that was sent.
   *
   * @returns the path it has now, `undefined` when it arrived damaged and was thrown away
   * @throws BlockedError, or what the system says, when it cannot be put in its place
   */
  async settle(digest: Uint8Array, taken: TakenNames): Promise<readonly string[] | undefined> {
    const { part, path, file } = this.planned;
    const isRight = this.#hash.digest().equals(digest);
    if (this.#disk === undefined) return isRight ? path : undefined;
    try {
      await this.write();
      await this.#writing;
      const when = new Date(file.modified);
      // Not every file system keeps times, and a file is whole without its own.
      await this.#disk.utime(when, when).catch(() => {});
    } finally {
      this.#close();
    }
    if (isRight) return await this.#target.settle(part, path, taken);
    await Deno.remove(part);
    return undefined;
  }

  /** Keeps what came for another time. */
  async giveUp(): Promise<void> {
    this.#pieces = [];
    await this.#writing.catch(() => {});
    const isWorthless = this.#disk !== undefined && this.#at === 0 && this.#isOurs;
    this.#close();
    if (isWorthless) await Deno.remove(this.planned.part).catch(() => {});
  }

  #close(): void {
    this.#disk?.close();
    this.#disk = undefined;
  }
}

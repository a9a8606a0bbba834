/**
 * What a loss of power may leave of a disk in memory. The rules are those of a journaling file
 * system: names change in order, and so do the bytes of one file; of what was not synced, any
 * beginning survives, the last piece of it torn anywhere or a hole of zeros.
 */

import { copyOf } from "../../lib/core/bytes.ts";

/** A change to a file's bytes that no sync has made durable yet. */
export interface ByteChange {
  /** Appended bytes, or else */
  readonly bytes?: Uint8Array;
  /** the length the file was cut to. */
  readonly length?: number;
  /** A sync of it failed: it will not reach the disk any more, only its length will. */
  readonly isLost?: boolean;
}

/** A file, whatever its name. */
export interface Inode {
  readonly identity: string;
  /** What programs see. */
  bytes: Uint8Array;
  /** What a loss of power leaves for certain. */
  durable: Uint8Array;
  pending: readonly ByteChange[];
  /** Who has its lock. */
  holder?: unknown;
  released?: PromiseWithResolvers<void>;
}

/** A name that was given or taken away. */
export interface NameChange {
  readonly path: string;
  /** Which file has the name now; `undefined` for none. */
  readonly inode: Inode | undefined;
  /** The name it had before. */
  readonly from?: string;
}

/** Chooses a number from 0 to `most`. */
export type Choice = (most: number) => number;

interface FileImage {
  readonly durable: Uint8Array;
  readonly pending: readonly ByteChange[];
}

/** A disk at the moment the power fails. */
export class DiskImage {
  readonly #names: ReadonlyMap<string, Inode>;
  readonly #changes: readonly NameChange[];
  readonly #files = new Map<Inode, FileImage>();

  constructor(names: ReadonlyMap<string, Inode>, changes: readonly NameChange[]) {
    this.#names = names;
    this.#changes = changes;
    for (const inode of [...names.values(), ...changes.map((change) => change.inode)]) {
      if (inode === undefined) continue;
      this.#files.set(inode, { durable: inode.durable, pending: inode.pending });
    }
  }

  /** The files of one disk that may be found afterwards. */
  survivor(choose: Choice): Map<string, Uint8Array> {
    const names = new Map(this.#names);
    for (const { path, inode, from } of this.#changes.slice(0, choose(this.#changes.length))) {
      if (from !== undefined) names.delete(from);
      if (inode === undefined) names.delete(path);
      else names.set(path, inode);
    }
    const found = new Map<string, Uint8Array>();
    for (const [path, inode] of names) {
      const { durable, pending } = this.#files.get(inode)!;
      const kept = pending.slice(0, choose(pending.length));
      const torn = pending[kept.length]?.bytes;
      const rest = torn?.slice(0, choose(torn.length)) ?? new Uint8Array(0);
      if (choose(3) === 3) rest.fill(0, choose(rest.length));
      found.set(path, contentOf(durable, [...kept, { bytes: rest }]));
    }
    return found;
  }
}

/** A file's bytes after changes. */
export function contentOf(durable: Uint8Array, changes: readonly ByteChange[]): Uint8Array {
  let content = durable;
  for (const { bytes, length, isLost } of changes) {
    if (bytes === undefined) {
      content = content.slice(0, length);
      continue;
    }
    content = copyOf([content, isLost ? new Uint8Array(bytes.length) : bytes]);
  }
  return content;
}

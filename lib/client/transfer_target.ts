/**
 * The folder that received files go to, and nothing outside of it.
 *
 * Rules of this file:
 * - Paths are made of names from `core/received_name.ts` only, and no link is followed on the way: a
 *   link that is there already may lead anywhere.
 * - A file grows under a name of its own (`NAME.TAG.parley-part`) and gets the one it is meant to have
 *   when it is whole and checked. A name that is taken stays taken, unless overwriting was asked for.
 */

import { createHash } from "node:crypto";
import { statfs } from "node:fs/promises";
import { OperationalError, reasonOf } from "../core/errors.ts";
import { numberedName } from "../core/received_name.ts";
import type { OfferedFile } from "../wire/transfer_offer.ts";

/** What to do about a name that is taken by another file. */
export type TakenNames = "rename" | "overwrite" | "skip";

/** What is in a file's place. */
export type Occupied =
  | { readonly kind: "free" }
  /** A part of it came before. */
  | { readonly kind: "partial"; readonly bytes: number }
  /** Something has its name; `bytes` when it is a file, and may even be the same one. */
  | { readonly kind: "taken"; readonly bytes: number | undefined }
  /** Nothing can be put there. */
  | { readonly kind: "blocked"; readonly why: string };

/** How many numbers are tried for a name that is taken. */
const MAX_NUMBER = 10_000;

/** Something is in the way of a file; the message tells what. */
export class BlockedError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "BlockedError";
}

/** A folder for received files. */
export class TransferTarget {
  /** Where it really is. */
  readonly directory: string;
  readonly #made = new Set<string>();

  private constructor(directory: string) {
    this.directory = directory;
  }

  /**
   * Opens a folder, which is made when there is none.
   *
   * @throws OperationalError when it cannot be one
   */
  static async open(directory: string): Promise<TransferTarget> {
    try {
      await Deno.mkdir(directory, { recursive: true });
      const place = await Deno.realPath(directory);
      if (!(await Deno.stat(place)).isDirectory) throw new Error("it is not a folder");
      return new TransferTarget(place.replace(/[/\\]+$/, ""));
    } catch (error) {
      const why = error instanceof Deno.errors.AlreadyExists
        ? "it is not a folder"
        : reasonOf(error);
      throw new OperationalError(`Cannot receive files into "${directory}": ${why}`, {
        cause: error,
      });
    }
  }

  /** Bytes that may still be written here; `undefined` where the system does not tell. */
  async freeBytes(): Promise<number | undefined> {
    try {
      const { bavail, bsize } = await statfs(this.directory || "/");
      return bavail * bsize;
    } catch {
      return undefined;
    }
  }

  /**
   * What is in the place of a file.
   *
   * @param folders what was found out about folders for other files a moment ago
   */
  async occupied(
    path: readonly string[],
    part: string,
    folders: Map<string, Promise<Occupied | undefined>>,
  ): Promise<Occupied> {
    for (let depth = 1; depth < path.length; depth++) {
      const place = this.#place(path.slice(0, depth));
      const state = folders.get(place) ?? folderState(path[depth - 1]!, place);
      folders.set(place, state);
      const instead = await state;
      if (instead !== undefined) return instead;
    }
    const partial = await lstat(part);
    if (partial?.isFile) return { kind: "partial", bytes: partial.size };
    if (partial !== undefined) {
      return { kind: "blocked", why: `"${part}" is in the way` };
    }
    const info = await lstat(this.place(path));
    if (info === undefined) return { kind: "free" };
    return { kind: "taken", bytes: info.isFile ? info.size : undefined };
  }

  /** Where a path of safe names is. */
  place(path: readonly string[]): string {
    return this.#place(path);
  }

  #place(path: readonly string[]): string {
    return [this.directory, ...path].join("/");
  }

  /** Where a file grows. The name tells files apart that have theirs in common. */
  partPlace(
    path: readonly string[],
    from: string,
    { path: named, size, modified }: OfferedFile,
  ): string {
    const tag = createHash("sha256").update(JSON.stringify([from, named, size, modified]))
      .digest("hex").slice(0, 8);
    return `${this.#place(path)}.${tag}.parley-part`;
  }

  /**
   * Makes a folder and those around it.
   *
   * @throws BlockedError when a link or a file is in the way
   */
  async makeFolder(path: readonly string[]): Promise<void> {
    for (let depth = 1; depth <= path.length; depth++) {
      const place = this.#place(path.slice(0, depth));
      if (this.#made.has(place)) continue;
      await Deno.mkdir(place).catch((error) => {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      });
      const why = folderTrouble(path[depth - 1]!, await Deno.lstat(place));
      if (why !== undefined) throw new BlockedError(why);
      this.#made.add(place);
    }
  }

  /**
   * Gives a whole file its name, or one with a number: where a folder is, too, which is never
   * replaced.
   *
   * @returns the path it has now
   * @throws BlockedError when there are too many of them
   */
  async settle(
    part: string,
    path: readonly string[],
    taken: TakenNames,
  ): Promise<readonly string[]> {
    const folder = path.slice(0, -1);
    const name = path.at(-1)!;
    if (taken === "overwrite" && !(await lstat(this.#place(path)))?.isDirectory) {
      await Deno.rename(part, this.#place(path));
      return path;
    }
    for (let number = 1; number <= MAX_NUMBER; number++) {
      const free = [...folder, number === 1 ? name : numberedName(name, number)];
      if (!await reserve(this.#place(free))) continue;
      await Deno.rename(part, this.#place(free));
      return free;
    }
    throw new BlockedError(`"${name}" is here ${MAX_NUMBER} times`);
  }
}

/** Takes a name by an empty file, which is then replaced: a rename alone would replace anything. */
async function reserve(place: string): Promise<boolean> {
  try {
    (await Deno.open(place, { write: true, createNew: true })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** What a folder that is none means for the files in it; `undefined` for one that is there. */
async function folderState(name: string, place: string): Promise<Occupied | undefined> {
  const info = await lstat(place);
  if (info === undefined) return { kind: "free" };
  const why = folderTrouble(name, info);
  return why === undefined ? undefined : { kind: "blocked", why };
}

function folderTrouble(name: string, info: Deno.FileInfo): string | undefined {
  if (info.isSymlink) return `"${name}" is a link here, which is not followed`;
  return info.isDirectory ? undefined : `"${name}" is not a folder here`;
}

async function lstat(place: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(place);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

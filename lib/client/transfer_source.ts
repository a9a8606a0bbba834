/**
 * What somebody wants to send, found on the disk: files, and folders with all that is in them.
 *
 * Links inside a folder are not followed, they could lead anywhere or around in circles; a link that
 * was named itself is what it points to. What is neither a file nor a folder is left out, too, and
 * so is a name that is no UTF-8 (Deno 2.6 does not list those at all).
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import { TRANSFER_LIMITS } from "../core/limits.ts";
import type { OfferedEntry } from "../wire/transfer_offer.ts";

/** Files and folders to offer, and where they are. */
export interface Gathered {
  readonly entries: readonly OfferedEntry[];
  /** The place on the disk of each entry. */
  readonly places: readonly string[];
  /** Places in folders that are left out: links, devices, and what is there under no such name. */
  readonly skipped: readonly string[];
}

/**
 * Finds all that is to be sent.
 *
 * @throws OperationalError naming what is not there, cannot be read, or is too much for one offer
 */
export async function gather(paths: readonly string[]): Promise<Gathered> {
  const found = new Found();
  for (const path of paths) {
    try {
      const place = await Deno.realPath(path);
      const info = await Deno.stat(place);
      if (!info.isFile && !info.isDirectory) {
        throw new OperationalError("it is neither a file nor a folder");
      }
      await found.add(place, [ownName(path, place)], info);
    } catch (error) {
      throw new OperationalError(`Cannot send "${path}": ${plainReason(error)}`, { cause: error });
    }
  }
  return found;
}

/** The name a path ends in as it was typed; of `.`, `..` and `/` that of the folder they are. */
function ownName(typed: string, place: string): string {
  const name = lastPart(typed);
  return name === "" || name === "." || name === ".." ? lastPart(place) || "files" : name;
}

function lastPart(path: string): string {
  return path.split(SEPARATORS).findLast((part) => part !== "") ?? "";
}

const SEPARATORS = Deno.build.os === "windows" ? /[\\/]/ : /\//;

function plainReason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file or folder";
  if (error instanceof Deno.errors.PermissionDenied) return "it may not be read";
  return reasonOf(error);
}

/** @throws OperationalError naming the folder, which may be deep inside the one to be sent */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  } catch (error) {
    throw new OperationalError(`"${folder}": ${plainReason(error)}`, { cause: error });
  }
}

/** What is there; `undefined` for nothing: it went away, or its real name cannot be written. */
async function infoOf(place: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(place);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new OperationalError(`"${place}": ${plainReason(error)}`, { cause: error });
  }
}

class Found implements Gathered {
  readonly entries: OfferedEntry[] = [];
  readonly places: string[] = [];
  readonly skipped: string[] = [];

  async add(place: string, path: readonly string[], info: Deno.FileInfo): Promise<void> {
    if (info.isFile) {
      const modified = Math.max(0, Math.trunc(info.mtime?.getTime() ?? 0));
      this.#push(place, { kind: "file", path, size: info.size, modified });
    } else if (info.isDirectory) {
      this.#push(place, { kind: "folder", path });
      for (const name of await namesIn(place)) {
        const inner = `${place}/${name}`;
        const innerInfo = await infoOf(inner);
        if (innerInfo === undefined) this.skipped.push(inner);
        else await this.add(inner, [...path, name], innerInfo);
      }
    } else {
      this.skipped.push(place);
    }
  }

  #push(place: string, entry: OfferedEntry): void {
    const { entries, depth } = TRANSFER_LIMITS;
    if (entry.path.length > depth) {
      throw new OperationalError(`"${place}" is in more than ${depth} folders`);
    }
    if (this.entries.length >= entries) {
      throw new OperationalError(`it has more than ${entries} files; put them into one archive`);
    }
    this.entries.push(entry);
    this.places.push(place);
  }
}

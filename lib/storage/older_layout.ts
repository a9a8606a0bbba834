/**
 * The layout of older servers: a file `USER.txt` for each user, a buddy per line, in a directory or
 * in `users/` below it. Read with `import`, written with `export`.
 */

import { ensureDir } from "@std/fs";
import { OperationalError, systemReason } from "../core/errors.ts";
import { decodeFileName, encodeFileName } from "../core/file_name.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";
import type { Store } from "./store.ts";
import type { StoredUser } from "./user_index.ts";

/** A user's file as it was found. */
export interface OlderUser {
  /** Who it is about. */
  readonly user: UserId;
  /** Where it was found. */
  readonly path: string;
  /** What stands on its lines; not checked yet. */
  readonly lines: readonly string[];
}

/** Something that was not taken over, and why. */
export interface Skipped {
  /** Where it was found. */
  readonly path: string;
  /** 1 for the first line; absent when it is the file that was skipped. */
  readonly line?: number;
  /** Why, for whoever runs the import. */
  readonly why: string;
}

/** What an import came to. */
export interface ImportReport {
  /** Users that were new. */
  readonly users: number;
  /** Buddies that were new. */
  readonly buddies: number;
  /** Users and buddies that were there already. */
  readonly known: number;
  /** What was not taken over. */
  readonly skipped: readonly Skipped[];
}

/** So many users are registered in one batch: servers that share the directory wait that long. */
const PART = 2048;

/** Longest file that is read: a million buddies would not fill it. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Our own files, in a directory that is imported in place. */
const OURS = new Set(["journal.txt", "users.txt", "users.previous.txt"]);

/**
 * Finds the users of a directory. What is no user's file is skipped and told.
 *
 * @param directory of an older server
 * @param hasOurs whether our own text files may stand in it, too
 */
export async function readOlderLayout(
  directory: string,
  hasOurs: boolean,
): Promise<{ users: OlderUser[]; skipped: Skipped[] }> {
  const users: OlderUser[] = [];
  const skipped: Skipped[] = [];
  for (const folder of [directory, `${directory}/users`]) {
    for (const { name } of await list(folder)) {
      const path = `${folder}/${name}`;
      if (!name.toLowerCase().endsWith(".txt")) continue;
      if (hasOurs && folder === directory && (OURS.has(name) || name.startsWith("damaged-"))) {
        continue;
      }
      const read = await readUser(path, name.slice(0, -4));
      if ("why" in read) skipped.push(read);
      else users.push(read);
    }
  }
  return { users, skipped };
}

async function list(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder)))
      .sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
}

async function readUser(path: string, name: string): Promise<OlderUser | Skipped> {
  const user = parseUserId(decodeFileName(name) ?? name);
  if (user === undefined) return { path, why: "its name is no user id" };
  const { size, isFile } = await statOf(path);
  if (!isFile) return { path, why: "it is no file" };
  if (size > MAX_FILE_BYTES) return { path, why: "it is too large for a list of buddies" };
  const text = await Deno.readTextFile(path);
  return { user, path, lines: text.split("\n").map((line) => line.replace(/\r$/, "")) };
}

/** What is at a path, or what a link there leads to: some sites keep their lists elsewhere. */
async function statOf(path: string): Promise<{ size: number; isFile: boolean }> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { size: 0, isFile: false };
    throw error;
  }
}

/** Registers users and adds their buddies; whatever is there already stays as it is. */
export async function importUsers(
  store: Store,
  found: readonly OlderUser[],
): Promise<ImportReport> {
  const skipped: Skipped[] = [];
  let [users, known, buddies] = [0, 0, 0];
  for (let at = 0; at < found.length; at += PART) {
    const outcomes = await Promise.all(
      found.slice(at, at + PART).map(({ user }) => store.change({ kind: "register", user })),
    );
    for (const outcome of outcomes) outcome === "done" ? users++ : known++;
  }
  for (const { user, path, lines } of found) {
    const added = lines.map(async (text, index) => {
      if (text.trim() === "") return;
      const why = await addBuddy(store, user, text.trim());
      if (why === "known") known++;
      else if (why === undefined) buddies++;
      else skipped.push({ path, line: index + 1, why });
    });
    await Promise.all(added);
  }
  return { users, buddies, known, skipped };
}

async function addBuddy(store: Store, user: UserId, text: string): Promise<string | undefined> {
  const buddy = parseUserId(text);
  if (buddy === undefined) return `"${text.slice(0, 80)}" is no user id`;
  if (buddy === user) return `${buddy} cannot be their own buddy`;
  const outcome = await store.change({ kind: "add", user, buddy });
  if (outcome === "exists") return "known";
  return outcome === "done" ? undefined : `${buddy} is no user here`;
}

/**
 * Writes the older layout into `users/` of a directory: a file for each user.
 *
 * @returns how many users were written
 * @throws OperationalError when not all of them could be
 */
export async function exportUsers(
  users: Iterable<StoredUser>,
  directory: string,
): Promise<number> {
  const folder = `${directory}/users`;
  let count = 0;
  try {
    await ensureDir(folder);
    for (const { user, buddies } of users) {
      const text = buddies.map((buddy) => buddy + "\n").join("");
      await Deno.writeTextFile(`${folder}/${encodeFileName(user)}.txt`, text, { mode: 0o600 });
      count++;
    }
  } catch (error) {
    throw new OperationalError(
      `Cannot write "${folder}", ${count} users are there: ${systemReason(error)}`,
      { cause: error },
    );
  }
  return count;
}

/**
 * Names of files that begin as what is typed.
 */

import { visibleText } from "../core/visible_text.ts";
import { typedPath } from "./user_directory.ts";

/** Most names that are looked at in one folder: Tab must not hang. */
const MAX_ENTRIES = 5000;

/**
 * Paths that begin so, sorted; those of folders end in `/`. Hidden files are found when their dot is
 * typed, names that cannot be shown as they are never. A folder that cannot be read has none. `~/` is
 * the home directory, and stays as it was typed.
 */
export function filesBeginning(beginning: string): readonly string[] {
  if (beginning === "~") return ["~/"];
  const cut = beginning.lastIndexOf("/") + 1;
  const folder = beginning.slice(0, cut);
  const name = beginning.slice(cut);
  const found: string[] = [];
  try {
    let looked = 0;
    const place = folder === "" ? "." : typedPath(folder);
    for (const entry of Deno.readDirSync(place)) {
      if (++looked > MAX_ENTRIES) break;
      if (!entry.name.startsWith(name) || (name === "" && entry.name.startsWith("."))) continue;
      if (visibleText(entry.name) !== entry.name) continue;
      found.push(`${folder}${entry.name}${isFolder(place, entry) ? "/" : ""}`);
    }
  } catch {
    // Nothing to complete there; whoever uses the path says what is wrong with it.
  }
  return found.sort();
}

function isFolder(place: string, entry: Deno.DirEntry): boolean {
  if (!entry.isSymlink) return entry.isDirectory;
  try {
    return Deno.statSync(`${place}/${entry.name}`).isDirectory;
  } catch {
    return false; // it leads nowhere
  }
}

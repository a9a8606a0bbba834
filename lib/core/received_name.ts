/**
 * Names of received files: what a stranger calls a file, as a name that is safe on every system and
 * still looks the same. `Müller 2.pdf` stays; nothing that comes out is a path, hidden, an option, a
 * device, or shown otherwise than it is.
 */

import { checksum, escapeByte, MAX_LENGTH, RESERVED } from "./file_name.ts";

/**
 * What some system gives a meaning to, a terminal might obey, or a reader could not see; in front
 * also what shells, programs and file managers do (`.bashrc`, `.git`, `-rf`, `~`), at the end what
 * Windows drops.
 */
const MEANT = /[/\\:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}]|^[.\-~\p{Zs}]|[.\p{Zs}]$/u;

/**
 * Letters that draw nothing (fillers, the blank of Braille, selectors but for the one that makes a
 * letter an emoji), and blanks behind two others: an ending could hide behind many of them.
 */
const UNSEEN =
  /(?!\uFE0F)\p{Default_Ignorable_Code_Point}|(?<!(?!\p{Cn})\p{Extended_Pictographic})\uFE0F|\u2800|(?<=\p{Zs}\p{Zs})\p{Zs}/u;

const UNSAFE = new RegExp(`${MEANT.source}|${UNSEEN.source}`, "gu");

/** The longest ending that stays when a name is cut, in bytes. */
const MAX_ENDING = 16;

const encoder = new TextEncoder();

/**
 * One name (of a file or a folder, without its path) as a name to keep it under: what is unsafe
 * becomes `%` and two hex digits for each byte. Never empty, never longer than 200 bytes.
 */
export function receivedName(name: string): string {
  const safe = name.normalize("NFC").replace(
    UNSAFE,
    (character) => Array.from(encoder.encode(character), escapeByte).join(""),
  );
  if (safe === "") return "%";
  const named = RESERVED.test(safe.toLowerCase())
    ? escapeByte(safe.charCodeAt(0)) + safe.slice(1)
    : safe;
  // What was escaped may stand in front of an accent now, which then is written as one with it.
  return shortened(named.normalize("NFC"));
}

/** Cuts a name too long, keeps its ending, and puts a checksum of the whole in between. */
function shortened(name: string): string {
  const bytes = encoder.encode(name);
  if (bytes.length <= MAX_LENGTH) return name;
  const ending = /\.[^.]+$/.exec(name)?.[0] ?? "";
  const kept = encoder.encode(ending).length <= MAX_ENDING ? ending : "";
  const tail = `~${checksum(bytes)}${kept}`;
  const room = new Uint8Array(MAX_LENGTH - encoder.encode(tail).length);
  const { read } = encoder.encodeInto(name, room);
  return name.slice(0, read) + tail;
}

/** The same name with a number, for where it is taken: `film (2).mkv`. */
export function numberedName(name: string, number: number): string {
  const [, stem, ending = ""] = /^(.+?)(\.[^.]+)?$/su.exec(name) ?? ["", name];
  return `${stem} (${number})${ending}`;
}

/** What names share that some system takes for one: capitals, accents written in two ways. */
function folded(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase();
}

/** One folder of those being received: what is taken in it, and the folders in it by their names. */
class Folder {
  readonly #taken = new Set<string>();
  /** The next number to try for a name: many files of one name shall not cost the square of it. */
  readonly #numbers = new Map<string, number>();
  readonly #folders = new Map<string, { readonly name: string; readonly folder: Folder }>();

  /** A name that no other one here is taken for. */
  take(name: string): string {
    const safe = receivedName(name);
    let free = safe;
    let number = this.#numbers.get(folded(safe)) ?? 2;
    while (this.#taken.has(folded(free))) free = numberedName(safe, number++);
    this.#numbers.set(folded(safe), number);
    this.#taken.add(folded(free));
    return free;
  }

  /** The folder of this name, which is made when it is first asked for. */
  enter(name: string): { readonly name: string; readonly folder: Folder } {
    let found = this.#folders.get(name);
    if (found === undefined) {
      found = { name: this.take(name), folder: new Folder() };
      this.#folders.set(name, found);
    }
    return found;
  }
}

/**
 * Names for all that is offered at once: each path made of {@linkcode receivedName}s, and no two of
 * them one and the same, also where a system folds case or accents.
 */
export function receivedPaths(
  entries: readonly { readonly kind: "file" | "folder"; readonly path: readonly string[] }[],
): string[][] {
  const root = new Folder();
  return entries.map(({ kind, path }) => {
    let at = root;
    const safe: string[] = [];
    for (const name of kind === "folder" ? path : path.slice(0, -1)) {
      const { name: kept, folder } = at.enter(name);
      safe.push(kept);
      at = folder;
    }
    if (kind === "file") safe.push(at.take(path.at(-1)!));
    return safe;
  });
}

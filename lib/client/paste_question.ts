/**
 * Several lines pasted at once are asked about: each would be sent, or obeyed. Pure.
 */

import type { Key, KeyReader } from "./typed_keys.ts";

/** What becomes of pasted lines: each is one, all are one, or none. */
export type PasteAnswer = "each" | "one" | "none";

/** What a terminal would obey: nobody types it, and it would go to others' terminals. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** The lines of a paste, without control characters; a line end behind the last one is none. */
export function pasteLines(text: string): readonly string[] {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n");
  return lines.map((line) => line.replace(CONTROLS, ""));
}

/** Lines that come with one read: two may be typed over a slow connection, nobody types more. */
const LINES_AT_ONCE = 3;

/** What is more than a quick answer, while one is waited for. */
const MORE_THAN_ANSWER = 8;

// deno-lint-ignore no-control-regex
const KEYS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/**
 * Whether what was read at once was pasted, where a terminal puts no brackets around it (the Linux
 * console, serial lines, `tmux paste-buffer`).
 *
 * @param isAsked whether a paste is asked about already: this may be more of it
 */
export function isUnmarkedPaste(text: string, isAsked: boolean): boolean {
  if (KEYS.test(text)) return false;
  const lines = text.match(/[^\r\n]+(?:\r\n?|\n)/g) ?? [];
  return lines.length >= LINES_AT_ONCE || (isAsked && text.length > MORE_THAN_ANSWER);
}

/** What was typed, or pasted, with one read. */
export function keysOf(text: string, keys: KeyReader, isAsked: boolean): readonly Key[] {
  const isPaste = !keys.isInside && isUnmarkedPaste(text, isAsked);
  return isPaste ? [{ kind: "paste", text }] : keys.read(text);
}

/** What a key answers; `undefined` for one that is no answer. Ctrl-C is a no. */
export function pasteAnswer(key: Key): PasteAnswer | undefined {
  if (key.kind === "key" && key.name === "interrupt") return "none";
  if (key.kind !== "letters") return undefined;
  switch (key.text.toLowerCase()) {
    case "y":
      return "each";
    case "j":
      return "one";
    case "n":
      return "none";
    default:
      return undefined;
  }
}

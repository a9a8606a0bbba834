/**
 * Several lines pasted at once are asked about: each would be sent, or obeyed. Pure.
 */

import type { Key } from "./typed_keys.ts";

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

/**
 * What a terminal sends when somebody types: letters, keys, and pastes between their brackets.
 * Pure; `tty.ts` reads the bytes.
 */

/** Keys that do something to a line. Those that mean the same have one name. */
export type KeyName =
  | ("enter" | "tab" | "backspace" | "delete" | "left" | "right" | "home" | "end" | "up" | "down")
  | ("word left" | "word right" | "delete word" | "delete next word")
  | ("delete to start" | "delete to end" | "put back")
  | ("interrupt" | "end of input" | "redraw");

/** One thing that was typed. */
export type Key =
  | { readonly kind: "letters"; readonly text: string }
  | { readonly kind: "key"; readonly name: KeyName }
  /** A paste that is too long comes without its text: a part of it would be something else. */
  | { readonly kind: "paste"; readonly text: string; readonly isTooLong?: true };

/** Asks a terminal to put brackets around what is pasted, and no more. */
export const PASTE_BRACKETS = { on: "\x1b[?2004h", off: "\x1b[?2004l" } as const;

const PASTE_BEGINS = "\x1b[200~";
const PASTE_ENDS = "\x1b[201~";

/** Most characters of one paste that is taken. */
export const MAX_PASTE_CHARACTERS = 1 << 20;

/**
 * A cursor or function key: CSI (and the Linux console's `ESC [ [ A`), SS3, or a letter with Alt.
 */
// deno-lint-ignore no-control-regex
const SEQUENCE = /^\x1b(?:\[\[.|\[[0-?]*[ -/]*[@-Z\\-~]|O[0-9;]*[@-~]|[^\x00-\x07\x09-\x1f[O])/s;

/** The beginning of one, whose end is not read yet. */
// deno-lint-ignore no-control-regex
const UNFINISHED = /^\x1b(?:\[\[?|\[[0-?]+[ -/]*|\[[ -/]+|O[0-9;]*)?$/;

/** One that was broken off by something else. */
// deno-lint-ignore no-control-regex
const BROKEN_OFF = /^\x1b(?:\[[0-?]*[ -/]*|O[0-9;]*)/;

const CONTROLS: Readonly<Record<string, KeyName>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x01": "home",
  "\x02": "left",
  "\x03": "interrupt",
  "\x04": "end of input",
  "\x05": "end",
  "\x06": "right",
  "\x0b": "delete to end",
  "\x0c": "redraw",
  "\x0e": "down",
  "\x10": "up",
  "\x15": "delete to start",
  "\x17": "delete word",
  "\x19": "put back",
};

const FINALS: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
};

const NUMBERED: Readonly<Record<string, KeyName>> = {
  "1": "home",
  "3": "delete",
  "4": "end",
  "7": "home",
  "8": "end",
};

const WITH_ALT: Readonly<Record<string, KeyName>> = {
  b: "word left",
  f: "word right",
  d: "delete next word",
  "\x7f": "delete word",
  "\b": "delete word",
};

/** Reads keys out of text as it comes, in pieces of any size. */
export class KeyReader {
  #unread = "";
  /** What was pasted so far, while the end is not read yet. */
  #paste: string | undefined;

  /** What of the text read is the beginning of something. */
  get unread(): string {
    return this.#unread;
  }

  /** Takes text; gives what was typed with it. */
  read(text: string): Key[] {
    const keys: Key[] = [];
    if (text === "") return keys;
    // Escape and, a moment later, something else: nobody meant a letter with Alt.
    const isEscape = this.#unread === "\x1b" && this.#paste === undefined && !/^[[O]/.test(text);
    let rest = isEscape ? text : this.#unread + text;
    this.#unread = "";
    while (rest !== "") {
      rest = this.#paste === undefined ? this.#next(rest, keys) : this.#pasted(rest, keys);
    }
    return keys;
  }

  /** Takes one key, or letters up to one, and gives what comes behind. */
  #next(text: string, keys: Key[]): string {
    // deno-lint-ignore no-control-regex
    const [letters = ""] = /^[^\x00-\x1f\x7f]+/.exec(text) ?? [];
    if (letters !== "") {
      keys.push({ kind: "letters", text: letters });
      return text.slice(letters.length);
    }
    if (!text.startsWith("\x1b")) {
      // The two of a CRLF are one Enter.
      const length = text.startsWith("\r\n") ? 2 : 1;
      const name = CONTROLS[text[0]!];
      if (name !== undefined) keys.push({ kind: "key", name });
      return text.slice(length);
    }
    if (text.startsWith(PASTE_BEGINS)) {
      this.#paste = "";
      return text.slice(PASTE_BEGINS.length);
    }
    if (UNFINISHED.test(text)) {
      this.#unread = text;
      return "";
    }
    const [sequence] = SEQUENCE.exec(text) ?? BROKEN_OFF.exec(text) ?? ["\x1b"];
    const name = keyOf(sequence);
    if (name !== undefined) keys.push({ kind: "key", name });
    return text.slice(sequence.length);
  }

  /** Takes what is pasted, up to the end of it. */
  #pasted(text: string, keys: Key[]): string {
    const end = text.indexOf(PASTE_ENDS);
    if (end < 0) {
      // The end itself may be cut: what could be its beginning waits.
      const kept = text.slice(-(PASTE_ENDS.length - 1)).lastIndexOf("\x1b");
      const cut = kept < 0 ? text.length : Math.max(0, text.length - PASTE_ENDS.length + 1) + kept;
      this.#keep(text.slice(0, cut));
      this.#unread = text.slice(cut);
      return "";
    }
    this.#keep(text.slice(0, end));
    const pasted = this.#paste!;
    keys.push(
      pasted.length > MAX_PASTE_CHARACTERS
        ? { kind: "paste", text: "", isTooLong: true }
        : { kind: "paste", text: pasted },
    );
    this.#paste = undefined;
    return text.slice(end + PASTE_ENDS.length);
  }

  #keep(text: string): void {
    // One more than is taken tells that it is too long.
    this.#paste = (this.#paste! + text).slice(0, MAX_PASTE_CHARACTERS + 1);
  }
}

function keyOf(sequence: string): KeyName | undefined {
  // deno-lint-ignore no-control-regex
  const [, number, modifier = "1", final = ""] = /^\x1b[[O](\d*)(?:;(\d+))?(.)$/.exec(sequence) ??
    [];
  if (final === "~") return NUMBERED[number ?? ""];
  const name = FINALS[final];
  // With Ctrl or Alt, whole words.
  if (modifier !== "1" && name === "left") return "word left";
  if (modifier !== "1" && name === "right") return "word right";
  return name ?? WITH_ALT[sequence.slice(1)];
}

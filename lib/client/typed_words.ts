/**
 * Words of a typed line as a shell would take them: cut at blanks, but for those in quotes or behind
 * a backslash. Pure.
 */

/** A backslash means itself but in front of a blank, a quote or another one: `C:\x` stays. */
const WORD = /(?:\\[\s"'\\]|[^\s"']|"(?:\\["\\]|[^"])*"?|'[^']*'?)+/gu;

/** A part of a word. */
const PART = /\\([\s"'\\])|"((?:\\["\\]|[^"])*)"?|'([^']*)'?/gu;

/** Cuts a line into words. A quote that is not closed goes to the end. */
export function splitWords(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) =>
    word.replace(
      PART,
      (_, escaped, double, single) => escaped ?? double?.replace(/\\(["\\])/g, "$1") ?? single,
    )
  );
}

/** The first word, and what is behind it. */
export function firstWord(text: string): readonly [string, string] {
  const [, first = "", rest = ""] = /^\s*(\S*)\s*(.*)$/s.exec(text) ?? [];
  return [first, rest];
}

import { assertEquals } from "@std/assert";
import { SecretLine } from "../../lib/client/secret_line.ts";

/** What comes of keys, each string as one read of the terminal. */
function typed(...reads: readonly string[]): unknown {
  const line = new SecretLine();
  for (const keys of reads) {
    const end = line.type(keys);
    if (end !== undefined) return end;
  }
  return undefined;
}

const secret = (text: string, rest = "") => ({ kind: "typed", secret: text, rest });
const GIVEN_UP = { kind: "given up" };

for (
  const [name, reads, expected] of [
    ["letters and Enter", ["s", "e", "c", "\r"], secret("sec")],
    ["a paste with LF", ["secret words\n"], secret("secret words")],
    ["blanks stay", ["  a  \r"], secret("  a  ")],
    ["Backspace takes back a letter", ["ab\x7fc\r"], secret("ac")],
    ["the other Backspace", ["ab\bc\r"], secret("ac")],
    ["Backspace takes back a whole letter", ["a\u{1f600}\x7fb\r"], secret("ab")],
    ["Backspace with nothing typed", ["\x7f\x7fa\r"], secret("a")],
    ["Ctrl-U takes back everything", ["abc\x15d\r"], secret("d")],
    ["cursor keys are no letters", ["a\x1b[D\x1b[1;5Cb\x1b[3~\r"], secret("ab")],
    ["function keys are no letters", ["\x1bOPa\x1b[[Bb\x1bO5Qc\x1b[15~\r"], secret("abc")],
    [
      "a key that comes in two reads",
      ["a\x1b", "OPb\x1b[", "Dc\x1b[1;", "5Cd\x1bO", "Q\r"],
      secret("abcd"),
    ],
    ["Escape, then letters", ["a\x1b", "b\r"], secret("ab")],
    ["Escape, then Enter", ["a\x1b", "\r"], secret("a")],
    ["a key that never ends, then Ctrl-C", ["a\x1b[1", "\x03"], GIVEN_UP],
    ["a key behind Enter stays for later", ["a\rPM\x1b["], secret("a", "PM\x1b[")],
    ["other control characters", ["a\x01\tb\r"], secret("ab")],
    ["what is typed behind Enter stays for later", ["a\rPM\rhello\r"], secret("a", "PM\nhello\n")],
    ["Ctrl-C gives up", ["abc\x03\r"], GIVEN_UP],
    ["Ctrl-D gives up with nothing typed", ["\x04"], GIVEN_UP],
    ["Ctrl-D is nothing behind letters", ["a\x04b\r"], secret("ab")],
    ["no Enter yet", ["abc"], undefined],
  ] as const
) {
  Deno.test(`SecretLine: ${name}`, { permissions: "none" }, () => {
    assertEquals(typed(...reads), expected);
  });
}

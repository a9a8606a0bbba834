import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Key,
  type KeyName,
  KeyReader,
  MAX_PASTE_CHARACTERS,
} from "../../lib/client/typed_keys.ts";

const PURE = { permissions: "none" } as const;

function read(...reads: readonly string[]): Key[] {
  const reader = new KeyReader();
  return reads.flatMap((text) => reader.read(text));
}

const letters = (text: string): Key => ({ kind: "letters", text });
const key = (name: KeyName): Key => ({ kind: "key", name });
const paste = (text: string): Key => ({ kind: "paste", text });

Deno.test("KeyReader knows the keys of every terminal there is", PURE, () => {
  const table: readonly (readonly [string, KeyName])[] = [
    ["\r", "enter"],
    ["\n", "enter"],
    ["\r\n", "enter"],
    ["\t", "tab"],
    ["\x7f", "backspace"],
    ["\b", "backspace"],
    ["\x1b[3~", "delete"],
    ["\x1b[A", "up"],
    ["\x1bOA", "up"], // in application mode
    ["\x10", "up"],
    ["\x1b[B", "down"],
    ["\x1b[C", "right"],
    ["\x1b[D", "left"],
    ["\x1b[1;5D", "word left"], // with Ctrl
    ["\x1b[1;3C", "word right"], // with Alt
    ["\x1bb", "word left"],
    ["\x1bf", "word right"],
    ["\x1b[H", "home"],
    ["\x1b[1~", "home"],
    ["\x1b[7~", "home"],
    ["\x01", "home"],
    ["\x1b[F", "end"],
    ["\x1bOF", "end"],
    ["\x1b[4~", "end"],
    ["\x05", "end"],
    ["\x17", "delete word"],
    ["\x1b\x7f", "delete word"],
    ["\x1bd", "delete next word"],
    ["\x15", "delete to start"],
    ["\x0b", "delete to end"],
    ["\x19", "put back"],
    ["\x03", "interrupt"],
    ["\x04", "end of input"],
    ["\x0c", "redraw"],
  ];
  for (const [text, name] of table) assertEquals(read(text), [key(name)], JSON.stringify(text));
});

Deno.test("KeyReader: what is no key and no letter is nothing", PURE, () => {
  for (const text of ["\x1b[15~", "\x1bOP", "\x1b[[A", "\x1b[200;5u", "\x1bx", "\x1a", "\x1b[I"]) {
    assertEquals(read(text), [], JSON.stringify(text));
  }
});

Deno.test("KeyReader: Escape, and later something else, is not Alt", PURE, () => {
  assertEquals(read("\x1b", "b"), [letters("b")]);
  assertEquals(read("\x1b", "\r"), [key("enter")]);
  assertEquals(read("\x1b", "[A"), [key("up")], "cut within a key");
  assertEquals(read("\x1b[1", "\x03"), [key("interrupt")], "a key that never ends");
});

Deno.test("KeyReader: what stands between the brackets of a paste is not obeyed", PURE, () => {
  assertEquals(read("a\x1b[200~one\r\ntwo\x03\x1b[A\x1b[201~b"), [
    letters("a"),
    paste("one\r\ntwo\x03\x1b[A"),
    letters("b"),
  ]);
  assertEquals(read("\x1b[201~x"), [letters("x")], "an end without a beginning");
});

Deno.test("KeyReader: a paste is taken as a whole, or not at all", PURE, () => {
  const most = "x".repeat(MAX_PASTE_CHARACTERS);
  assertEquals(read("\x1b[200~", most, "\x1b[201~"), [paste(most)]);
  for (const more of ["y", most]) {
    const keys = read("\x1b[200~", most, more, "\x1b[201~", "z");
    assertEquals(keys, [{ kind: "paste", text: "", isTooLong: true }, letters("z")]);
  }
});

Deno.test("KeyReader gives the same however a paste and letters are cut", PURE, () => {
  const part = fc.constantFrom("a", "日", "👋", "\x1b[200~p\x1b[Aq\r\x1b[201~", "\r", "\x1b[1;5D");
  fc.assert(fc.property(fc.array(part), fc.array(fc.nat({ max: 9 })), (parts, sizes) => {
    const whole = parts.join("");
    const pieces: string[] = [];
    let at = 0;
    for (const size of sizes) pieces.push(whole.slice(at, at += size));
    pieces.push(whole.slice(at));
    const joined = (keys: readonly Key[]): string =>
      keys.map((key) => key.kind === "key" ? `<${key.name}>` : key.text)
        .join("");
    assertEquals(joined(read(...pieces)), joined(read(whole)));
  }));
});

import { assert, assertEquals } from "@std/assert";
import { MAX_PASTE_CHARACTERS } from "../../lib/client/typed_keys.ts";
import { EditorDesk } from "../support/client_tty.ts";

const PURE = { permissions: "none" } as const;

const TALK = { text: "alice: ", about: "own" } as const;
const MENU = { text: "alice> " } as const;
const paste = (text: string): string => `\x1b[200~${text}\x1b[201~`;

/** The next line, and what the screen shows when it is asked for. */
function asks(desk: EditorDesk, prompt: { readonly text: string }): Promise<string | undefined> {
  desk.editor.prompt(prompt);
  return desk.editor.nextLine();
}

Deno.test("LineEditor: what arrives appears above the line that is typed", PURE, async () => {
  const desk = new EditorDesk();
  const line = asks(desk, TALK);
  await desk.types("half ty", "\x1b[D");
  desk.editor.show([{ text: "bob: hi", about: "message" }, { text: "bob has gone." }]);
  assertEquals(desk.lines, ["14:05 bob: hi", "bob has gone.", "alice: half ty"]);
  assertEquals(desk.screen.cursor, [2, 13]);
  await desk.types("\x1b[Fped\r");
  assertEquals(await line, "half typed");
  assertEquals(desk.lines.at(-1), "14:05 alice: half typed");
});

Deno.test("LineEditor: what somebody says never begins a row", PURE, () => {
  const text = `bob: ${"x ".repeat(12)}14:06 carol wants to send you a file`;
  const desk = new EditorDesk({ columns: 39 });
  desk.editor.show([{ text, about: "message" }]);
  assertEquals(desk.lines, [
    "14:05 bob: x x x x x x x x x x x x",
    "      14:06 carol wants to send you a",
    "      file",
  ]);
  const plain = new EditorDesk({ columns: 40, plain: true });
  plain.editor.show([{ text, about: "message" }]);
  assert(plain.written.endsWith(`14:05 ${text}\r\n`), "a screen reader reads it in one go");
});

Deno.test(
  "LineEditor: lines typed ahead are shown once, when they have their turn",
  PURE,
  async () => {
    const desk = new EditorDesk();
    const first = asks(desk, MENU);
    await desk.types("S\r");
    assertEquals(await first, "S");
    await desk.types("A bob\rM bo", "b\rhal");
    assertEquals(desk.lines, ["alice> S", "[2 lines wait] hal"]);
    desk.editor.show([{ text: "the table" }]);
    assertEquals(await asks(desk, MENU), "A bob");
    assertEquals(desk.lines, ["alice> S", "the table", "alice> A bob", "[1 line waits] hal"]);
    assertEquals(await asks(desk, MENU), "M bob");
    const last = asks(desk, MENU);
    await desk.types("f\r");
    assertEquals(await last, "half");
    assertEquals(desk.lines.slice(2), ["alice> A bob", "alice> M bob", "alice> half"]);
  },
);

Deno.test("LineEditor: several pasted lines are asked about, one is not", PURE, async () => {
  const desk = new EditorDesk({ columns: 80 });
  let line = asks(desk, TALK);
  await desk.types("I say ", paste("one line\r\n"));
  assertEquals(desk.lines, ["alice: I say one line"]);
  await desk.types("\r");
  await line;
  line = asks(desk, TALK);
  await desk.types(paste("one\r\ntwo\nthree"), "x", "\r");
  const question = "3 lines pasted: Y enters each, J joins them into one, N drops them:";
  assertEquals(desk.lines.at(-1), question);
  desk.editor.show([{ text: "bob: meanwhile" }]);
  assertEquals(desk.lines.slice(-2), ["bob: meanwhile", question]);
  await desk.types("y");
  assertEquals([await line, await asks(desk, TALK), await asks(desk, TALK)], [
    ...["one", "two", "three"],
  ]);
  assertEquals(desk.lines.slice(-3), [
    ...["14:05 alice: one", "14:05 alice: two", "14:05 alice: three"],
  ]);
  line = asks(desk, TALK);
  await desk.types(paste("a\nb"), "j", "\r");
  assertEquals(await line, "a b");
  line = asks(desk, TALK);
  // Enter behind the answer is part of it.
  for (const no of ["n", "n\r", "\x03"]) await desk.types(paste("a\nb"), no);
  await desk.types("still here\r");
  assertEquals(await line, "still here");
  assertEquals(desk.stops, 0);
});

Deno.test(
  "LineEditor: a secret is never written, recalled, completed or put back",
  PURE,
  async () => {
    const kept: string[] = [];
    const desk = new EditorDesk({ recall: { lines: [], add: (line) => kept.push(line) } });
    desk.editor.completeWith((typed) => [typed + "word"]);
    desk.editor.prompt({ text: "Password: " });
    const secret = desk.editor.nextSecret();
    await desk.types("pass\x15s3", "\t", "\x1b[A", paste("cret\nmore"));
    desk.editor.show([{ text: "meanwhile" }]);
    assertEquals(desk.lines, ["meanwhile", "Password:"]);
    await desk.types("\r");
    assertEquals(await secret, "s3cret");
    const line = asks(desk, MENU);
    await desk.types("\x1b[A", "\x19", "S\r");
    assertEquals(await line, "S");
    assertEquals(kept, ["S"]);
    assert(!desk.written.includes("s3") && !desk.written.includes("pass"), desk.written);
  },
);

Deno.test("LineEditor: a secret typed ahead is not shown when it is asked for", PURE, async () => {
  const desk = new EditorDesk();
  await desk.types("s3cret\r");
  desk.editor.prompt({ text: "Password: " });
  assertEquals(await desk.editor.nextSecret(), "s3cret");
  assert(!desk.written.includes("s3cret"));
});

Deno.test(
  "LineEditor: Up brings commands where one is typed, words where one talks",
  PURE,
  async () => {
    const kept: string[] = [];
    const recall = { lines: ["L alice"], add: (line: string) => kept.push(line) };
    const desk = new EditorDesk({ recall });
    for (const [prompt, typed] of [[MENU, "M bob"], [TALK, "hello"]] as const) {
      const line = asks(desk, prompt);
      await desk.types(`${typed}\r`);
      await line;
    }
    const said = asks(desk, TALK);
    await desk.types("\x1b[A", "\x1b[A");
    assertEquals(desk.lines.at(-1), "alice: hello");
    await desk.types("\r");
    await said;
    asks(desk, MENU);
    await desk.types("\x1b[A", "\x1b[A");
    assertEquals(desk.lines.at(-1), "alice> L alice");
    assertEquals(kept, ["M bob"], "what was said is not kept");
  },
);

Deno.test("LineEditor: Tab types what all agree about, then shows them", PURE, async () => {
  const desk = new EditorDesk();
  const names = ["bob", "bobby", "carol"];
  desk.editor.completeWith((typed) =>
    names.filter((name) => name.startsWith(typed.slice(2).toLowerCase())).map((name) => `M ${name}`)
  );
  asks(desk, MENU);
  await desk.types("M B", "\t");
  assertEquals(desk.lines, ["alice> M bob"]);
  await desk.types("\t");
  assertEquals(desk.lines, ["bob  bobby", "alice> M bob"]);
  await desk.types("by", "\t", "!", "\t");
  assertEquals(desk.lines.at(-1), "alice> M bobby!");
});

Deno.test(
  "LineEditor: Ctrl-C leaves what was typed where it is, and tells what has no turn",
  PURE,
  async () => {
    const desk = new EditorDesk();
    const first = asks(desk, TALK);
    await desk.types("one\rtwo\rhalf");
    await first;
    await desk.types("\x03");
    assertEquals(desk.stops, 1);
    desk.editor.show([{ text: "Goodbye." }]);
    desk.editor.close();
    assertEquals(desk.lines, [
      ...["14:05 alice: one", "half^C", "Typed, but not done: two", "Goodbye."],
    ]);
    assertEquals(desk.isRaw, false);
    assertEquals(await desk.editor.nextLine(), undefined);
  },
);

Deno.test("LineEditor: Ctrl-D ends the input only with nothing typed", PURE, async () => {
  const desk = new EditorDesk();
  const line = asks(desk, MENU);
  await desk.types("ab\x01", "\x04", "\x04");
  assertEquals(desk.lines, ["alice>"]);
  await desk.types("\x04");
  assertEquals(await line, undefined);
  desk.editor.show([{ text: "Goodbye." }]);
  assertEquals(desk.lines, ["alice>", "Goodbye."]);
  assertEquals(desk.isRaw, false);
});

Deno.test("LineEditor: what is new is counted for whoever was away", PURE, async () => {
  const desk = new EditorDesk();
  asks(desk, TALK);
  desk.clock.advance(60_000);
  desk.editor.show([{ text: "bob: alice?", about: "mention" }, {
    text: "bob: hm",
    about: "message",
  }]);
  assertEquals(desk.lines, [
    ...["14:06 * bob: alice?", "14:06 bob: hm", "[2 new, 1 for you] alice:"],
  ]);
  assertEquals(desk.screen.bells, 1);
  await desk.types("y");
  assertEquals(desk.lines.at(-1), "alice: y");
});

Deno.test(
  "LineEditor: a paste that is too long is not taken in part, and told of",
  PURE,
  async () => {
    const desk = new EditorDesk({ columns: 100 });
    const line = asks(desk, TALK);
    await desk.types("hi", paste("one\n".repeat(MAX_PASTE_CHARACTERS)), "!\r");
    assertEquals(await line, "hi!");
    assertEquals(
      desk.lines[0],
      "That paste was not taken, it is too long. Long texts go well as a file.",
    );
  },
);

Deno.test(
  "LineEditor: many lines at once are a paste without its brackets, too",
  PURE,
  async () => {
    const desk = new EditorDesk({ columns: 80 });
    const line = asks(desk, TALK);
    await desk.types("one\rtwo\rthree\rfo", "ur\rand another\r");
    const question = "5 lines pasted: Y enters each, J joins them into one, N drops them:";
    assertEquals(desk.lines, [question]);
    await desk.types("j", "\r");
    assertEquals(await line, "one two three four and another");
  },
);

Deno.test("LineEditor: dropTyped() gives back all that nobody has read", PURE, async () => {
  const desk = new EditorDesk();
  const first = asks(desk, TALK);
  await desk.types("one\rtwo\rhalf", paste("a\nb"));
  await first;
  assertEquals(desk.editor.dropTyped(), ["two", "half", "a", "b"]);
  assertEquals(desk.editor.dropTyped(), []);
  assertEquals(desk.lines, ["14:05 alice: one"]);
});

Deno.test("LineEditor, plain: lines and words only", PURE, async () => {
  const desk = new EditorDesk({ plain: true });
  desk.editor.completeWith((typed) => typed.startsWith("he") ? ["hello", "help"] : []);
  const line = asks(desk, TALK);
  await desk.types("h", "e", "\x1b[D", "\t", "\t", "\x1b[A");
  desk.clock.advance(60_000);
  desk.editor.show([{ text: "bob: alice?", about: "mention" }]);
  await desk.types("\x7f", "p\r");
  assertEquals(await line, "hep");
  const brackets = "\x1b[?2004h";
  assertEquals(desk.written.startsWith(brackets), true);
  assertEquals(
    desk.written.slice(brackets.length).replaceAll("\r\n", "\n"),
    [
      "alice:\nhe",
      "l", // Tab: both begin so
      "\nhello  help\nhel", // Tab again
      "\n14:06 For you: bob: alice?\nhel\x07",
      "\n[1 new, 1 for you since your last key]\nhel",
      "\b \bp\n",
    ].join(""),
  );
});

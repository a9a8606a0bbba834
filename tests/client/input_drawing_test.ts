import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PlainDrawing, ScreenDrawing } from "../../lib/client/input_drawing.ts";
import { type InputView, layOut, rowsAboveCursor } from "../../lib/client/input_layout.ts";
import { plainStyle } from "../../lib/client/screen_line.ts";
import { SmallScreen } from "../support/small_screen.ts";

const PURE = { permissions: "none" } as const;

function input(prompt: string, before: string, after = ""): InputView {
  return { prompt: { text: prompt }, before, after };
}

Deno.test("layOut() breaks rows where the next letter has no place", PURE, () => {
  const rows = (view: InputView, columns: number): unknown => {
    const { rows, cursorRow, cursorColumn } = layOut(view, { columns, rows: 24 });
    return [...rows.map(({ prompt, text }) => `${prompt}${text}`), cursorRow, cursorColumn];
  };
  assertEquals(rows(input("a: ", ""), 10), ["a: ", 0, 3]);
  assertEquals(rows(input("a: ", "1234567"), 10), ["a: 1234567", "", 1, 0], "a full row");
  assertEquals(rows(input("a: ", "12345678", "9"), 10), ["a: 1234567", "89", 1, 1]);
  assertEquals(rows(input("a: ", "123456", "日本"), 10), ["a: 123456", "日本", 0, 9]);
  assertEquals(rows(input("a: ", "\x1b[2J"), 10), ["a: ^[[2J", 0, 8], "nothing is obeyed");
  assertEquals(rows(input("long prompt> ", "x"), 5), ["long ", "promp", "t> x", 2, 4]);
});

Deno.test("layOut() of more than a screen shows what is around the cursor", PURE, () => {
  const text = "0123456789".repeat(10);
  const end = layOut(input("", text), { columns: 10, rows: 5 });
  assertEquals([end.rows.length, end.cursorRow, end.rows.at(-1)!.text], [4, 3, ""]);
  const start = layOut(input("", "", text), { columns: 10, rows: 5 });
  assertEquals([start.rows.length, start.cursorRow], [4, 0]);
});

Deno.test(
  "rowsAboveCursor() knows how terminals break rows that have become too long",
  PURE,
  () => {
    const layout = layOut(input("", "x".repeat(25)), { columns: 10, rows: 24 });
    assertEquals(rowsAboveCursor(layout, 10), 2);
    assertEquals(rowsAboveCursor(layout, 40), 2, "they are never joined");
    assertEquals(rowsAboveCursor(layout, 5), 4 + 1);
  },
);

const letter = fc.constantFrom("a", "bc ", "日本", "👋", "e\u0301", "\t", "\x07");
const words = fc.array(letter, { maxLength: 12 }).map((letters) => letters.join(""));

Deno.test(
  "ScreenDrawing: output stands above the input, whatever comes in which order",
  PURE,
  () => {
    const step = fc.record({
      output: fc.array(fc.stringMatching(/^[a-z ]{0,30}[a-z]$/), { maxLength: 3 }),
      ...{ prompt: fc.constantFrom("", "> ", "alice: "), before: words, after: words },
    });
    fc.assert(fc.property(fc.array(step), fc.integer({ min: 4, max: 20 }), (steps, columns) => {
      const screen = new SmallScreen(columns);
      const drawing = new ScreenDrawing(() => ({ columns, rows: 100 }), plainStyle);
      const above = new SmallScreen(columns);
      for (const { output, prompt, before, after } of steps) {
        const view = input(prompt, before, after);
        screen.write(drawing.draw(output, view));
        above.write(output.map((line) => line + "\r\n").join(""));
        const { rows, cursorRow, cursorColumn } = layOut(view, { columns, rows: 100 });
        const lines = above.lines.slice(0, -1);
        const drawn = rows.map(({ prompt, text }) => (prompt + text).trimEnd());
        assertEquals(screen.lines, [...lines, ...drawn]);
        assertEquals(screen.cursor, [lines.length + cursorRow, cursorColumn]);
      }
    }));
  },
);

Deno.test("ScreenDrawing: a line that is entered stays, and the next begins below", PURE, () => {
  const screen = new SmallScreen(10);
  const drawing = new ScreenDrawing(() => ({ columns: 10, rows: 24 }), plainStyle);
  screen.write(drawing.draw([], input("> ", "hello you", "!")));
  screen.write(drawing.enter("14:05 > hello you!"));
  screen.write(drawing.draw(["hi"], input("> ", "")));
  assertEquals(screen.lines, ["14:05 > he", "llo you!", "hi", ">"]);
});

Deno.test("PlainDrawing only ever goes on: no codes, no prompt said twice", PURE, () => {
  const drawing = new PlainDrawing(() => ({ columns: 80, rows: 24 }));
  let written = drawing.draw(["Hello."], input("", ""));
  const next = (text: string, expected: string): void => {
    written += text;
    assertEquals(text, expected);
  };
  next(drawing.draw([], input("alice: ", "")), "alice:\r\n");
  next(drawing.draw([], input("alice: ", "ha")), "ha");
  next(drawing.draw([], input("alice: ", "half")), "lf");
  next(drawing.draw(["bob: hi"], input("alice: ", "half")), "\r\nbob: hi\r\nhalf");
  next(drawing.draw([], input("alice: ", "ha")), "\b\b  \b\b");
  next(drawing.draw([], input("alice: ", "日本")), "\r\n日本");
  next(drawing.draw([], input("alice: ", "日")), "\b\b  \b\b");
  next(drawing.enter("", "日x"), "x\r\n");
  next(drawing.draw([], input("alice: ", "")), "");
  next(drawing.draw(["bob: you?"], input("alice: ", "")), "bob: you?\r\n");
  next(drawing.draw(["Sent."], input("", "")), "Sent.\r\n");
  next(drawing.draw([], input("alice: ", "")), "alice:\r\n");
  assertEquals(written.includes("\x1b"), false);
});

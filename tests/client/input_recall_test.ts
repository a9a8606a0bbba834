import { assertEquals } from "@std/assert";
import { InputRecall, MAX_RECALLED_LINES } from "../../lib/client/input_recall.ts";

const PURE = { permissions: "none" } as const;

Deno.test("InputRecall: up goes back, down comes again, at last to what was typed", PURE, () => {
  const recall = new InputRecall(["one", "two"]);
  assertEquals(recall.up(""), "two");
  assertEquals(recall.up("two"), "one");
  assertEquals(recall.up("one"), undefined, "there is none before");
  assertEquals(recall.down(), "two");
  assertEquals(recall.down(), "");
  assertEquals(recall.down(), undefined);
});

Deno.test("InputRecall: with something typed, only what begins like it", PURE, () => {
  const recall = new InputRecall(["A bob", "M bob", "S", "M carol"]);
  assertEquals(recall.up("M "), "M carol");
  assertEquals(recall.up("M carol"), "M bob");
  assertEquals(recall.up("M bob"), undefined);
  assertEquals(recall.down(), "M carol");
  assertEquals(recall.down(), "M ");
});

Deno.test("InputRecall remembers each line once, the newest last, and not too many", PURE, () => {
  const recall = new InputRecall(["one", "two"]);
  assertEquals([recall.add("one"), recall.add("one"), recall.add("  ")], [true, false, false]);
  assertEquals(recall.lines, ["two", "one"]);
  for (let count = 0; count <= MAX_RECALLED_LINES; count++) recall.add(`line ${count}`);
  assertEquals(recall.lines.length, MAX_RECALLED_LINES);
  assertEquals(recall.lines.at(0), "line 1");
});

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Link, LinkedList } from "../../lib/core/linked_list.ts";

/** Adds something, or takes out the one that was added as the n-th of all, also if that was done before. */
const step = fc.oneof(fc.constant("add" as const), fc.nat({ max: 30 }));

Deno.test("LinkedList holds what a Set would, in the same order", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const [list, model] = [new LinkedList<number>(), new Set<number>()];
    const links: Link<number>[] = [];
    for (const step of steps) {
      if (step === "add") {
        model.add(links.length);
        links.push(list.add(links.length));
      } else if (step < links.length) {
        model.delete(step);
        list.remove(links[step]!);
      }
      assertEquals([list.values(), list.size, list.first?.value], [
        [...model],
        model.size,
        [...model][0],
      ]);
    }
  }));
});

Deno.test("what values() gave does not change with the list", () => {
  const list = new LinkedList<string>();
  const links = ["a", "b", "c"].map((value) => list.add(value));
  const values = list.values();
  list.remove(links[1]!);
  list.add("d");
  assertEquals([values, list.values()], [["a", "b", "c"], ["a", "c", "d"]]);
});

Deno.test("clear() takes all out, and nothing that was there is taken out twice", () => {
  const list = new LinkedList<string>();
  const links = ["a", "b"].map((value) => list.add(value));
  list.clear();
  list.add("c");
  for (const link of links) list.remove(link);
  assertEquals([list.values(), list.size], [["c"], 1]);
});

Deno.test("a link that was taken out keeps no other", () => {
  const list = new LinkedList<string>();
  const [a, b, c] = ["a", "b", "c"].map((value) => list.add(value));
  for (const link of [b!, a!, c!]) list.remove(link);
  const kept = Object.values(b!).filter((value) => typeof value === "object");
  assertEquals(kept, []);
});

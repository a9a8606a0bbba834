import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { State } from "../../lib/storage/state.ts";
import { add, anyChanges, register, remove } from "../support/changes.ts";
import { id } from "../support/ids.ts";
import { contentsOf } from "../support/snapshots.ts";

const [ann, bob] = [id("ann"), id("bob")];

Deno.test("State judges a change by those before it, users and rooms alike", () => {
  const state = new State();
  assertEquals(state.judge(register(ann)), "done");
  state.apply(register(ann));
  assertEquals(state.judge(register(ann)), "exists");
  assertEquals(state.judge(add(ann, bob)), "no such user");
  assertEquals(state.judge({ kind: "close room", room: "lab" }), "absent");
});

Deno.test("State judges without changing anything", () => {
  fc.assert(fc.property(anyChanges, (changes) => {
    const state = new State();
    for (const change of changes) state.judge(change);
    assertEquals(contentsOf(state), [[], []]);
  }));
});

Deno.test("a change taken back leaves everything as it was, a removed buddy in the old place", () => {
  const state = new State();
  for (const change of [register(ann), register(bob), register(id("eve"))]) state.apply(change);
  for (const buddy of [bob, id("eve")]) state.apply(add(ann, buddy));
  state.apply(remove(ann, bob))();
  assertEquals(state.users.buddiesOf(ann), [bob, id("eve")]);
});

Deno.test("any changes taken back, last one first, leave users as they were", () => {
  fc.assert(fc.property(anyChanges, anyChanges, (before, batch) => {
    const state = new State();
    for (const change of before) if (state.judge(change) === "done") state.apply(change);
    const expected = structuredClone(contentsOf(state));
    const undo = batch.flatMap((change) =>
      state.judge(change) === "done" ? [state.apply(change)] : []
    );
    for (const takeBack of undo.reverse()) takeBack();
    assertEquals(contentsOf(state), expected);
  }));
});

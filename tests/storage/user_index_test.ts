import { assertEquals } from "@std/assert";
import { UserIndex } from "../../lib/storage/user_index.ts";
import { id } from "../support/ids.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

function restored(): UserIndex {
  const index = new UserIndex();
  index.restore({ user: ann, hash: "a hash", list: "bob eve" });
  index.restore({ user: bob, hash: undefined, list: "" });
  index.restore({ user: eve, hash: undefined, list: "ann" });
  return index;
}

Deno.test("a list from a snapshot reads like any other, and nobody's is taken for another's", () => {
  const index = restored();
  assertEquals(index.size, 3);
  assertEquals([ann, bob, eve].map((user) => index.buddiesOf(user)), [[bob, eve], [], [ann]]);
  assertEquals([ann, bob].map((user) => index.passwordOf(user)), ["a hash", undefined]);
});

Deno.test("a list from a snapshot can be changed, and the change taken back", () => {
  const index = restored();
  assertEquals(index.judge({ kind: "add", user: ann, buddy: bob }), "exists");
  assertEquals(index.judge({ kind: "remove", user: ann, buddy: bob }), "done");
  const takeBack = index.apply({ kind: "remove", user: ann, buddy: bob });
  assertEquals(index.buddiesOf(ann), [eve]);
  takeBack();
  assertEquals(index.buddiesOf(ann), [bob, eve]);
  index.apply({ kind: "add", user: bob, buddy: eve });
  assertEquals(index.buddiesOf(bob), [eve]);
});

Deno.test("restoreMore() goes on with a list that several lines tell", () => {
  const index = restored();
  index.restoreMore({ user: eve, hash: undefined, list: "bob" });
  assertEquals(index.buddiesOf(eve), [ann, bob]);
});

Deno.test("users() tells every user, whether their list was asked for or not", () => {
  const index = restored();
  index.buddiesOf(ann);
  assertEquals([...index.users()], [
    { user: ann, hash: "a hash", buddies: [bob, eve] },
    { user: bob, hash: undefined, buddies: [] },
    { user: eve, hash: undefined, buddies: [ann] },
  ]);
});

import { assertEquals } from "@std/assert";
import { RememberedUsers } from "../../lib/storage/remembered_users.ts";
import { add, register, remove } from "../support/changes.ts";
import { id } from "../support/ids.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

Deno.test("RememberedUsers knows who was read, and what was changed since", () => {
  const users = new RememberedUsers(10);
  assertEquals(users.buddiesOf(ann), undefined);
  users.wasRead(ann, [bob], users.moment);
  users.wasMade(add(ann, eve));
  assertEquals(users.buddiesOf(ann), [bob, eve]);
  users.wasMade(remove(ann, bob));
  assertEquals(users.buddiesOf(ann), [eve]);
  users.wasMade(register(bob));
  assertEquals(users.buddiesOf(bob), []);
});

Deno.test("RememberedUsers makes up nobody's list from one buddy of it", () => {
  const users = new RememberedUsers(10);
  users.wasMade(add(ann, eve));
  assertEquals(users.buddiesOf(ann), undefined);
});

Deno.test("RememberedUsers takes nothing that was read before it was changed", () => {
  const users = new RememberedUsers(10);
  users.wasRead(ann, [bob], users.moment);
  const before = users.moment;
  users.wasMade(add(ann, eve));
  users.wasRead(ann, [bob], before);
  assertEquals(users.buddiesOf(ann), [bob, eve]);
  users.wasRead(ann, [eve], users.moment);
  assertEquals(users.buddiesOf(ann), [eve]);
});

Deno.test("RememberedUsers forgets whom nobody asked for longest", () => {
  const users = new RememberedUsers(2);
  users.wasRead(ann, [], users.moment);
  assertEquals(users.isFull, false);
  users.wasRead(bob, [], users.moment);
  assertEquals(users.isFull, true);
  users.buddiesOf(ann);
  users.wasRead(eve, [], users.moment);
  assertEquals([ann, bob, eve].map((user) => users.buddiesOf(user)), [[], undefined, []]);
});

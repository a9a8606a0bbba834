import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { countContents, fillStore, findDifference } from "../../lib/storage/contents.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { State } from "../../lib/storage/state.ts";
import type { StoreContents } from "../../lib/storage/contents.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { add, anyChanges, register } from "../support/changes.ts";
import { id } from "../support/ids.ts";

const [ann, bob] = [id("ann"), id("bob")];

function contentsOf(changes: readonly StoreChange[]): StoreContents {
  const state = new State();
  for (const change of changes) if (state.judge(change) === "done") state.apply(change);
  return { users: [...state.users.users()], rooms: state.rooms.rooms() };
}

Deno.test("fillStore() makes a store remember all there is, whatever that is", async () => {
  await fc.assert(fc.asyncProperty(anyChanges, async (changes) => {
    const contents = contentsOf(changes);
    const store = new MemoryStore();
    await fillStore(store, contents);
    const users = contents.users.map(({ user }) => ({
      user,
      hash: store.passwordOf(user),
      buddies: [...store.buddiesOf(user) ?? []],
    }));
    assertEquals(findDifference(contents, { users, rooms: store.rooms() }), undefined);
  }));
});

Deno.test("countContents() counts everything", () => {
  const contents = contentsOf([
    ...[register(ann), register(bob), add(ann, bob)],
    { kind: "set password", user: ann, hash: "hash" },
    { kind: "create room", room: "lab", host: "ann", hash: undefined },
    { kind: "join room", room: "lab", member: "ann", token: "t", ip: "192.0.2.1" },
  ]);
  const counts = { users: 2, buddies: 1, passwords: 1, rooms: 1, members: 1 };
  assertEquals(countContents(contents), counts);
});

Deno.test("findDifference() names what is not the same", () => {
  const one = contentsOf([register(ann), register(bob), add(ann, bob)]);
  assert(findDifference(one, contentsOf([register(ann)]))?.includes('"users":2'));
  const other = contentsOf([register(ann), register(bob), add(bob, ann)]);
  assertEquals(findDifference(one, other), "user ann");
  const room = (host: string): StoreChange => ({
    ...{ kind: "create room", room: "lab", host, hash: undefined },
  });
  assertEquals(findDifference(contentsOf([room("ann")]), contentsOf([room("bob")])), "room lab");
});

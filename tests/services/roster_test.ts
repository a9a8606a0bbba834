import { assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../lib/core/errors.ts";
import { Presence } from "../../lib/services/presence.ts";
import { Roster } from "../../lib/services/roster.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";

const [ann, bob, eve, kim, nobody] = [id("ann"), id("bob"), id("eve"), id("kim"), id("nobody")];
const HOME = { ip: "192.0.2.7", port: 4001 };

async function makeRoster(): Promise<{ readonly roster: Roster; readonly presence: Presence }> {
  const presence = new Presence(30, new FakeClock().read);
  const roster = new Roster(new MemoryStore(), presence);
  for (const user of [ann, bob, eve, kim]) await roster.register(user);
  return { roster, presence };
}

/** Whom a user has, in the order they are told. */
async function names(roster: Roster, user = ann): Promise<string[] | undefined> {
  return (await roster.buddies(user))?.map(({ buddy }) => buddy);
}

Deno.test("register() takes a new name and refuses a taken one", async () => {
  const { roster } = await makeRoster();
  assertEquals(await roster.register(id("new")), "ok");
  assertEquals(await roster.register(id("new")), "user exists");
  assertEquals(await roster.isKnown(id("new")), true);
  assertEquals(await roster.isKnown(nobody), false);
});

Deno.test("add() judges existence first, then oneself and duplicates", async () => {
  const { roster } = await makeRoster();
  assertEquals(await roster.add(nobody, ann), "no such user");
  assertEquals(await roster.add(ann, nobody), "no such user");
  assertEquals(await roster.add(nobody, nobody), "no such user");
  assertEquals(await roster.add(ann, ann), "invalid");
  assertEquals(await roster.add(ann, bob), "ok");
  assertEquals(await roster.add(ann, bob), "invalid");
  assertEquals(await names(roster), ["bob"]);
});

Deno.test("remove() judges existence first, then oneself; one who was none is fine", async () => {
  const { roster } = await makeRoster();
  assertEquals(await roster.remove(nobody, ann), "no such user");
  assertEquals(await roster.remove(ann, nobody), "no such user");
  assertEquals(await roster.remove(nobody, nobody), "no such user");
  assertEquals(await roster.remove(ann, ann), "invalid");
  assertEquals(await roster.remove(ann, bob), "ok");
  await roster.add(ann, bob);
  assertEquals(await roster.remove(ann, bob), "ok");
  assertEquals(await roster.remove(ann, bob), "ok");
  assertEquals(await names(roster), []);
});

Deno.test("add() is one way", async () => {
  const { roster } = await makeRoster();
  await roster.add(ann, bob);
  assertEquals(await names(roster, bob), []);
});

Deno.test("buddies come in the order of adding; one added again goes last", async () => {
  const { roster } = await makeRoster();
  for (const buddy of [eve, bob, kim]) await roster.add(ann, buddy);
  assertEquals(await names(roster), ["eve", "bob", "kim"]);
  await roster.remove(ann, eve);
  await roster.add(ann, eve);
  assertEquals(await names(roster), ["bob", "kim", "eve"]);
});

Deno.test("buddies() tells ONLINE first, then AWAY, then OFFLINE, each in the order of adding", async () => {
  const { roster, presence } = await makeRoster();
  const everybody = [ann, bob, eve, kim].concat(["a", "b", "c"].map(id));
  for (const user of everybody.slice(4)) await roster.register(user);
  for (const buddy of everybody.slice(1)) await roster.add(ann, buddy);
  for (const user of [kim, bob]) presence.set(user, "AWAY", HOME);
  for (const user of [id("c"), id("a")]) presence.set(user, "ONLINE", HOME);
  presence.set(eve, "OFFLINE", HOME);
  assertEquals(await roster.buddies(ann), [
    { buddy: id("a"), status: "ONLINE", address: HOME },
    { buddy: id("c"), status: "ONLINE", address: HOME },
    { buddy: bob, status: "AWAY", address: HOME },
    { buddy: kim, status: "AWAY", address: HOME },
    { buddy: eve, status: "OFFLINE", address: HOME },
    { buddy: id("b"), status: "OFFLINE" },
  ]);
});

Deno.test("buddies() tells an unknown user from one without buddies", async () => {
  const { roster } = await makeRoster();
  assertEquals(await roster.buddies(ann), []);
  assertEquals(await roster.buddies(nobody), undefined);
});

Deno.test("a change that cannot be stored rejects, and is no outcome", async () => {
  class FullStore extends MemoryStore {
    override change(): Promise<never> {
      return Promise.reject(new StorageError("No space left"));
    }
  }
  const roster = new Roster(new FullStore(), new Presence(30, Date.now));
  await assertRejects(() => roster.register(ann), StorageError);
  await assertRejects(() => roster.add(ann, bob), StorageError);
  await assertRejects(() => roster.remove(ann, bob), StorageError);
});

/**
 * Two servers with the same rooms: neither loses what the other one's members need.
 */

import { assert, assertEquals } from "@std/assert";
import { HOME, RoomPlay, tokenOf } from "../support/rooms.ts";

const BOB_AT = { ip: HOME, port: 6001 };
const ANN_AT = { ip: HOME, port: 6000 };

/** Two servers that share a store and a clock. */
function twoServers(): readonly [RoomPlay, RoomPlay] {
  const one = new RoomPlay();
  return [one, new RoomPlay({ store: one.store, clock: one.clock })];
}

/** Lets seconds pass on both; the clock is one, so it is moved once. */
async function pass([one, other]: readonly [RoomPlay, RoomPlay], seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await one.pass(1);
    await other.rooms.tick(other.clock.now);
  }
}

Deno.test("a room of one server can be joined at the other at once", async () => {
  const [one, other] = twoServers();
  await tokenOf(one.create("lab", "ann"));
  assertEquals(await other.create("lab", "eve"), { kind: "refused", why: "room exists" });
  await tokenOf(other.join("lab", "bob"));
  assertEquals(other.takeSeen(), ["ann came", "bob came"]);
  await one.pass(1);
  assertEquals(one.takeSeen(), ["ann came", "bob came"]);
});

Deno.test("rooms are listed in the order they were created, whoever was told of them first", async () => {
  const [one, other] = twoServers();
  for (const room of ["zoo", "attic", "lab"]) await one.create(room, "ann");
  await other.join("lab", "bob");
  await one.rooms.leave(one.member("attic", "ann"));
  await one.create("attic", "ann");
  const again = new RoomPlay({ store: one.store, clock: one.clock });
  for (const { rooms } of [one, other, again]) {
    assertEquals((await rooms.rooms()).map(({ room }) => room), ["zoo", "lab", "attic"]);
  }
});

Deno.test("a server that hears nothing of another one's members does not make them go", async () => {
  const servers = twoServers();
  const [one, other] = servers;
  await one.create("lab", "ann");
  await one.join("lab", "bob");
  await pass(servers, 1);
  for (let second = 0; second < 1200; second += 20) {
    assert(one.hears("lab", "ann", ANN_AT), `ann after ${second} s`);
    assert(one.hears("lab", "bob", BOB_AT), `bob after ${second} s`);
    await pass(servers, 20);
  }
  assertEquals(one.takeSeen(), ["ann came", "bob came"]);
  assertEquals(other.takeSeen(), ["ann came", "bob came"]);
});

Deno.test("who is heard by no server goes, wherever they joined", async () => {
  const servers = twoServers();
  const [one, other] = servers;
  await one.create("lab", "ann");
  await other.join("lab", "bob");
  for (let second = 0; second < 320; second += 20) {
    one.hears("lab", "ann", ANN_AT);
    await pass(servers, 20);
  }
  assertEquals(one.takeSeen(), ["ann came", "bob came", "bob went: left"]);
  assertEquals(other.takeSeen(), ["ann came", "bob came", "bob went: left"]);
});

Deno.test("servers that started apart do not keep a silent member alive between them", async () => {
  const one = new RoomPlay();
  await one.create("lab", "ann");
  await one.join("lab", "bob");
  one.hears("lab", "bob", BOB_AT);
  for (let second = 0; second < 200; second += 20) {
    one.hears("lab", "ann", ANN_AT);
    await one.pass(20);
  }
  const other = new RoomPlay({ store: one.store, clock: one.clock });
  await other.rooms.catchUp(other.clock.now);
  for (let second = 200; second < 320; second += 20) {
    one.hears("lab", "ann", ANN_AT);
    await pass([one, other], 20);
  }
  assertEquals(other.takeSeen(), ["ann came", "bob came", "bob went: left"]);
  for (let second = 0; second < 320; second += 20) await pass([one, other], 20);
  assertEquals(other.takeSeen(), ["ann went: left"]);
  assertEquals(await one.store.rooms(), []);
});

Deno.test("a room that closes at one server closes at the other, for those who talk there", async () => {
  const servers = twoServers();
  const [one, other] = servers;
  await one.create("lab", "ann");
  await other.join("lab", "bob");
  other.hears("lab", "bob", BOB_AT, true);
  await pass(servers, 1);
  other.takeSeen();
  await one.rooms.leave(one.member("lab", "ann"));
  await pass(servers, 1);
  assertEquals(other.takeSeen(), ["ann went: left", "bob went: room closed"]);
});

Deno.test("a room created anew under the name is another room", async () => {
  const servers = twoServers();
  const [one, other] = servers;
  await one.create("lab", "ann");
  await other.join("lab", "bob");
  await pass(servers, 1);
  other.takeSeen();
  await one.rooms.leave(one.member("lab", "ann"));
  const token = await tokenOf(one.create("lab", "ann"));
  await pass(servers, 1);
  assertEquals(other.takeSeen(), ["ann went: left", "bob went: room closed", "ann came"]);
  assertEquals(other.member("lab", "ann").token, token);
});

Deno.test("a server that missed the end of a room does nothing to the next one of its name", async () => {
  const [one, other] = twoServers();
  await one.create("lab", "ann");
  await one.join("lab", "bob");
  await other.rooms.catchUp(other.clock.now);
  const [ann, bob] = [other.member("lab", "ann"), other.member("lab", "bob")];
  await one.rooms.leave(one.member("lab", "ann"));
  await one.create("lab", "ann");
  await one.join("lab", "bob");
  await other.rooms.leave(bob);
  // Read of meanwhile, the next one is not closed in the view either.
  await other.rooms.catchUp(other.clock.now);
  other.takeSeen();
  await other.rooms.leave(ann);
  assertEquals(other.takeSeen(), []);
  const lab = await one.store.room("lab");
  assertEquals(lab?.members.map(({ member }) => member), ["ann", "bob"]);
  await other.rooms.catchUp(other.clock.now);
  assertEquals(other.member("lab", "ann").token, one.member("lab", "ann").token);
});

Deno.test("a token is given again only by the server it was given by, or that heard nothing of it", async () => {
  const servers = twoServers();
  const [one, other] = servers;
  await other.rooms.catchUp(other.clock.now);
  await one.create("lab", "ann");
  const token = await tokenOf(one.join("lab", "bob"));
  assertEquals(await tokenOf(one.join("lab", "bob")), token);
  one.hears("lab", "bob", BOB_AT, true);
  const taken = { kind: "refused", why: "name taken" } as const;
  assertEquals(await other.join("lab", "bob"), taken, "before the other has read of bob");
  await pass(servers, 1);
  assertEquals(await other.join("lab", "bob"), taken, "and after");
  const again = new RoomPlay({ store: one.store, clock: one.clock });
  await again.rooms.catchUp(again.clock.now);
  assertEquals(await tokenOf(again.join("lab", "bob")), token, "after a start nobody is known");
});

Deno.test("what was closed does not come back, whatever the other server did meanwhile", async () => {
  const servers = twoServers();
  const [one, other] = servers;
  await one.create("lab", "ann");
  await other.join("lab", "bob");
  await one.rooms.leave(one.member("lab", "ann"));
  assertEquals(await other.join("lab", "eve"), { kind: "refused", why: "no such room" });
  await other.rooms.leave(other.member("lab", "bob"));
  await pass(servers, 2);
  assertEquals([one.rooms.size, other.rooms.size], [0, 0]);
  assertEquals(await one.store.rooms(), []);
});

Deno.test("a server that starts anew finds rooms, members and tokens", async () => {
  const one = new RoomPlay();
  const token = await tokenOf(one.create("lab", "ann"));
  const again = new RoomPlay({ store: one.store, clock: one.clock });
  await again.rooms.catchUp(again.clock.now);
  assertEquals(again.member("lab", "ann").token, token);
  assert(again.hears("lab", "ann", ANN_AT), "who keeps sending is known again");
});

Deno.test("a server that starts later gives nobody's token away before it knows who is heard", async () => {
  const one = new RoomPlay({ isShared: true });
  const tokens = new Map<string, string>();
  tokens.set("ann", await tokenOf(one.create("lab", "ann")));
  for (const name of ["bob", "eve"]) tokens.set(name, await tokenOf(one.join("lab", name)));
  assert(one.hears("lab", "bob", BOB_AT, true));

  const later = new RoomPlay({ store: one.store, clock: one.clock, isShared: true });
  const taken = { kind: "refused", why: "name taken" } as const;
  assertEquals(await later.join("lab", "bob"), taken, "before it has read anything");
  await later.rooms.catchUp(later.clock.now);
  for (const name of ["bob", "eve"]) assertEquals(await later.join("lab", name), taken, name);
  assert(later.rooms.isUnsure);
  // The first server says whom it hears.
  later.rooms.moved(later.member("lab", "bob"));
  later.rooms.settle();
  assert(!later.rooms.isUnsure);
  assertEquals(await later.join("lab", "bob"), taken);
  assertEquals(await tokenOf(later.join("lab", "eve")), tokens.get("eve"), "nobody hears eve");
  // Who came in elsewhere since then is that one's.
  await one.join("lab", "kim");
  await later.rooms.catchUp(later.clock.now);
  assertEquals(await later.join("lab", "kim"), taken);
});

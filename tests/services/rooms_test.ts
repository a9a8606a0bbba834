import { assert, assertEquals, assertFalse, assertNotEquals, assertRejects } from "@std/assert";
import { BusyError, StorageError } from "../../lib/core/errors.ts";
import type { EnterOutcome, EnterRefusal } from "../../lib/services/room_entrance.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { roomName } from "../samples/room_samples.ts";
import { HOME, makeLab, RoomPlay, tokenOf } from "../support/rooms.ts";

const AT_HOME = { ip: HOME, port: 5001 };
const ELSEWHERE = { ip: "198.51.100.9", port: 5001 };

function refused(why: EnterRefusal): EnterOutcome {
  return { kind: "refused", why };
}

Deno.test("create() makes a room with its host in it, once", async () => {
  const play = new RoomPlay();
  const token = await tokenOf(play.create("lab", "ann"));
  assertEquals(play.takeSeen(), ["ann came"]);
  assertEquals(play.member("lab", "ann").token, token);
  assertEquals(play.member("lab", "ann").room.host, play.member("lab", "ann").name);
  assertEquals(await play.create("lab", "bob"), refused("room exists"));
  assertEquals(play.rooms.size, 1);
});

Deno.test("join() takes a room that is there and a name that is free", async () => {
  const play = new RoomPlay();
  assertEquals(await play.join("lab", "ann"), refused("no such room"));
  await play.create("lab", "ann");
  const bob = await tokenOf(play.join("lab", "bob"));
  const eve = await tokenOf(play.join("lab", "eve"));
  assertNotEquals(bob, eve);
  assertEquals(play.takeSeen(), ["ann came", "bob came", "eve came"]);
});

Deno.test("join() gives a token again only from where they joined and before they talk", async () => {
  const play = new RoomPlay();
  await play.create("lab", "ann");
  const token = await tokenOf(play.join("lab", "bob"));
  assertEquals(await tokenOf(play.join("lab", "bob")), token);
  assertEquals(await play.join("lab", "bob", undefined, "192.0.2.8"), refused("name taken"));
  play.hears("lab", "bob", AT_HOME, true);
  assertEquals(await play.join("lab", "bob"), refused("name taken"));
  assertEquals(play.takeSeen(), ["ann came", "bob came"]);
});

Deno.test("a password is asked for, checked, and stored as its hash only", async () => {
  const play = new RoomPlay();
  await play.create("lab", "ann", "s3cret");
  assertEquals(await play.join("lab", "bob"), refused("password needed"));
  assertEquals(await play.join("lab", "bob", "guess"), refused("wrong password"));
  assertEquals(
    await play.join("lab", "ann"),
    refused("password needed"),
    "taken names are told later",
  );
  await tokenOf(play.join("lab", "bob", "s3cret"));
  assertEquals((await play.store.room("lab"))?.hash, "hash of s3cret");
});

Deno.test("create() hashes no password for a name that is taken", async () => {
  const play = new RoomPlay();
  await tokenOf(play.create("lab", "ann"));
  assertEquals(await play.create("lab", "bob", "s3cret"), refused("room exists"));
  assertEquals(play.hashes, 0);
  await tokenOf(play.create("attic", "bob", "s3cret"));
  assertEquals(play.hashes, 1);
});

Deno.test("nobody gets into a room who has given up waiting for it", async () => {
  const play = new RoomPlay();
  const hashing = Promise.withResolvers<void>();
  play.hashing = hashing.promise;
  const creating = play.create("lab", "ann", "s3cret");
  play.isWaiting = false;
  hashing.resolve();
  await assertRejects(() => creating, BusyError);
  assertEquals(play.unwanted, 1);
  assertEquals(await play.store.rooms(), []);
  play.isWaiting = true;
  await tokenOf(play.create("lab", "ann", "s3cret"));
  const joining = play.join("lab", "bob", "s3cret");
  play.isWaiting = false;
  await assertRejects(() => joining, BusyError);
  assertEquals((await play.store.room("lab"))?.members.length, 1);
});

Deno.test("create() lets the host in with the room: nobody takes the name in between", async () => {
  const store = new MemoryStore();
  const change = store.change.bind(store);
  const play = new RoomPlay({ store });
  const stranger = new RoomPlay({ store, clock: play.clock });
  let outcome: EnterOutcome | undefined;
  store.change = async (wanted) => {
    const made = await change(wanted);
    if (wanted.kind === "create room") {
      outcome = await stranger.join("lab", "ann", undefined, "192.0.2.8");
    }
    return made;
  };
  const token = await tokenOf(play.create("lab", "ann"));
  assertEquals(outcome, refused("name taken"));
  assertEquals((await store.room("lab"))?.members.map((member) => member.token), [token]);
});

Deno.test("leave() that the store refuses can be said again, and is heard of meanwhile", async () => {
  const play = new RoomPlay();
  await makeLab(play);
  const bob = play.member("lab", "bob");
  const { change } = play.store;
  play.store.change = () => Promise.reject(new StorageError("Cannot store: the disk is full"));
  await assertRejects(() => play.rooms.leave(bob), StorageError);
  assert(play.hears("lab", "bob", AT_HOME, true), "who could not leave is there");
  play.store.change = change;
  await play.rooms.leave(bob);
  assertEquals(play.takeSeen(), ["bob went: left"]);
});

Deno.test("join() does not give the token of somebody who is leaving", async () => {
  const play = new RoomPlay();
  await makeLab(play);
  const { change } = play.store;
  const written = Promise.withResolvers<void>();
  play.store.change = async (wanted) => {
    await written.promise;
    return await change.call(play.store, wanted);
  };
  const leaving = play.rooms.leave(play.member("lab", "bob"));
  assertEquals(await play.join("lab", "bob"), refused("name taken"));
  written.resolve();
  await leaving;
});

Deno.test("no more rooms than allowed, also when they are asked for at once", async () => {
  const play = new RoomPlay({ limits: { maxRooms: 3 } });
  const outcomes = await Promise.all(
    ["a", "b", "c", "d", "e"].map((room) => play.create(room, "ann")),
  );
  assertEquals(outcomes.filter(({ kind }) => kind === "entered").length, 3);
  assertEquals(outcomes.at(-1), refused("too many rooms"));
  assertEquals(await play.create("f", "ann"), refused("too many rooms"));
  await play.rooms.leave(play.member("a", "ann"));
  await tokenOf(play.create("f", "ann"));
});

Deno.test("no more members than allowed, also when they join at once", async () => {
  const play = new RoomPlay({ limits: { maxRoomMembers: 3 } });
  await play.create("lab", "ann");
  const outcomes = await Promise.all(["b", "c", "d", "e"].map((name) => play.join("lab", name)));
  assertEquals(outcomes.filter(({ kind }) => kind === "entered").length, 2);
  assertEquals(outcomes.at(-1), refused("room full"));
});

Deno.test("hear(): the first datagram from where they joined settles the address", async () => {
  const play = new RoomPlay();
  await play.create("lab", "ann");
  assertFalse(play.hears("lab", "ann", ELSEWHERE), "from elsewhere, with a valid token");
  assertEquals(play.member("lab", "ann").address, undefined);
  assert(play.hears("lab", "ann", AT_HOME));
  assertEquals(play.member("lab", "ann").address, AT_HOME);
});

Deno.test("hear(): another address is another's, unless they register it", async () => {
  const play = new RoomPlay();
  await play.create("lab", "ann");
  play.hears("lab", "ann", AT_HOME, true);
  assertFalse(play.hears("lab", "ann", ELSEWHERE));
  assertFalse(play.hears("lab", "ann", { ...AT_HOME, port: 5002 }));
  assertEquals(play.member("lab", "ann").address, AT_HOME);
  assert(play.hears("lab", "ann", ELSEWHERE, true));
  assert(play.hears("lab", "ann", ELSEWHERE));
  assertFalse(play.hears("lab", "ann", AT_HOME));
});

Deno.test("a member leaves alone; with the host goes the room, and the name is free", async () => {
  const play = new RoomPlay();
  await makeLab(play);
  await play.rooms.leave(play.member("lab", "bob"));
  assertEquals(play.takeSeen(), ["bob went: left"]);
  await play.rooms.leave(play.member("lab", "ann"));
  assertEquals(play.takeSeen(), ["ann went: left", "eve went: room closed"]);
  assertEquals(await play.store.rooms(), []);
  await tokenOf(play.create("lab", "eve"));
});

Deno.test("leave() said twice is one leave, and nothing is heard after it", async () => {
  const play = new RoomPlay();
  await makeLab(play);
  const bob = play.member("lab", "bob");
  const leaving = play.rooms.leave(bob);
  assertFalse(play.rooms.hear(bob, AT_HOME, true, play.clock.now));
  await Promise.all([leaving, play.rooms.leave(bob)]);
  assertEquals(play.takeSeen(), ["bob went: left"]);
});

Deno.test("roomOf() answers members only", async () => {
  const play = new RoomPlay();
  const token = await tokenOf(play.create("lab", "ann"));
  const other = await tokenOf(play.create("attic", "ann"));
  assertEquals((await play.rooms.roomOf(roomName("lab"), token))?.host, "ann");
  assertEquals(await play.rooms.roomOf(roomName("lab"), other), undefined);
  assertEquals(await play.rooms.roomOf(roomName("cellar"), token), undefined);
});

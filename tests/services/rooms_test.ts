import { assert, assertEquals, assertFalse, assertNotEquals } from "@std/assert";
import type { EnterOutcome, EnterRefusal } from "../../lib/services/rooms.ts";
import { roomName } from "../samples/room_samples.ts";
import { HOME, RoomPlay, tokenOf } from "../support/rooms.ts";

const AT_HOME = { ip: HOME, port: 5001 };
const ELSEWHERE = { ip: "198.51.100.9", port: 5001 };

function refused(why: EnterRefusal): EnterOutcome {
  return { kind: "refused", why };
}

/** The lab with ann as its host, bob and eve in it, all registered. */
async function makeLab(play: RoomPlay): Promise<void> {
  await tokenOf(play.create("lab", "ann"));
  for (const name of ["bob", "eve"]) await tokenOf(play.join("lab", name));
  for (const [at, name] of ["ann", "bob", "eve"].entries()) {
    play.hears("lab", name, { ip: HOME, port: 6000 + at }, true);
  }
  play.takeSeen();
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

Deno.test("who says nothing for five minutes is gone, and nobody else", async () => {
  const play = new RoomPlay();
  await makeLab(play);
  for (let minute = 0; minute < 5; minute++) {
    play.hears("lab", "ann", { ip: HOME, port: 6000 });
    play.hears("lab", "eve", { ip: HOME, port: 6002 });
    assertEquals(play.takeSeen(), []);
    await play.pass(59);
  }
  assertEquals(play.takeSeen(), [], "four minutes and 55 seconds");
  play.hears("lab", "ann", { ip: HOME, port: 6000 });
  play.hears("lab", "eve", { ip: HOME, port: 6002 });
  await play.pass(7);
  assertEquals(play.takeSeen(), ["bob went: left"]);
  assertEquals((await play.store.room("lab"))?.members.map(({ member }) => member), ["ann", "eve"]);
});

Deno.test("with a host who says nothing the room closes", async () => {
  const play = new RoomPlay();
  await makeLab(play);
  for (let second = 0; second < 303; second += 20) {
    play.hears("lab", "bob", { ip: HOME, port: 6001 });
    play.hears("lab", "eve", { ip: HOME, port: 6002 });
    await play.pass(20);
  }
  assertEquals(play.takeSeen(), [
    "ann went: left",
    "bob went: room closed",
    "eve went: room closed",
  ]);
  assertEquals(await play.store.rooms(), []);
});

Deno.test("a datagram in the last moment keeps a member who is doubted already", async () => {
  const play = new RoomPlay();
  await makeLab(play);
  await play.pass(298);
  for (const [at, name] of ["ann", "bob", "eve"].entries()) {
    assert(play.hears("lab", name, { ip: HOME, port: 6000 + at }));
  }
  await play.pass(290);
  assertEquals(play.takeSeen(), []);
  assertEquals((await play.store.room("lab"))?.members.length, 3);
});

Deno.test("a room whose server ended before its host was in it closes by itself", async () => {
  const play = new RoomPlay();
  await play.store.change({ kind: "create room", room: "lab", host: "ann", hash: undefined });
  await play.pass(299);
  assertEquals((await play.store.rooms()).length, 1);
  await play.pass(3);
  assertEquals(await play.store.rooms(), []);
  assertEquals(play.rooms.size, 0);
});

Deno.test("roomOf() answers members only", async () => {
  const play = new RoomPlay();
  const token = await tokenOf(play.create("lab", "ann"));
  const other = await tokenOf(play.create("attic", "ann"));
  assertEquals(play.rooms.roomOf(roomName("lab"), token)?.host, play.member("lab", "ann").name);
  assertEquals(play.rooms.roomOf(roomName("lab"), other), undefined);
  assertEquals(play.rooms.roomOf(roomName("cellar"), token), undefined);
});

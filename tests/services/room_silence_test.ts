/**
 * Members who say nothing, by the clock. What several servers do together is in
 * `rooms_sharing_test.ts`.
 */

import { assert, assertEquals } from "@std/assert";
import { HOME, makeLab, RoomPlay } from "../support/rooms.ts";

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

Deno.test("a member is there for all of the time they have, and doubted before its end", async () => {
  const play = new RoomPlay({ limits: { roomIdleSeconds: 60 } });
  await makeLab(play);
  const keep = (): void => {
    for (const [at, name] of [[0, "ann"], [2, "eve"]] as const) {
      play.hears("lab", name, { ip: HOME, port: 6000 + at });
    }
  };
  keep();
  await play.pass(54);
  keep();
  assertEquals((await play.store.room("lab"))?.members[1]?.isDoubted, undefined);
  await play.pass(1);
  assertEquals((await play.store.room("lab"))?.members[1]?.isDoubted, true);
  await play.pass(4);
  assertEquals((await play.store.room("lab"))?.members.length, 3, "59 seconds");
  await play.pass(2);
  assertEquals(play.takeSeen(), ["bob went: left"]);
});

Deno.test("who was doubted before a server started has all of their time again", async () => {
  const play = new RoomPlay({ limits: { roomIdleSeconds: 60 } });
  await makeLab(play);
  await play.pass(56);
  assertEquals((await play.store.room("lab"))?.members[0]?.isDoubted, true);
  const again = new RoomPlay({
    ...{ limits: { roomIdleSeconds: 60 }, store: play.store, clock: play.clock },
  });
  await again.pass(59);
  assertEquals((await play.store.room("lab"))?.members.length, 3);
  await again.pass(3);
  assertEquals(await play.store.rooms(), []);
});

Deno.test("who is vouched for in the moment they expire has all of their time again", async () => {
  const play = new RoomPlay({ limits: { roomIdleSeconds: 60 } });
  await makeLab(play);
  for (const name of ["ann", "eve"]) play.member("lab", name).spokeAt = Infinity;
  await play.pass(59);
  const change = play.store.change.bind(play.store);
  play.store.change = async (wanted) => {
    if (wanted.kind === "expire member") await change({ ...wanted, kind: "vouch for member" });
    return await change(wanted);
  };
  await play.pass(2);
  play.store.change = change;
  await play.pass(50);
  assertEquals((await play.store.room("lab"))?.members.length, 3);
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

/**
 * Rooms over time: restarts in mid-chat, hosts that disappear, servers that share a directory.
 */

import { assert, assertEquals } from "@std/assert";
import { RoomServer } from "../support/room_server.ts";
import { ServerProcess } from "../support/server_process.ts";
import { askRoom, RawMember } from "../support/room_server.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test("rooms: a restart in mid-chat: members who keep sending are relayed again", async () => {
  await using directory = await TempDir.make();
  await using first = await RoomServer.start({ directory: directory.path });
  using ann = await first.create("the lab", "ann");
  using bob = await first.join("the lab", "bob");
  using eve = await first.join("the lab", "eve");
  await ann.says("before");
  for (const member of [bob, eve]) assertEquals(await member.hears(), "ann: before");
  // Listed as they were created, after a restart as before.
  const rooms = [["the lab", 3], ["zoo", 1], ["attic", 1]] as const;
  for (const [room] of rooms.slice(1)) (await first.create(room, "ann"))[Symbol.dispose]();
  const { tcp, udp } = first;
  await first.stop();
  await ann.says("lost: nobody listens");

  await using again = await RoomServer.start({ directory: directory.path, ports: { tcp, udp } });
  // An older client never says __REGISTER__ again: what it says is enough.
  await bob.says("anybody here?");
  await eve.says("__REGISTER__");
  await ann.says("after");
  assertEquals(await bob.hears(), "ann: after");
  assertEquals(await eve.hears(), "ann: after");
  await eve.says("all of us");
  for (const member of [ann, bob]) assertEquals(await member.hears(), "eve: all of us");
  assertEquals(await again.ask(3, "*", "{}"), {
    ...{ success: true, token: "" },
    rooms: rooms.map(([room, members]) => ({ room, members, password: false })),
  });
  assertEquals(await again.ask(1, "the lab", '"kim"'), {
    success: false,
    error: "a room of that name exists",
  });
  await ann.says("__LEAVE__");
  for (const member of [bob, eve]) assertEquals(await member.hears(), "__ROOM_CLOSED__");
});

Deno.test("rooms: a host that disappears: the room closes when its time is over", async () => {
  await using server = await RoomServer.start({ limits: { roomIdleSeconds: 60 } });
  const ann = await server.create("lab", "ann");
  using bob = await server.join("lab", "bob");
  // Where ann is has come before the time passes.
  await bob.says("here");
  assertEquals(await ann.hears(), "bob: here");
  ann[Symbol.dispose]();
  server.clock.advance(56_000);
  await bob.says("__REGISTER__");
  await server.until("ann is doubted", ([lab]) => lab?.members[0]?.isDoubted === true);
  server.clock.advance(5000);
  assertEquals(await bob.hears(), "__ROOM_CLOSED__");
  assertEquals(await server.store.rooms(), []);
});

Deno.test("rooms: a guest that disappears is gone when their time is over, and nobody is told", async () => {
  await using server = await RoomServer.start({ limits: { roomIdleSeconds: 60 } });
  using ann = await server.create("lab", "ann");
  const bob = await server.join("lab", "bob");
  // Where bob is has come before the time passes.
  await bob.says("here");
  assertEquals(await ann.hears(), "bob: here");
  using eve = await server.join("lab", "eve");
  bob[Symbol.dispose]();
  server.clock.advance(56_000);
  for (const member of [ann, eve]) await member.says("__REGISTER__");
  await server.until("bob is doubted", ([lab]) => lab?.members[1]?.isDoubted === true);
  server.clock.advance(5000);
  await server.until("bob is gone", ([lab]) => lab?.members.length === 2);
  await ann.says("two of us");
  assertEquals(await eve.hears(), "ann: two of us");
});

Deno.test("rooms: two servers with one directory: one room for both, closed for both", async () => {
  await using directory = await TempDir.make();
  await using one = await RoomServer.start({ directory: directory.path });
  await using other = await RoomServer.start({ directory: directory.path });
  using ann = await one.create("lab", "ann");
  using bob = await other.join("lab", "bob");
  using eve = await one.join("lab", "eve");
  assertEquals(await other.ask(1, "lab", '"kim"'), {
    success: false,
    error: "a room of that name exists",
  });
  await ann.says("hello");
  assertEquals(await eve.hears(), "ann: hello");
  await ann.says("__LEAVE__");
  assertEquals(await eve.hears(), "__ROOM_CLOSED__");
  assertEquals(await bob.hears(), "__ROOM_CLOSED__", "who talks at the other server is told, too");
  assertEquals(await other.ask(2, "lab", '"kim"'), {
    success: false,
    error: "there is no room of that name",
  });
});

Deno.test("rooms: a server killed in mid-chat, as a process: rooms and tokens are there again", async () => {
  await using directory = await TempDir.make();
  const args = ["--services=rooms", "--rooms-tcp-port=0", "--rooms-udp-port=0"];
  await using first = await ServerProcess.start(directory.path, args);
  const before = first.ports.rooms as { tcp: number; udp: number };
  using ann = await RawMember.enter(before, 1, "lab", "ann");
  using bob = await RawMember.enter(before, 2, "lab", "bob");
  await ann.says("before");
  assertEquals(await bob.hears(), "ann: before");
  await first.endBy("SIGKILL");
  const ports = [`--rooms-tcp-port=${before.tcp}`, `--rooms-udp-port=${before.udp}`];
  await using again = await ServerProcess.start(directory.path, ["--services=rooms", ...ports]);
  assertEquals(again.ports, { buddy: null, rooms: before, chat: null, status: null } as unknown);
  await bob.says("__REGISTER__");
  await ann.says("after");
  assertEquals(await bob.hears(), "ann: after");
  const { code, stderr } = await again.endBy("SIGTERM");
  assertEquals(code, 0, stderr);
  assert(stderr.includes("Listening for rooms"), stderr);
});

Deno.test("rooms: beside buddies, in one process", async () => {
  await using directory = await TempDir.make();
  const args = ["--services=buddy,rooms", "--rooms-tcp-port=0", "--rooms-udp-port=0"];
  await using server = await ServerProcess.start(directory.path, args);
  const rooms = server.ports.rooms as { tcp: number; udp: number };
  assert(server.ports.buddy.tcp > 0 && rooms.tcp > 0 && rooms.udp > 0);
  const answer = await askRoom(rooms.tcp, 1, "lab", '"ann"');
  assert(answer.success);
});

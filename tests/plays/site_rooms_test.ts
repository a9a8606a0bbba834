/**
 * Rooms and the login chat on a site of three servers and a balancer, all real processes.
 */

import { assert, assertEquals } from "@std/assert";
import { ChatClient } from "../support/chat_client.ts";
import { ClientProcess } from "../support/client_process.ts";
import { eventually } from "../support/eventually.ts";
import { Guest, meet, talk } from "../support/room_guests.ts";
import { askRoom, RawMember } from "../support/room_server.ts";
import { Site } from "../support/site.ts";

/** Two members of a room who have heard each other. */
async function pair(site: Site, room: string): Promise<[RawMember, RawMember]> {
  const ann = await RawMember.enter(site.ports.rooms, 1, room, "ann");
  const bob = await RawMember.enter(site.ports.rooms, 2, room, "bob");
  await bob.says("here");
  assertEquals(await ann.hears(), "bob: here");
  return [ann, bob];
}

/** Rooms until every server has one; the rooms by server. */
async function everywhere(site: Site): Promise<Map<number, [RawMember, RawMember]>> {
  const rooms = new Map<number, [RawMember, RawMember]>();
  for (let number = 0; rooms.size < 3; number++) {
    const before = await site.given("rooms", 2 * number);
    const members = await pair(site, `room ${number}`);
    const after = await site.given("rooms", 2 * number + 2);
    const home = after.findIndex((count, index) => count === before[index]! + 2);
    assert(home >= 0, "both went to one server");
    if (rooms.has(home)) { for (const member of members) member[Symbol.dispose](); }
    else rooms.set(home, members);
  }
  return rooms;
}

Deno.test("a room whose members joined through the balancer; its server dies, and others' rooms go on", async () => {
  await using site = await Site.start();
  const rooms = await everywhere(site);
  await site.kill(0);
  for (const [home, [ann, bob]] of rooms) {
    if (home === 0) {
      assertEquals(await ann.hears(), "__ROOM_CLOSED__");
      assertEquals(await bob.hears(), "__ROOM_CLOSED__");
    } else {
      await ann.says("still here");
      assertEquals(await bob.hears(), "ann: still here");
    }
  }
  await site.restart(0);
  await site.tells("rooms: Backend 0 is up");
  for (const [home, [ann, bob]] of rooms) {
    if (home !== 0) {
      await bob.says("as before");
      assertEquals(await ann.hears(), "bob: as before");
    }
    for (const member of [ann, bob]) member[Symbol.dispose]();
  }
});

Deno.test("a room goes on over a start of the balancer, when its members say where they are", async () => {
  await using site = await Site.start();
  const [ann, bob] = await pair(site, "lab");
  await site.killBalancer();
  await site.startBalancer();
  using first = new Guest("ann", ann);
  using second = new Guest("bob", bob);
  // What clients repeat every 20 seconds, and older ones with what they say. One of them is heard
  // of first, and the other one cannot hear that yet.
  await ann.says("__REGISTER__");
  await meet(first, second);
  await talk(first, second);
});

Deno.test("people in a room: what they see when its server dies, and a room of that name again", async () => {
  await using site = await Site.start();
  const { tcp, udp } = site.ports.rooms;
  const ports = [`--tcp-port=${tcp}`, `--udp-port=${udp}`];
  await using alice = new ClientProcess(["rooms", "create", "lab", "alice", ...ports]);
  await alice.sees("Room lab is open");
  await using bob = new ClientProcess(["rooms", "join", "lab", "bob", ...ports]);
  await bob.sees("You are in room lab");
  await bob.types("hello");
  await alice.sees("bob: hello\n");
  await site.kill((await site.given("rooms", 2)).findIndex((count) => count > 0));
  await alice.sees("closed");
  await bob.sees("closed");
  await eventually(
    "that it is closed at the servers that are left, too",
    async () => (await askRoom(tcp, 1, "lab", '"carol"')).success,
  );
});

Deno.test("the login chat keeps to one server, and to another one when that dies", async () => {
  await using site = await Site.start();
  const { tcp } = site.ports.chat;
  const enter = async (...users: readonly string[]): Promise<ChatClient[]> => {
    const clients: ChatClient[] = [];
    for (const user of users) clients.push(await ChatClient.enter(tcp, user));
    return clients;
  };
  const clients = await enter("ann", "bob", "eve");
  assertEquals(await site.given("chat", 3), [3, 0, 0]);
  await site.kill(0);
  for (const client of clients) await untilTheEnd(client);
  const later = await enter("ann", "bob");
  await site.restart(0);
  await site.tells("chat: Backend 0 is up");
  later.push(...await enter("eve"));
  // That the first server is dead may be found out by giving it one more.
  const given = (): Promise<number[]> => site.given("chat", 6);
  await eventually("all three at the second server", async () => (await given())[1] === 3);
  assertEquals((await given())[2], 0);
  for (const client of [...clients, ...later]) client[Symbol.dispose]();
});

/** Reads on until the connection is gone. */
async function untilTheEnd(client: ChatClient): Promise<void> {
  while (await client.line().catch(() => undefined) !== undefined);
}

/** Rooms through a balanced service, over real room servers that share their store. */

import { assert, assertEquals } from "@std/assert";
import { OlderRoomServer } from "../support/older_room_server.ts";
import { RawMember } from "../support/room_server.ts";
import { leave, RoomSite, saysUntilHeard } from "../support/room_site.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { silent, UdpBackend } from "../support/udp_backend.ts";

Deno.test("Rooms: those who joined through the balancer hear each other, in twenty rooms", async () => {
  await using site = await RoomSite.start();
  const homes = new Set<number>();
  for (let number = 0; number < 20; number++) {
    const { host, guest } = await site.pair(`room ${number} 花`);
    homes.add(site.homeOf(`room ${number}`));
    leave(host, guest);
  }
  assertEquals(homes.size, 2);
});

Deno.test("Rooms: a balancer that was started again finds the members again when they register", async () => {
  await using site = await RoomSite.start();
  const { host, guest } = await site.pair("lab");
  const { port, udp } = site.balancer;
  await site.balancer.stop(0);
  site.balancer = new TestBalancer({
    ...site.balancer.service.options,
    listen: port,
    udpListen: udp,
    backends: site.servers.map(({ tcp }) => `127.0.0.1:${tcp}`),
    udpBackends: site.servers.map(({ udp }) => `127.0.0.1:${udp}`),
  });
  await host.says("__REGISTER__");
  // Each has a socket of their own there: who was first, nobody can say.
  assertEquals(await saysUntilHeard(guest, host), ["bob: back"]);
  await host.says("hello");
  assertEquals(await guest.hears(), "ann: hello");
  leave(host, guest);
});

Deno.test("Rooms: a drained backend keeps its rooms and gets no new ones", async () => {
  await using site = await RoomSite.start();
  const { host, guest } = await site.pair("lab");
  const home = site.homeOf("lab");
  site.balancer.service.pool.backends[home]!.adminState = "drain";
  using third = await site.enter(2, "lab", "eve");
  await third.says("hi");
  assertEquals([await host.hears(), await guest.hears()], ["eve: hi", "eve: hi"]);
  for (let number = 0; number < 8; number++) {
    assertEquals(site.homeOf(`new room ${number}`), 1 - home);
  }
  leave(host, guest);
});

Deno.test("Rooms: an older server, which knows no prefix, has each member at an address of its own", async () => {
  await using older = new OlderRoomServer();
  await using balancer = new TestBalancer({
    ...{ check: "connect", strategy: "hash-room", udpListen: 0 },
    backends: [`127.0.0.1:${older.tcp}`],
    udpBackends: [`127.0.0.1:${older.udp}`],
  });
  const ports = { tcp: balancer.port, udp: balancer.udp };
  using ann = await RawMember.enter(ports, 1, "lab", "ann");
  using bob = await RawMember.enter(ports, 2, "lab", "bob");
  assertEquals(await saysUntilHeard(bob, ann), ['"bob": back']);
  await ann.says("good");
  assertEquals(await bob.hears(), '"ann": good');
});

Deno.test("Rooms: more members than there are places are dropped and counted", async () => {
  await using a = new UdpBackend("a", silent);
  await using balancer = new TestBalancer({
    ...{ strategy: "hash-room", udpListen: 0, maxUdpClients: 2 },
    backends: [a.address],
    udpBackends: [a.udpAddress],
  });
  const members = Array.from({ length: 3 }, () => new RawMember(balancer.udp, "lab", "token_x"));
  for (const [number, member] of members.entries()) {
    await member.says("__REGISTER__");
    // The last one is not told of.
    await a.has(Math.min(number + 1, 2));
  }
  await members[0]!.says("hello");
  await a.has(3);
  assertEquals(a.texts.map((text) => text.slice(12)), ["__REGISTER__", "__REGISTER__", "hello"]);
  // What the backend says to those who have a place comes to them.
  await a.arrived[1]!.reply("\x03evehi");
  assertEquals(await members[1]!.hears(), "eve: hi");
  await balancer.stop(0);
  assert(balancer.told.includes("Datagrams were dropped: 1 tooMany"), balancer.told.join("\n"));
  leave(...members);
});

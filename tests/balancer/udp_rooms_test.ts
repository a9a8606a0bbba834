/** Rooms through a balanced service, over real room servers that share their store. */

import { assert, assertEquals } from "@std/assert";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { OlderRoomServer } from "../support/older_room_server.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RawMember, RoomServer } from "../support/room_server.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { silent, UdpBackend } from "../support/udp_backend.ts";

/** A store of several servers: it is closed with the last of them, as far as they know. */
function shared(store: MemoryStore): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === "close") return () => Promise.resolve();
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const TRUSTED = ["127.0.0.1"];
const FAST = { checkInterval: 0.05, checkTimeout: 0.5, fall: 1, rise: 1 };

/** Two room servers and a balancer in front of them. */
class Site implements AsyncDisposable {
  readonly store = new MemoryStore();
  readonly servers: RoomServer[] = [];
  balancer!: TestBalancer;

  static async start(): Promise<Site> {
    const site = new Site();
    for (let number = 0; number < 2; number++) site.servers.push(await site.server());
    site.balance();
    return site;
  }

  async server(ports?: { tcp: number; udp: number }): Promise<RoomServer> {
    const options = ports === undefined ? {} : { ports };
    return await RoomServer.start({ store: shared(this.store), trustProxy: TRUSTED, ...options });
  }

  balance(): void {
    this.balancer = new TestBalancer({
      ...FAST,
      strategy: "hash-room",
      udpListen: 0,
      udpSendProxy: true,
      sendProxy: true,
      backends: this.servers.map(({ tcp }) => `127.0.0.1:${tcp}`),
      udpBackends: this.servers.map(({ udp }) => `127.0.0.1:${udp}`),
    });
  }

  async enter(operation: number, room: string, name: string): Promise<RawMember> {
    const { port, udp } = this.balancer;
    return await RawMember.enter({ tcp: port, udp }, operation, room, name);
  }

  /** Two members of a room who have heard each other. */
  async pair(room: string): Promise<{ host: RawMember; guest: RawMember }> {
    const host = await this.enter(1, room, "ann");
    const guest = await this.enter(2, room, "bob");
    await guest.says("here");
    assertEquals(await host.hears(), "bob: here");
    await host.says("good");
    assertEquals(await guest.hears(), "ann: good");
    return { host, guest };
  }

  /** Which server has a room, by who relays for it. */
  homeOf(room: string): number {
    return this.balancer.service.pool.home(room)!.index;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.balancer.stop(0);
    for (const server of this.servers) await server.stop();
  }
}

function leave(...members: readonly RawUdp[]): void {
  for (const member of members) member[Symbol.dispose]();
}

Deno.test("Rooms: those who joined through the balancer hear each other, in twenty rooms", async () => {
  await using site = await Site.start();
  const homes = new Set<number>();
  for (let number = 0; number < 20; number++) {
    const { host, guest } = await site.pair(`room ${number} 花`);
    homes.add(site.homeOf(`room ${number}`));
    leave(host, guest);
  }
  assertEquals(homes.size, 2);
});

Deno.test("Rooms: a backend that dies takes its own rooms along, and their members are told once", async () => {
  await using site = await Site.start();
  const pairs = [];
  for (let number = 0; number < 12; number++) {
    const room = `room${number}`;
    pairs.push({ room, home: site.homeOf(room), ...await site.pair(room) });
  }
  assertEquals(new Set(pairs.map(({ home }) => home)).size, 2);
  await site.servers[0]!.stop();
  for (const { home, host, guest } of pairs) {
    if (home === 0) {
      assertEquals([await host.hears(), await guest.hears()], [
        "__ROOM_CLOSED__",
        "__ROOM_CLOSED__",
      ]);
    } else {
      await host.says("still here");
      assertEquals(await guest.hears(), "ann: still here");
    }
  }
  const closed = pairs.filter(({ home }) => home === 0).length;
  await site.balancer.tells(
    `Rooms that went with their backend: ${closed}, members told: ${2 * closed}`,
  );
  // The closed ones are closed at the other server, too: their names are free, and work there.
  const open = pairs.filter(({ home }) => home === 1).map(({ room }) => room).sort();
  await site.servers[1]!.until(
    "only the other rooms are left",
    (rooms) => rooms.map(({ room }) => room).sort().join() === open.join(),
  );
  for (const { room, home, host, guest } of pairs) {
    if (home === 0) {
      const { host: newHost, guest: newGuest } = await site.pair(room);
      // Whoever was told once is told nothing more: the next to come would be heard here.
      await newHost.says("__LEAVE__");
      assertEquals(await newGuest.hears(), "__ROOM_CLOSED__");
      leave(newHost, newGuest);
    }
    leave(host, guest);
  }
});

Deno.test("Rooms: one that was made while its backend was away stays where it is", async () => {
  await using site = await Site.start();
  const room = ["a", "b", "c", "d", "e", "f", "g", "h"].find((name) => site.homeOf(name) === 0)!;
  const { tcp, udp } = site.servers[0]!;
  await site.servers[0]!.stop();
  const [gone] = site.balancer.service.pool.backends;
  while (gone!.health.isUp) await site.balancer.log.next();
  const { host, guest } = await site.pair(room);
  site.servers[0] = await site.server({ tcp, udp });
  while (!gone!.health.isUp) await site.balancer.log.next();
  assertEquals(site.homeOf(room), 1);
  using third = await site.enter(2, room, "eve");
  await third.says("late");
  assertEquals([await host.hears(), await guest.hears()], ["eve: late", "eve: late"]);
  leave(host, guest);
});

Deno.test("Rooms: a server that was started again before anybody missed it has its rooms", async () => {
  await using site = await Site.start();
  for (const backend of site.balancer.service.pool.backends) {
    backend.health.report = () => undefined;
  }
  const { host, guest } = await site.pair("lab");
  const home = site.homeOf("lab");
  const { tcp, udp } = site.servers[home]!;
  await site.servers[home]!.stop();
  site.servers[home] = await site.server({ tcp, udp });
  // As clients do every 20 seconds.
  await host.says("__REGISTER__");
  await guest.says("back");
  assertEquals(await host.hears(), "bob: back");
  leave(host, guest);
});

Deno.test("Rooms: a balancer that was started again finds the members again when they register", async () => {
  await using site = await Site.start();
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
  await guest.says("back");
  assertEquals(await host.hears(), "bob: back");
  await host.says("hello");
  assertEquals(await guest.hears(), "ann: hello");
  leave(host, guest);
});

Deno.test("Rooms: a drained backend keeps its rooms and gets no new ones", async () => {
  await using site = await Site.start();
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
  await bob.says("here");
  assertEquals(await ann.hears(), '"bob": here');
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
  for (const member of members) await member.says("__REGISTER__");
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

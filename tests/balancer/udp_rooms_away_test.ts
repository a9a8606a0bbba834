/** Rooms through a balanced service whose backends go away, for good or for a moment. */

import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RawMember } from "../support/room_server.ts";
import { FAST, leave, RoomSite, saysUntilHeard } from "../support/room_site.ts";
import { TestBalancer, type TestOptions } from "../support/test_balancer.ts";
import { type DatagramBehaviour, over, UdpBackend } from "../support/udp_backend.ts";

Deno.test("Rooms: a backend that dies takes its own rooms along, and their members are told once", async () => {
  await using site = await RoomSite.start();
  const pairs = [];
  for (const home of [0, 1]) {
    for (const room of site.roomsAt(home, 6)) pairs.push({ room, home, ...await site.pair(room) });
  }
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
      leave(newHost, newGuest);
    }
    leave(host, guest);
  }
});

Deno.test("Rooms: one that was made while its backend was away stays where it is", async () => {
  await using site = await RoomSite.start();
  const [room = ""] = site.roomsAt(0, 1);
  await site.servers[0]!.stop();
  await site.health(0, false);
  const { host, guest } = await site.pair(room);
  await site.restart(0);
  await site.health(0, true);
  assertEquals(site.homeOf(room), 1);
  using third = await site.enter(2, room, "eve");
  await third.says("late");
  assertEquals([await host.hears(), await guest.hears()], ["eve: late", "eve: late"]);
  leave(host, guest);
});

/** What backends get of members comes back as text, the lengths in front included. */
const said = ({ texts }: UdpBackend, words: string): number =>
  texts.filter((text) => text.endsWith(words)).length;

Deno.test("Rooms: whom we told of the end of a room, the next server does not tell again", async () => {
  const closing: DatagramBehaviour = ({ text, reply }) => {
    if (text.endsWith("__LEAVE__")) reply("__ROOM_CLOSED__");
  };
  await using a = new UdpBackend("a", closing);
  await using b = new UdpBackend("b", closing);
  await using balancer = new TestBalancer({ ...over(a, b), ...FAST, strategy: "hash-room" });
  using member = new RawMember(balancer.udp, "lab", "token_x");
  await member.says("__REGISTER__");
  await eventually("one has it", () => a.texts.length + b.texts.length > 0);
  const [home, heir] = a.texts.length > 0 ? [a, b] : [b, a];
  await home.die();
  assertEquals(await member.hears(), "__ROOM_CLOSED__");
  await eventually("it was told", () => balancer.service.datagrams!.dropped.late! > 0);
  assertEquals([said(home, "__LEAVE__"), said(heir, "__LEAVE__") > 0], [0, true]);
  // Whatever was sent to the member before is heard before this.
  using next = new RawUdp(member.port);
  await next.send("what comes next");
  assertEquals(await member.receive(), "what comes next");
});

Deno.test("Rooms: one that is over while nobody else is up is closed where it comes up again", async () => {
  await using site = await RoomSite.start({}, 1);
  const { host, guest } = await site.pair("lab");
  await site.servers[0]!.stop();
  assertEquals([await host.hears(), await guest.hears()], ["__ROOM_CLOSED__", "__ROOM_CLOSED__"]);
  // As many looks at it as would be taken in far more seconds than farewells are said.
  for (let time = 0; time < 10; time++) {
    site.balancer.service.reconfigure(site.balancer.service.options);
  }
  await site.restart(0);
  await site.servers[0]!.until("the room is closed", (rooms) => rooms.length === 0);
  leave(host, guest);
});

/** A site whose servers were found good already: the very first failure would take them out. */
async function established(options: TestOptions): Promise<RoomSite> {
  const site = await RoomSite.start(options);
  await site.balancer.checked();
  return site;
}

/** Failures are noticed and looked at closely, but take nobody out. */
const PATIENT = { checkInterval: 1, fall: 1000 };

/** Ends a server, waits until that is noticed, and has something done before it runs again. */
async function restart(site: RoomSite, index: number, meanwhile = async () => {}): Promise<void> {
  await site.servers[index]!.stop();
  const { health } = site.balancer.service.pool.backends[index]!;
  await eventually("it is noticed", () => health.isInDoubt);
  await meanwhile();
  await site.restart(index);
}

Deno.test("Rooms: who only listens hears a server that was started again", async () => {
  await using site = await established(PATIENT);
  const { host, guest } = await site.pair("lab");
  await restart(site, site.homeOf("lab"));
  assertEquals(await saysUntilHeard(host, guest), ["ann: back"]);
  leave(host, guest);
});

Deno.test("Rooms: who joins while the server is away waits for it, and is where the others are", async () => {
  await using site = await established(PATIENT);
  const { host, guest } = await site.pair("lab");
  const home = site.homeOf("lab");
  let joining: Promise<RawMember> | undefined;
  await restart(site, home, async () => {
    joining = site.enter(2, "lab", "eve");
    await eventually("it waits", () => site.balancer.service.pool.waiting === 1);
  });
  using third = await joining!;
  assertEquals(site.homeOf("lab"), home);
  assertEquals(await saysUntilHeard(third, host, guest), ["eve: back", "eve: back"]);
  leave(host, guest);
});

Deno.test("Rooms: a server that ends is missed at once, although no check is due", async () => {
  await using site = await established({ checkInterval: 600 });
  const { host, guest } = await site.pair("lab");
  await site.servers[site.homeOf("lab")]!.stop();
  assertEquals([await host.hears(), await guest.hears()], ["__ROOM_CLOSED__", "__ROOM_CLOSED__"]);
  leave(host, guest);
});

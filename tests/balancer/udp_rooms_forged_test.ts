/** Room datagrams through a balanced service that are not from whom they say. */

import { assertEquals } from "@std/assert";
import { encodeDatagramPrefix } from "../../lib/wire/datagram_prefix.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { counted } from "../support/counts.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RawMember } from "../support/room_server.ts";
import { FAST, leave, RoomSite } from "../support/room_site.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { over, silent, UdpBackend } from "../support/udp_backend.ts";

/** Sends from a member's own address, as whoever forges it would, with a token of their own. */
async function forge(member: RawMember, message: string): Promise<void> {
  const { room, token } = member;
  Object.assign(member, { token: "token_" + "0".repeat(32) });
  await member.says(message);
  Object.assign(member, { room, token });
}

Deno.test("Rooms: a forged __LEAVE__ takes nobody out, and a forged word does not keep them in", async () => {
  const clock = new FakeClock();
  await using site = await RoomSite.start({ udpIdleTimeout: 2 }, 2, { clock: clock.read });
  const { host, guest } = await site.pair("lab");
  const places = (): number => site.balancer.service.datagrams!.clients;
  await forge(guest, "__LEAVE__");
  await forge(host, "hello");
  await eventually("both have come", () => places() === 4);
  // Both are forgotten, and meanwhile the true ones go on: longer than one that left would.
  for (const word of ["still", "here"]) {
    clock.advance(1500);
    await host.says(word);
    assertEquals(await guest.hears(), `ann: ${word}`);
  }
  await eventually("what was forged is forgotten", () => places() === 2);
  // What takes them out of the room is their own.
  await site.servers[site.homeOf("lab")]!.stop();
  const other = site.servers[1 - site.homeOf("lab")]!;
  await other.until("the room is closed", (rooms) => rooms.length === 0);
  leave(host, guest);
});

Deno.test("Rooms: claims of nobody knows whom give way to those who joined, and to each other", async () => {
  const clock = new FakeClock();
  await using site = await RoomSite.start({ maxUdpClients: 8 }, 2, { clock: clock.read });
  const forged = Array.from(
    { length: 8 },
    (_, number) => new RawMember(site.balancer.udp, "zzzz", `token_${number}`),
  );
  for (const claim of forged) await claim.says("hi");
  const clients = (): number => site.balancer.service.datagrams!.clients;
  await eventually("all places are taken", () => clients() === 8);
  const { host, guest } = await site.pair("lab");
  const late = new RawMember(site.balancer.udp, "zzzz", "token_late");
  await late.says("too soon");
  await eventually("it was dropped", () => site.dropped("tooMany") === 1);
  // A moment later it would have a place, at the cost of another claim.
  clock.advance(1100);
  await late.says("hi");
  for (const claim of forged) await claim.says("hi");
  await host.says("as ever");
  assertEquals(await guest.hears(), "ann: as ever");
  assertEquals(clients(), 8);
  leave(host, guest, late, ...forged);
});

Deno.test("Rooms: nobody but the backend that has the room talks into it", async () => {
  await using a = new UdpBackend("a", silent);
  await using balancer = new TestBalancer({ ...over(a), ...FAST, strategy: "hash-room" });
  using member = new RawMember(balancer.udp, "lab", "token_x");
  await member.says("__REGISTER__");
  await a.has(1);
  using stranger = new RawUdp(a.arrived[0]!.port);
  await stranger.send("\x03evelies");
  await eventually("it was dropped", () => balancer.service.datagrams!.dropped.stray === 1);
  await a.arrived[0]!.reply("\x03anntruth");
  assertEquals(await member.hears(), "ann: truth");
});

Deno.test("Rooms: what begins with a balancer's prefix, or comes from a backend, goes nowhere", async () => {
  await using a = new UdpBackend("a", silent);
  await using balancer = new TestBalancer({ ...over(a), ...FAST, strategy: "hash-room" });
  using member = new RawMember(balancer.udp, "lab", "token_x");
  const source = { ip: "192.0.2.7", port: 4000 };
  const prefix = encodeDatagramPrefix({ source, destination: source, isProven: true });
  await member.send(new Uint8Array([...prefix, ...member.datagram("hi")]));
  await a.send(member.datagram("hi"), balancer.udp);
  const dropped = () => counted(balancer.service.datagrams!.dropped);
  await eventually("both were dropped", () => Object.keys(dropped()).length === 2);
  assertEquals(dropped(), { malformed: 1, unanswerable: 1 });
  await member.says("hi");
  await a.has(1);
  assertEquals(a.texts.length, 1);
});

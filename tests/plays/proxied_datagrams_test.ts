/**
 * Datagrams that come through a balancer: whose they are, and where the answers go. The balancer is
 * played by hand. Rules: docs/protocols/balancer-datagrams.md.
 */

import { assertEquals } from "@std/assert";
import { encodeDatagramPrefix } from "../../lib/wire/datagram_prefix.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { askRoom, RawMember, RoomServer } from "../support/room_server.ts";
import { TestServer } from "../support/server.ts";

const TRUSTED = ["127.0.0.1"];

/** A datagram of a client as the balancer passes it on. */
function passedOn(ip: string, port: number, payload: string | Uint8Array, isProven = false) {
  const prefix = encodeDatagramPrefix({
    source: { ip, port },
    destination: { ip: "192.0.2.1", port: 1235 },
    isProven,
  });
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  return Uint8Array.of(...prefix, ...bytes);
}

async function annAndBob(trustProxy: readonly string[]): Promise<TestServer> {
  const server = await TestServer.start({ trustProxy });
  await server.register("ann", "bob");
  await server.addBuddies("ann", "bob");
  return server;
}

Deno.test("SET and GET through a balancer: the address is the client's, the way back the balancer", async () => {
  await using server = await annAndBob(TRUSTED);
  using balancer = new RawUdp(server.udp);
  await balancer.send(passedOn("192.0.2.8", 40_001, "SET bob 100 ONLINE 4001\n"));
  const answer = await balancer.ask(passedOn("192.0.2.7", 40_002, "GET ann\n"));
  assertEquals(answer, "bob 100 ONLINE 192.0.2.8 4001\n");
  // A datagram without prefix is the balancer's own.
  await balancer.send("SET bob 102 AWAY 4002");
  assertEquals(await balancer.ask("GET ann"), "bob 102 AWAY 127.0.0.1 4002\n");
});

Deno.test("A prefix from anybody else is no request at all", async () => {
  await using server = await annAndBob([]);
  using stranger = new RawUdp(server.udp);
  await stranger.send(passedOn("192.0.2.8", 40_001, "SET bob 100 ONLINE 4001\n"));
  await stranger.send(passedOn("192.0.2.8", 40_001, "GET ann\n"));
  assertEquals(await stranger.ask("GET ann"), "bob 101 OFFLINE unknown 0\n");
});

Deno.test("A broken prefix of a balancer is dropped", async () => {
  await using server = await annAndBob(TRUSTED);
  using balancer = new RawUdp(server.udp);
  const whole = passedOn("192.0.2.8", 40_001, "GET ann\n");
  for (let length = 0; length < whole.length - 8; length++) {
    await balancer.send(whole.subarray(0, length));
  }
  assertEquals(await balancer.ask("GET ann"), "bob 101 OFFLINE unknown 0\n");
});

Deno.test("An address is unproven through a balancer, too, until the balancer has seen it", async () => {
  await using server = await annAndBob(TRUSTED);
  for (let buddy = 0; buddy < 60; buddy++) {
    const name = `buddy-with-a-long-name-${buddy}`;
    await server.register(name);
    await server.addBuddies("ann", name);
  }
  using balancer = new RawUdp(server.udp);
  const short = await balancer.ask(passedOn("192.0.2.7", 40_001, "GET ann"));
  assertEquals([short.length <= 1200, short.endsWith("\n")], [true, true]);
  const whole = await balancer.ask(passedOn("192.0.2.7", 40_001, "GET ann", true));
  assertEquals(whole.split("\n").length, 62);
});

/** A member behind a balancer that is played by `way`, a socket of it. */
class DistantMember {
  readonly #member: RawMember;
  readonly #way: RawUdp;
  readonly #ip: string;

  constructor(member: RawMember, way: RawUdp, ip: string) {
    [this.#member, this.#way, this.#ip] = [member, way, ip];
  }

  async says(message: string, way = this.#way): Promise<void> {
    await way.send(passedOn(this.#ip, 40_001, this.#member.datagram(message)));
  }
}

Deno.test("A room through a balancer: members are told apart by their own addresses, reached by its", async () => {
  await using server = await RoomServer.start({ trustProxy: TRUSTED });
  using near = await server.create("lab", "ann");
  const { token } = await askRoom(server.tcp, 2, "lab", '"bob"') as { token: string };
  using seat = new RawMember(server.udp, "lab", token);
  using one = new RawUdp(server.udp);
  const bob = new DistantMember(seat, one, "192.0.2.8");
  await bob.says("__REGISTER__");
  await bob.says("hello");
  assertEquals(await near.hears(), "bob: hello");
  await near.says("hi");
  assertEquals(await one.receive(), "\x03annhi");

  // Another address with bob's token is forged, whatever way it comes.
  await new DistantMember(seat, one, "192.0.2.9").says("I am bob");
  // The balancer was started again: the same member comes another way, and is answered there.
  using other = new RawUdp(server.udp);
  await bob.says("still here", other);
  assertEquals(await near.hears(), "bob: still here");
  await near.says("good");
  assertEquals(await other.receive(), "\x03anngood");
});

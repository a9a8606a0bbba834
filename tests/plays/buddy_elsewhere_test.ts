/**
 * What is different for a client that is not on loopback: its limits, and what it sees of buddies on
 * the server's machine. This machine's own address in its network stands in for another machine:
 * its packets come from an address that is not loopback. Rules: protocols/buddy.md, "Limits against
 * abuse" and "Loopback".
 */

import { assert, assertEquals } from "@std/assert";
import { isLoopback } from "../../lib/core/ip_address.ts";
import { ownAddresses } from "../../lib/net/interfaces.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { id } from "../support/ids.ts";
import { canListenOn } from "../support/machine.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { TestServer, type TestServerOptions } from "../support/server.ts";

const ELSEWHERE = ownAddresses().map(({ ip }) => ip)
  .find((ip) => !ip.includes(":") && !isLoopback(ip) && canListenOn(ip));

/** A test that is played from an address that is not loopback. */
function play(
  rule: string,
  options: TestServerOptions,
  run: (server: TestServer, ip: string) => Promise<void>,
): void {
  Deno.test({
    name: `${rule} (needs an address that is not loopback)`,
    ignore: ELSEWHERE === undefined,
    async fn() {
      await using server = await TestServer.start({ host: "0.0.0.0", ...options });
      await run(server, ELSEWHERE!);
    },
  });
}

/** A store in which ann has 40 buddies, each with a line of 55 bytes. */
async function annWith40Buddies(): Promise<Store> {
  const store = new MemoryStore();
  await store.change({ kind: "register", user: id("ann") });
  await store.change({ kind: "register", user: id("bob") });
  for (let number = 0; number < 40; number++) {
    const buddy = id(`b${number}`.padEnd(32, "-"));
    await store.change({ kind: "register", user: buddy });
    await store.change({ kind: "add", user: id("ann"), buddy });
  }
  return store;
}

for (const request of ["CAP\n", "\n", "HELLO\n"]) {
  play(
    `UDP GET: an unproven address gets 1,200 bytes, and all after the TCP request ${
      JSON.stringify(request)
    }`,
    { store: await annWith40Buddies() },
    async (server, ip) => {
      using client = new RawUdp(server.udp, ip);
      const short = await client.ask("GET ann");
      assertEquals(short.length, 21 * 55);
      assert(short.endsWith("\n"));
      using connection = await RawTcp.connect(server.tcp, ip);
      await connection.send(request);
      await connection.readToEnd();
      assertEquals((await client.ask("GET ann")).length, 40 * 55);
      server.clock.advance(600_000);
      assertEquals((await client.ask("GET ann")).length, 21 * 55, "ten minutes later");
    },
  );
}

play("UDP GET: to an unproven address 100 answers at once, then silence, then 50 a second", {
  store: await annWith40Buddies(),
}, async (server, ip) => {
  using client = new RawUdp(server.udp, ip);
  using here = new RawUdp(server.udp);
  for (let number = 0; number < 150; number++) {
    await client.send("GET bob");
    // Answered when everything before it is dealt with.
    if (number % 10 === 9) assertEquals(await here.ask("GET bob"), "");
  }
  server.clock.advance(20);
  await client.send("GET ann");
  for (let number = 0; number < 100; number++) assertEquals(await client.receive(), "");
  assertEquals((await client.receive()).length, 21 * 55, "the first one after the silence");
});

play("UDP GET: a buddy on the server's machine has the interface address for an asker elsewhere", {
  store: await annWith40Buddies(),
}, async (server, ip) => {
  await server.register("eve");
  await server.addBuddies("eve", "bob");
  using bob = new RawUdp(server.udp);
  await bob.send("SET bob 100 ONLINE 4001");
  assertEquals(await bob.ask("GET bob"), "");
  using asker = new RawUdp(server.udp, ip);
  assertEquals(await asker.ask("GET eve"), `bob 100 ONLINE ${ip} 4001\n`);
  assertEquals(await bob.ask("GET eve"), "bob 100 ONLINE 127.0.0.1 4001\n");
});

play("TCP: one address may have so many connections at once and no more", {
  limits: { maxConnectionsPerAddress: 2 },
}, async (server, ip) => {
  using first = await RawTcp.connect(server.tcp, ip);
  using second = await RawTcp.connect(server.tcp, ip);
  using third = await RawTcp.connect(server.tcp, ip);
  assertEquals(await third.readToEnd(), "");
  assertEquals(await server.ask("REG here\n"), "200 OK\r\n", "others are not concerned");
  for (const [index, connection] of [first, second].entries()) {
    await connection.send(`REG elsewhere${index}\n`);
    assertEquals(await connection.readToEnd(), "200 OK\r\n");
  }
});

play("TCP: one address may open so many connections in a burst and no more", {
  // The rate goes by the time of the day: a fourth one is let in after a quarter of an hour.
  limits: { connectionBurst: 3, connectionRate: 0.001 },
}, async (server, ip) => {
  const replies: string[] = [];
  for (let number = 0; number < 20; number++) {
    using connection = await RawTcp.connect(server.tcp, ip);
    if (number < 3) await connection.send("CAP\n");
    replies.push(await connection.readToEnd());
  }
  assertEquals(replies.slice(0, 4).map((reply) => reply.slice(0, 6)), [
    ...Array(3).fill("200 OK"),
    "",
  ]);
  assertEquals(server.log.entries.at(-1)?.fields.reason, "too fast");
});

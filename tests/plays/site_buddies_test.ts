/**
 * Buddies on a site of three servers and a balancer, all real processes: people see one system,
 * whatever ends and starts again behind it.
 */

import { assert, assertEquals } from "@std/assert";
import { ClientProcess } from "../support/client_process.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { Site } from "../support/site.ts";

/** Clients that refresh often, so that a test need not wait long. */
const QUICK = ["--refresh=0.2"];

/** Seconds until servers forget who is online, where that is to be seen. */
const SHORT_TTL = 5;

Deno.test("two clients meet, talk and part, while servers and the balancer come and go", async () => {
  await using site = await Site.start(SHORT_TTL);
  await using alice = await ClientProcess.register(site.ports.buddy, "alice", QUICK);
  await using bob = await ClientProcess.register(site.ports.buddy, "bob", QUICK);
  await bob.types("A alice");
  await bob.sees("alice is now your buddy.");
  await site.kill(1);
  await alice.types("A bob");
  await alice.sees("bob is now your buddy.");
  await alice.seesInStatus(/^bob +ONLINE +127\.0\.0\.1 +\d+$/m);
  await bob.seesInStatus(/^alice +ONLINE/m);

  await alice.types("M bob");
  await bob.sees("alice is calling");
  await bob.types("Y", "Hello alice!");
  await alice.sees("bob: Hello alice!\n");
  // A chat goes from client to client: nothing behind the balancer concerns it.
  // Each of the two has asked, registered and added by now.
  const given = await site.given("buddy", 6);
  assert(given.filter((count) => count > 0).length >= 2, site.story.join("\n"));
  await site.restart(1);
  await site.killBalancer();
  await alice.types("Hello bob!");
  await bob.sees("alice: Hello bob!\n");
  await site.startBalancer();
  await bob.types("q");
  await alice.sees("bob ended the chat.\nalice>\n");

  // What servers heard before has run out by then: who is online has said so again by themselves.
  await new Promise((resume) => setTimeout(resume, SHORT_TTL * 1000 + 500));
  await alice.seesInStatus(/^bob +ONLINE/m);
  await bob.seesInStatus(/^alice +ONLINE/m);
  await bob.types("X");
  assertEquals((await bob.ended()).code, 0);
  await alice.seesInStatus(/^bob +OFFLINE +127\.0\.0\.1 +\d+$/m);
  await alice.types("D bob", "X");
  await alice.sees("bob is not your buddy any more.");
  assertEquals((await alice.ended()).code, 0);
});

Deno.test("a user of one server is known to all, each request at another one", async () => {
  await using site = await Site.start();
  const { tcp } = site.ports.buddy;
  const requests = ["REG ann", "REG bob", "ADD ann bob", "REG ann", "ADD ann bob", "DEL bob ann"];
  const replies: string[] = [];
  for (const request of requests) replies.push((await ask(tcp, `${request}\n`)).trim());
  assertEquals(replies, [
    ...["200 OK", "200 OK", "200 OK", "203 USER EXISTS", "201 INVALID", "200 OK"],
  ]);
  assertEquals(await site.given("buddy", requests.length), [2, 2, 2]);
});

Deno.test("what one says over UDP is known at every server, at their own address", async () => {
  await using site = await Site.start();
  const { tcp, udp } = site.ports.buddy;
  for (const request of ["REG ann", "REG bob", "ADD ann bob"]) await ask(tcp, `${request}\n`);
  using ann = new RawUdp(udp);
  using bob = new RawUdp(udp, "127.0.0.1");
  const online = "bob 100 ONLINE 127.0.0.1 4001\n";
  await bob.send("SET bob 100 ONLINE 4001");
  // More often than there are servers, and past the time in which one address stays at one.
  const end = performance.now() + 2500;
  while (performance.now() < end) assertEquals(await ann.ask("GET ann"), online);

  await site.kill(0);
  for (let turn = 0; turn < 6; turn++) assertEquals(await ann.ask("GET ann"), online);
  await site.tells("buddy: Backend 0 is down");
  await bob.send("SET bob 102 AWAY 4001");
  await site.restart(0);
  await site.tells("buddy: Backend 0 is up");
  // It has not heard of bob, and is not asked before it had time to.
  for (let turn = 0; turn < 6; turn++) {
    assertEquals(await ann.ask("GET ann"), "bob 102 AWAY 127.0.0.1 4001\n");
  }
});

Deno.test("after a start of the balancer two refreshes are enough", async () => {
  await using site = await Site.start();
  const { tcp, udp } = site.ports.buddy;
  for (const request of ["REG ann", "REG bob", "ADD ann bob"]) await ask(tcp, `${request}\n`);
  using ann = new RawUdp(udp);
  using bob = new RawUdp(udp);
  await bob.send("SET bob 100 ONLINE 4001");
  assertEquals(await ann.ask("GET ann"), "bob 100 ONLINE 127.0.0.1 4001\n");
  await site.killBalancer();
  // Lost: a refresh that nobody takes.
  await bob.send("SET bob 102 AWAY 4001");
  await ann.send("GET ann");
  await site.startBalancer();
  await bob.send("SET bob 101 OFFLINE 4001");
  assertEquals(await ann.ask("GET ann"), "bob 101 OFFLINE 127.0.0.1 4001\n");
  assert(!site.story.some((line) => line.includes("dropped")), site.story.join("\n"));
});

/**
 * Three servers over one database and one Redis: it does not matter who is asked, nor who is where.
 */

import { assert, assertEquals } from "@std/assert";
import { ROOM_OPERATIONS } from "../../lib/wire/room_request.ts";
import { ChatClient } from "../support/chat_client.ts";
import { ClientProcess } from "../support/client_process.ts";
import { Cluster, type ClusterServer, NO_CLUSTER } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { Guest, meet, talk } from "../support/room_guests.ts";
import { askRoom, RawMember } from "../support/room_server.ts";

const { create: CREATE, join: JOIN, list: LIST, who: WHO } = ROOM_OPERATIONS;

type Three = readonly [ClusterServer, ClusterServer, ClusterServer];

function play(name: string, check: (servers: Three, cluster: Cluster) => Promise<void>): void {
  const why = NO_CLUSTER === undefined ? "" : `: ${NO_CLUSTER}`;
  Deno.test({ name: `scale out: ${name}${why}`, ignore: NO_CLUSTER !== undefined }, async () => {
    await using cluster = await Cluster.start();
    await check(await cluster.servers(3) as unknown as Three, cluster);
  });
}

async function expectOk(server: ClusterServer, ...requests: readonly string[]): Promise<void> {
  for (const request of requests) {
    assertEquals(await ask(server.ports.buddy.tcp, `${request}\n`), "200 OK\r\n", request);
  }
}

/** What a server answers to a GET. */
async function listOf(server: ClusterServer, user: string): Promise<string> {
  using client = new RawUdp(server.ports.buddy.udp);
  return await client.ask(`GET ${user}\r\n`);
}

play("users, buddies and presence are everywhere at once", async ([one, two, three]) => {
  await expectOk(one, "REG ann");
  await expectOk(two, "REG bob", "ADD ann bob");
  assertEquals(await ask(three.ports.buddy.tcp, "REG ann\n"), "203 USER EXISTS\r\n");
  assertEquals(await ask(three.ports.buddy.tcp, "ADD ann bob\n"), "201 INVALID\r\n");
  using bob = new RawUdp(three.ports.buddy.udp);
  await bob.send("SET bob 100 ONLINE 4000\r\n");
  for (const server of [one, two, three]) {
    await eventually("bob online", async () => (await listOf(server, "ann")).includes("ONLINE"));
  }
  // The server that heard bob dies; what it heard holds for its lifetime, like anybody's.
  await three.endBy("SIGKILL");
  assert((await listOf(one, "ann")).includes("ONLINE"));
});

play("the classic story, each of the two at a server of their own", async ([one, two]) => {
  await using alice = await ClientProcess.register(one.ports.buddy, "alice");
  await using bob = await ClientProcess.register(two.ports.buddy, "bob");
  await alice.types("A bob");
  await alice.sees("bob is now your buddy.");
  await bob.types("A alice");
  await bob.sees("alice is now your buddy.");
  // A caller is known by what the called one sees of them, so both have to see each other.
  await alice.untilOnline("bob");
  await bob.untilOnline("alice");
  await alice.types("M bob");
  await bob.sees("alice is calling: Y answers, N turns the call down.\n");
  await bob.types("Y", "Nice to meet you buddy!");
  await alice.sees("bob: Nice to meet you buddy!\n");
  await bob.types("q", "X");
  await alice.sees("bob ended the chat.\n");
  assertEquals((await bob.ended()).code, 0);
});

play("a login chat with everybody on a server of their own", async ([one, two, three]) => {
  using ann = await ChatClient.enter(one.ports.chat.tcp, "ann");
  using bob = await ChatClient.enter(two.ports.chat.tcp, "bob");
  using eve = await ChatClient.enter(three.ports.chat.tcp, "eve");
  assertEquals(await ann.others(), "bob eve");
  assertEquals(await eve.others(), "ann bob");

  await ann.expects("C PM\nD hello all\nC DM", "C READY", "C 200 SENT 2", "C USERS bob eve");
  assertEquals([await bob.line(), await eve.line()], Array(2).fill("D PM ann hello all"));
  await ann.expects("D eve psst", "C 200 SENT 1");
  assertEquals(await eve.line(), "D DM ann psst");
  await bob.expects("C DM\nD nobody hm", "C USERS ann eve", "C 202 NO SUCH USER nobody");

  using again = await ChatClient.connect(two.ports.chat.tcp);
  await again.expects(
    "C LOGIN ann\nC PASSWORD secret",
    ...["C PASSWORD existing", "C 409 ALREADY ONLINE"],
  );
  await bob.expects("C EX", "C 200 BYE");
  await eventually("bob gone", async () => await ann.others() === "eve");
  // A server that dies takes its people along.
  await three.endBy("SIGKILL");
  await eventually("eve gone", async () => await ann.others() === "");
  using back = await ChatClient.enter(two.ports.chat.tcp, "eve");
  assertEquals(await back.others(), "ann");
});

play("a room with every member on a server of their own", async ([one, two, three], cluster) => {
  using ann = await Guest.enter(one, one, CREATE, "lab", "ann");
  // Joins at one server, and talks to another right away.
  using bob = await Guest.enter(one, two, JOIN, "lab", "bob");
  using eve = await Guest.enter(three, three, JOIN, "lab", "eve");
  await eventually("eve is known to talk elsewhere", async () => {
    const answer = await askRoom(two.ports.rooms.tcp, JOIN, "lab", '"eve"');
    return !answer.success && answer.error === "somebody in the room has that name";
  });
  for (const server of [one, two, three]) {
    const list = await askRoom(server.ports.rooms.tcp, LIST, "-", '""');
    assert(list.success);
    assertEquals(list.rooms, [{ room: "lab", members: 3, password: false }]);
    const who = await askRoom(
      server.ports.rooms.tcp,
      WHO,
      "lab",
      JSON.stringify({ token: bob.member.token }),
    );
    assert(who.success);
    assertEquals(who.members, ["ann", "bob", "eve"]);
  }
  await meet(ann, bob, eve);
  await talk(ann, bob, eve);
  // Bob moves to the first server: there he hears everything, and once.
  using moved = new Guest("bob", new RawMember(one.ports.rooms.udp, "lab", bob.member.token));
  await moved.member.says("__REGISTER__");
  await meet(ann, moved, eve);
  await talk(ann, moved, eve);
  bob.heard.length = 0;
  await talk(ann, moved, eve);
  // But what was asked while he moved, which may be late.
  assertEquals(bob.heard.filter((text) => !text.endsWith(": ?")), []);

  // A server that starts only now gives nobody's token to whoever asks from the same address.
  const late = await cluster.server();
  const theft = await askRoom(late.ports.rooms.tcp, JOIN, "lab", '"eve"');
  assertEquals(theft, { success: false, error: "somebody in the room has that name" });

  await ann.member.says("__LEAVE__");
  for (const { heard } of [moved, eve]) {
    await eventually("the end", () => heard.includes("__ROOM_CLOSED__"));
  }
  const list = await askRoom(two.ports.rooms.tcp, LIST, "-", '""');
  assert(list.success);
  assertEquals(list.rooms, []);
});

/**
 * The walkthrough, a room and a login chat with everybody on a server of their own, while servers,
 * Redis and PostgreSQL are killed and started again, one after the other.
 */

import { assert, assertEquals } from "@std/assert";
import { ROOM_OPERATIONS } from "../../lib/wire/room_request.ts";
import { print } from "../../tools/print.ts";
import { ChatClient } from "../support/chat_client.ts";
import { ClientProcess } from "../support/client_process.ts";
import { Cluster, type ClusterServer, NO_CLUSTER } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { Guest, meet, talk } from "../support/room_guests.ts";
import { askRoom } from "../support/room_server.ts";
import { extent } from "./extent.ts";
import { type Kill, killsOf } from "./kills.ts";
import { patientlyAsk } from "./patient_clients.ts";
import { everybodyMeets, Talker } from "./talkers.ts";

/**
 * When a member registers again, as clients do: where they talk from is forgotten when Redis is too slow
 * to be told or asked, which a busy machine is enough for.
 */
const REGISTER_MS = 20_000;

/** A play with so many servers, each of which is killed, and Redis and PostgreSQL. */
function play(
  name: string,
  count: number,
  check: (servers: ClusterServer[], kills: () => Iterable<Kill>) => Promise<void>,
): void {
  const why = NO_CLUSTER === undefined ? "" : `: ${NO_CLUSTER}`;
  Deno.test({
    name: `${name}, while everything is killed one after the other${why}`,
    ignore: NO_CLUSTER !== undefined,
  }, async () => {
    await using cluster = await Cluster.start();
    const servers = await cluster.servers(count);
    await check(servers, function* () {
      for (let round = 0; round < extent(1, 5); round++) yield* killsOf(cluster, servers);
    });
  });
}

play("the walkthrough at two servers", 2, async (servers, kills) => {
  const [one, two] = servers as [ClusterServer, ClusterServer];
  await using alice = await ClientProcess.register(one.ports.buddy, "alice");
  await using bob = await ClientProcess.register(two.ports.buddy, "bob");
  await alice.types("A bob");
  await alice.sees("bob is now your buddy.");
  await bob.types("A alice");
  await bob.sees("alice is now your buddy.");
  let count = 0;
  for (const { what, kill, startAgain } of kills()) {
    const words = `${what} ${++count}`;
    await alice.untilOnline("bob");
    await bob.untilOnline("alice");
    await alice.types("M bob");
    await bob.sees("alice is calling: Y answers, N turns the call down.\n");
    await bob.types("Y", `before ${words}`);
    await alice.sees(`bob: before ${words}\n`);
    await kill();
    await alice.types(`without ${words}`);
    await bob.sees(`alice: without ${words}\n`);
    await bob.types("q");
    await alice.sees("bob ended the chat.\n");
    await startAgain();
    const back = performance.now();
    // Changes are taken again, by whichever server is asked.
    for (const server of servers) {
      const user = `${server === servers[0] ? "one" : "two"}-${count}`;
      await patientlyAsk(server.ports.buddy.tcp, `REG ${user}`);
    }
    await alice.untilOnline("bob");
    await bob.untilOnline("alice");
    print(`${what}: all is well ${Math.round(performance.now() - back)} ms after its start\n`);
  }
  for (const client of [alice, bob]) {
    await client.types("X");
    assertEquals((await client.ended()).code, 0);
  }
});

play("a room of three servers", 3, async (servers, kills) => {
  const [one, two, three] = servers as [ClusterServer, ClusterServer, ClusterServer];
  const { create, join, list } = ROOM_OPERATIONS;
  using ann = await Guest.enter(one, one, create, "lab", "ann");
  using bob = await Guest.enter(two, two, join, "lab", "bob");
  using eve = await Guest.enter(three, three, join, "lab", "eve");
  const guests = [ann, bob, eve];
  await meet(...guests);
  let taken = 0;
  for (const { what, kill, startAgain } of kills()) {
    await talk(...guests);
    await kill();
    // A room goes on without a database.
    if (what === "PostgreSQL") await talk(...guests);
    // Whoever is left goes on talking: nothing of it makes up for what the others miss.
    for (const { member } of guests) await member.says(`without ${what}`);
    await startAgain();
    const back = performance.now();
    const at = serverOf(what);
    if (at !== undefined) {
      // Whose server died hears again, without a word of theirs.
      const [silent, speaker] = [guests[at]!, guests[(at + 1) % 3]!];
      silent.heard.length = 0;
      const registersAt = performance.now() + REGISTER_MS;
      await eventually(`${silent.name} hears`, async () => {
        if (performance.now() > registersAt) await silent.member.says("__REGISTER__");
        await speaker.member.says("?");
        return silent.heard.includes(`${speaker.name}: ?`);
      });
      if (performance.now() < registersAt) taken++;
    }
    await meet(...guests);
    await talk(...guests);
    print(`${what}: everybody hears everybody ${Math.round(performance.now() - back)} ms later\n`);
    for (const server of servers) {
      await eventually(`the list after ${what}`, async () => {
        const answer = await askRoom(server.ports.rooms.tcp, list, "-", '""');
        return answer.success && answer.rooms?.[0]?.members === 3;
      });
      // Whoever is heard somewhere keeps their name, whoever has just started.
      const theft = await askRoom(server.ports.rooms.tcp, join, "lab", '"bob"');
      assertEquals(theft.success, false, `${what}: bob is in the room`);
    }
  }
  assert(taken > 0, "nobody was taken over without a word");
  await ann.member.says("__LEAVE__");
  for (const { heard } of [bob, eve]) {
    await eventually("the end", () => heard.includes("__ROOM_CLOSED__"));
  }
});

play("a login chat of three servers", 3, async (servers, kills) => {
  const names = ["ann", "bob", "eve"] as const;
  const talkers: Talker[] = [];
  /** Logs in whoever is not there; a name is kept for a moment for a server that died. */
  async function enter(at: number): Promise<void> {
    const name = names[at]!;
    talkers[at]?.[Symbol.dispose]();
    await eventually(`${name} logs in`, async () => {
      const client = await ChatClient.connect(servers[at]!.ports.chat.tcp);
      try {
        await client.logIn(name);
      } catch {
        client[Symbol.dispose]();
        return false;
      }
      talkers[at] = new Talker(name, client);
      return true;
    });
  }
  try {
    for (const at of names.keys()) await enter(at);
    for (const { what, kill, startAgain } of kills()) {
      await everybodyMeets(talkers, enter);
      await kill();
      // A chat goes on without a database.
      if (what === "PostgreSQL") await everybodyMeets(talkers, enter);
      await startAgain();
      const back = performance.now();
      const at = serverOf(what);
      if (at !== undefined) await enter(at);
      await everybodyMeets(talkers, enter);
      print(`${what}: everybody meets ${Math.round(performance.now() - back)} ms later\n`);
    }
  } finally {
    for (const talker of talkers) talker[Symbol.dispose]();
  }
});

/** Which server was killed; `undefined` when it was something else. */
function serverOf(what: string): number | undefined {
  const number = /^server (\d)$/.exec(what)?.[1];
  return number === undefined ? undefined : Number(number) - 1;
}

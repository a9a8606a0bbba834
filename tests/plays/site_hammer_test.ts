/** REG, ADD and DEL through the balancer on three servers at once: the end is one server's. */

import { assert, assertEquals, equal } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { ask } from "../support/raw_tcp.ts";
import { TestServer } from "../support/server.ts";
import { Site } from "../support/site.ts";

const USERS = Array.from({ length: 24 }, (_, number) => `user${number}`);

/** Each user's own requests, in an order that matters: no two of them touch the same list. */
function requestsOf(user: string, seed: number): string[] {
  const requests = [`REG ${user}`];
  let state = seed * 7919 + 1;
  const next = (bound: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
  for (let step = 0; step < 20; step++) {
    const buddy = USERS[next(USERS.length)]!;
    const request = next(3) === 0 ? `DEL ${user} ${buddy}` : `ADD ${user} ${buddy}`;
    // Now and then twice, and in the end some more of all.
    requests.push(request, ...(next(5) === 0 ? [request, `REG ${user}`] : []));
  }
  return requests;
}

async function play(tcp: number): Promise<Record<string, string[]>> {
  const replies: Record<string, string[]> = {};
  // Everybody is there before anybody is added, so that no reply depends on who was faster.
  await Promise.all(USERS.map(async (user) => {
    replies[user] = [(await ask(tcp, `REG ${user}\n`)).trim()];
  }));
  await Promise.all(USERS.map(async (user, number) => {
    for (const request of requestsOf(user, number).slice(1)) {
      replies[user]!.push((await ask(tcp, `${request}\n`)).trim());
    }
  }));
  return replies;
}

async function listsOf(tcp: number): Promise<Record<string, string>> {
  const lists: Record<string, string> = {};
  for (const user of USERS) {
    const [head = "", ...lines] = (await ask(tcp, `GET ${user}\n`)).split("\n");
    lists[user] = [head.trim(), ...lines.map((line) => line.split(" ")[0])].join(" ").trim();
  }
  return lists;
}

Deno.test("three servers hammered through the balancer end as one server does", async () => {
  await using alone = await TestServer.start();
  const expected = await play(alone.tcp);
  const lists = await listsOf(alone.tcp);

  await using site = await Site.start();
  assertEquals(await play(site.ports.buddy.tcp), expected);
  // Servers follow each other's writing within a moment, not at once.
  await eventually(
    "every server lists what was promised",
    async () => equal(await listsOf(site.ports.buddy.tcp), lists),
  );
  assertEquals(await site.stored(USERS), lists);
  // Everything that was played, and each list once.
  const asked = Object.values(expected).flat().length + USERS.length;
  const given = await site.given("buddy", asked);
  assert(given.every((count) => count > 100), given.join());
});

Deno.test("a server that is killed in the middle of it changes nothing that was promised", async () => {
  await using site = await Site.start();
  const { tcp } = site.ports.buddy;
  const promised = new Map<string, string[]>(USERS.map((user) => [user, []]));
  const count = (): number => [...promised.values()].flat().length;
  const add = async (buddies: readonly string[]): Promise<void> => {
    await Promise.all(USERS.map(async (user) => {
      for (const buddy of buddies) {
        const reply = await ask(tcp, `ADD ${user} ${buddy}\n`).catch(() => "");
        if (reply === "200 OK\r\n") promised.get(user)!.push(buddy);
      }
    }));
  };
  await Promise.all(USERS.map((user) => ask(tcp, `REG ${user}\n`)));
  const [before, meanwhile, after] = [USERS.slice(0, 18), USERS.slice(18, 21), USERS.slice(21)];
  const hammering = add(before);
  await eventually("some are promised", () => count() > 48);
  const atKill = count();
  await site.kill(2);
  await hammering;
  assert(atKill < count(), "it was killed in the middle");
  const atDeath = count();
  await add(meanwhile);
  assert(atDeath < count(), "it goes on without");
  await site.restart(2);
  const atRestart = count();
  await add(after);
  assert(atRestart < count(), "it goes on as before");
  const stored = await site.stored(USERS);
  for (const [user, buddies] of promised) {
    const there = stored[user]!.split(" ").slice(3);
    // A request whose reply was lost may have been kept; one that was promised must have been.
    assertEquals(buddies.filter((buddy) => !there.includes(buddy)), [], user);
  }
});

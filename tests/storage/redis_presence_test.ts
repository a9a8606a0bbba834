/**
 * What is asked of Redis for many lists at once.
 */

import { assert, assertEquals } from "@std/assert";
import { RedisPresence } from "../../lib/storage/redis_presence.ts";
import type { RedisLink } from "../../lib/storage/redis_link.ts";
import type { ScriptCall } from "../../lib/storage/redis_client.d.ts";
import { ExchangeHub } from "../support/exchange_hub.ts";
import { id } from "../support/ids.ts";

/** A Redis in which everybody is away, and how many keys each command read. */
function bench() {
  const counts: number[] = [];
  const client = {
    mGet(keys: readonly string[]) {
      counts.push(keys.length);
      return Promise.resolve(keys.map((key) => `AWAY ${key.length} 192.0.2.1 `));
    },
  };
  const done: (() => void)[] = [];
  const link = {
    use: (command: (given: typeof client) => unknown) => command(client),
    run: (_: unknown, { keys }: ScriptCall) => {
      counts.push(keys.length);
      return new Promise<void>((resolve) => done.push(resolve));
    },
  };
  return {
    counts,
    done,
    presence: new RedisPresence(
      link as unknown as RedisLink,
      new ExchangeHub().state("1").exchange,
    ),
  };
}

const LIST = Array.from({ length: 2000 }, (_, index) => id(`user${index}`));

Deno.test("RedisPresence reads a bounded number of keys at once, however long lists are", async () => {
  const { counts, presence } = bench();
  const lists = Array.from({ length: 20 }, (_, at) => LIST.map((user) => id(`${user}-of-${at}`)));
  const answers = await Promise.all(lists.map((list) => presence.get(list)));
  assertEquals(counts, Array(10).fill(4000));
  const key = `parley:presence:${lists[7]![1999]}`;
  assertEquals(answers[7]![1999]?.address, { ip: "192.0.2.1", port: key.length });
});

Deno.test("RedisPresence reads a list once that many ask for", async () => {
  const { counts, presence } = bench();
  const answers = await Promise.all(Array.from({ length: 20 }, () => presence.get(LIST)));
  assert(counts.every((count) => count === LIST.length), `${counts}`);
  assertEquals(answers[0], answers[19]);
});

Deno.test("RedisPresence tells of many users at once, and before it asks", async () => {
  const { counts, done, presence } = bench();
  const record = {
    status: "ONLINE",
    address: { ip: "192.0.2.1", port: 1 },
    info: new Map(),
  } as const;
  const putting = LIST.slice(0, 500).map((user) => presence.put(user, record, 1000, true));
  assertEquals(counts, [1], "one goes at once, and the others wait for it");
  done.shift()!();
  await putting[0];
  assertEquals(counts, [1, 200]);
  const asking = presence.get(LIST.slice(0, 3));
  await asking;
  assertEquals(counts, [1, 200, 200, 99, 3]);
  for (const finish of done) finish();
  await Promise.all(putting);
});

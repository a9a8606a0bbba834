import { assert, assertEquals } from "@std/assert";
import { Pool, type PoolSettings } from "../../lib/balancer/pool.ts";
import type { Backend } from "../../lib/balancer/backend.ts";
import type { NoPlace } from "../../lib/balancer/waiting_line.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { serviceOptions, type TestOptions } from "../support/test_balancer.ts";

const NOBODY: ReadonlySet<Backend> = new Set();

interface TestPool {
  readonly pool: Pool;
  readonly clock: FakeClock;
  readonly changes: string[];
}

function poolOf(options: TestOptions): TestPool {
  const clock = new FakeClock();
  const changes: string[] = [];
  const pool = new Pool(settingsOf(options), {
    clock: clock.read,
    random: Math.random,
    onState: ({ name }, change) => changes.push(`${name} ${change}`),
  });
  return { pool, clock, changes };
}

function settingsOf(options: TestOptions): PoolSettings {
  return serviceOptions(options);
}

/** Enters so often without leaving; gives the names of the hosts, or why not. */
function enter(pool: Pool, times: number, tried = NOBODY, key = "10.0.0.1"): string[] {
  return Array.from({ length: times }, () => shown(pool.enter(key, tried)));
}

function shown(entered: Backend | NoPlace): string {
  return typeof entered === "string" ? entered : entered.settings.host;
}

function down(pool: Pool, ...indexes: readonly number[]): void {
  for (const index of indexes) {
    for (let time = 0; time < 3; time++) pool.report(pool.backends[index]!, false, "gone");
  }
}

Deno.test("Pool gives places in turn, and counts them", { permissions: "none" }, () => {
  const { pool } = poolOf({ backends: ["a:1", "b:1"] });
  assertEquals(enter(pool, 5), ["a", "b", "a", "b", "a"]);
  assertEquals(pool.backends.map(({ connections }) => connections), [3, 2]);
  pool.leave(pool.backends[0]!);
  assertEquals(pool.backends.map(({ connections }) => connections), [2, 2]);
});

Deno.test("Pool leaves out what is down, drained, in maintenance, without weight, or tried", {
  permissions: "none",
}, () => {
  const { pool, changes } = poolOf({ backends: ["a:1", "b:1", "c:1", "d:1", "e:1"] });
  down(pool, 0);
  pool.backends[1]!.adminState = "drain";
  pool.backends[2]!.adminState = "maintain";
  pool.backends[3]!.ownWeight = 0;
  assertEquals(enter(pool, 2), ["e", "e"]);
  assertEquals(enter(pool, 1, new Set([pool.backends[4]!])), ["a"]);
  assertEquals(enter(pool, 1, new Set([pool.backends[4]!, pool.backends[0]!])), [
    "no backend is left to try",
  ]);
  assertEquals(changes, ["a:1 down"]);
});

Deno.test(
  "Pool tries backends that are down when no other is left, but none that people took out",
  {
    permissions: "none",
  },
  () => {
    const { pool } = poolOf({ backends: ["a:1", "b:1", "c:1"] });
    down(pool, 0, 1, 2);
    pool.backends[2]!.adminState = "drain";
    assertEquals(enter(pool, 3), ["a", "b", "a"]);
  },
);

Deno.test("Pool uses backups only while nothing else is up", { permissions: "none" }, () => {
  const { pool } = poolOf({ backends: ["a:1", "b:1,backup", "c:1,backup"] });
  assertEquals(enter(pool, 2), ["a", "a"]);
  down(pool, 0);
  assertEquals(enter(pool, 3), ["b", "c", "b"]);
  for (let time = 0; time < 2; time++) pool.report(pool.backends[0]!, true);
  assertEquals(enter(pool, 2), ["a", "a"]);
});

/** Waits for a place; gives the name of the host, or why there is none. */
async function wait(pool: Pool, deadline: number, tried = NOBODY): Promise<string> {
  return shown(await pool.waitForPlace("10.0.0.1", tried, deadline));
}

Deno.test("Pool keeps to max: others take over, then clients wait in order", async () => {
  const { pool, clock } = poolOf({ backends: ["a:1,max=1", "b:1,max=2"] });
  assertEquals(enter(pool, 4), ["a", "b", "b", "every backend is full"]);
  const deadline = clock.now + 60_000;
  const [first, second] = [wait(pool, deadline), wait(pool, deadline)];
  assertEquals(pool.waiting, 2);
  pool.leave(pool.backends[1]!);
  // The place is taken already: whoever comes now finds it full.
  assertEquals(enter(pool, 1), ["every backend is full"]);
  assertEquals([await first, pool.waiting], ["b", 1]);
  pool.leave(pool.backends[0]!);
  assertEquals([await second, pool.waiting], ["a", 0]);
});

Deno.test("Pool gives a free place to the first who can use it, and wakes nobody for nothing", async () => {
  const { pool, clock } = poolOf({ backends: ["a:1,max=1", "b:1,max=1"] });
  const [a, b] = pool.backends;
  enter(pool, 2);
  const deadline = clock.now + 60_000;
  const onlyB = wait(pool, deadline, new Set([a!]));
  const any = wait(pool, deadline);
  pool.leave(a!);
  assertEquals([await any, pool.waiting], ["a", 1]);
  pool.leave(b!);
  assertEquals([await onlyB, pool.waiting], ["b", 0]);
});

Deno.test("Pool tells those who wait that nobody is left, and serves who comes behind", async () => {
  const { pool, clock } = poolOf({ backends: ["a:1,max=1", "b:1,max=1"] });
  const [a, b] = pool.backends;
  enter(pool, 2);
  const deadline = clock.now + 60_000;
  const onlyB = wait(pool, deadline, new Set([a!]));
  const any = wait(pool, deadline);
  b!.adminState = "drain";
  pool.leave(a!);
  assertEquals(await onlyB, "no backend is left to try");
  assertEquals([await any, pool.waiting], ["a", 0]);
});

Deno.test("Pool gives those who wait a place at a backup when what they waited for goes down", async () => {
  const { pool, clock } = poolOf({ backends: ["a:1,max=1", "b:1,backup"] });
  enter(pool, 1);
  const waiting = wait(pool, clock.now + 60_000);
  down(pool, 0);
  assertEquals(await waiting, "b");
});

Deno.test("Pool lets only so many wait, and nobody longer than the deadline", async () => {
  const { pool, clock } = poolOf({ backends: ["a:1,max=1"], maxQueue: 1 });
  enter(pool, 1);
  const first = wait(pool, clock.now + 5);
  assertEquals(await wait(pool, clock.now + 60_000), "too many clients wait already");
  assertEquals(await first, "every backend is full");
  assertEquals(pool.waiting, 0);
  assertEquals(await wait(pool, clock.now), "every backend is full");
});

Deno.test("Pool starts a backend slowly that came back", { permissions: "none" }, () => {
  const { pool, clock } = poolOf({ backends: ["a:1", "b:1"], slowStart: 10 });
  down(pool, 1);
  for (let time = 0; time < 2; time++) pool.report(pool.backends[1]!, true);
  const shareOfB = (): number => enter(pool, 110).filter((host) => host === "b").length;
  assertEquals(shareOfB(), 10);
  clock.advance(5000);
  assert(Math.abs(shareOfB() - 37) <= 2);
  clock.advance(5000);
  assertEquals(shareOfB(), 55);
});

Deno.test("Pool keeps an address with its backend while affinity lasts and the backend is up", {
  permissions: "none",
}, () => {
  const { pool, clock } = poolOf({ backends: ["a:1", "b:1"], affinity: 60 });
  pool.remember("10.0.0.1", pool.backends[1]!);
  assertEquals(enter(pool, 3), ["b", "b", "b"]);
  assertEquals(enter(pool, 2, NOBODY, "10.0.0.2").sort(), ["a", "b"]);
  down(pool, 1);
  assertEquals(enter(pool, 1), ["a"]);
  for (let time = 0; time < 2; time++) pool.report(pool.backends[1]!, true);
  assertEquals(enter(pool, 1), ["b"]);
  clock.advance(60_000);
  assertEquals(enter(pool, 2).sort(), ["a", "b"]);
});

Deno.test("Pool keeps what stays over a reconfiguration, and tells what came and went", {
  permissions: "none",
}, () => {
  const { pool } = poolOf({ backends: ["a:1", "b:1", "c:1"] });
  const [a, b, c] = pool.backends;
  enter(pool, 3);
  down(pool, 2);
  b!.adminState = "drain";
  c!.ownWeight = 5;
  const { added, removed } = pool.reconfigure(
    settingsOf({ backends: ["c:1", "d:1", "b:1,max=9"] }),
  );
  assertEquals([added.map(shown), removed], [["d"], [a]]);
  assertEquals([pool.backends[0], pool.backends[2]], [c, b]);
  assertEquals(pool.backends.map(({ index }) => index), [0, 1, 2]);
  assertEquals([c!.health.isUp, c!.weight, c!.connections], [false, 5, 1]);
  assertEquals([b!.adminState, b!.settings.max, b!.connections], ["drain", 9, 1]);
  assertEquals(enter(pool, 2), ["d", "d"]);
  // The weight in the file was changed: it counts again.
  pool.reconfigure(settingsOf({ backends: ["c:1,weight=2"] }));
  assertEquals(c!.weight, 2);
});

Deno.test("Pool wakes those who wait when a backend comes, comes back, or gets room", async () => {
  const { pool, clock } = poolOf({ backends: ["a:1,max=1"] });
  enter(pool, 1);
  const waiting = wait(pool, clock.now + 60_000);
  pool.reconfigure(settingsOf({ backends: ["a:1,max=2"] }));
  assertEquals(await waiting, "a");
});

const ROOMS = { strategy: "hash-room", udpListen: 0 } as const;

/** A pool that remembers where the room is. */
function poolWithRoom(home: number, options: TestOptions): TestPool {
  const test = poolOf({ ...ROOMS, ...options });
  test.pool.remember("lab", test.pool.backends[home]!);
  return test;
}

Deno.test("Pool keeps a room where it is, whatever else changes but that it is up", {
  permissions: "none",
}, () => {
  const { pool } = poolWithRoom(1, { backends: ["a:1", "b:1,backup", "c:1"] });
  const home = (): string => shown(pool.home("lab")!);
  assertEquals([home(), ...enter(pool, 2, NOBODY, "lab")], ["b", "b", "b"]);
  const [, b] = pool.backends;
  b!.ownWeight = 0;
  assertEquals([home(), ...enter(pool, 1, NOBODY, "lab")], ["b", "b"]);
  b!.adminState = "drain";
  assertEquals([home(), ...enter(pool, 1, NOBODY, "lab")], ["b", "b"]);
  b!.adminState = "maintain";
  assert(home() !== "b" && enter(pool, 1, NOBODY, "lab")[0] !== "b");
  b!.adminState = "ready";
  down(pool, 1);
  assert(home() !== "b" && enter(pool, 1, NOBODY, "lab")[0] !== "b");
});

Deno.test("Pool lets who joins a room wait for its backend when that is full", async () => {
  const { pool, clock } = poolWithRoom(0, { backends: ["a:1,max=1", "b:1"] });
  assertEquals(enter(pool, 2, NOBODY, "lab"), ["a", "every backend is full"]);
  const waiting = pool.waitForPlace("lab", NOBODY, clock.now + 60_000);
  pool.leave(pool.backends[0]!);
  assertEquals(shown(await waiting), "a");
});

const AWAY = "the backend that has the room takes no connections";

Deno.test("Pool lets who joins a room wait until its backend has recovered, or is down", async () => {
  const { pool, clock, changes } = poolWithRoom(0, { backends: ["a:1", "b:1"] });
  const [a] = pool.backends;
  const join = async (): Promise<string> => {
    const tried = new Set([a!]);
    assertEquals(enter(pool, 1, tried, "lab"), [AWAY]);
    return shown(await pool.waitForPlace("lab", tried, clock.now + 60_000, AWAY));
  };
  pool.report(a!, true);
  pool.report(a!, false, "gone");
  const first = join();
  pool.report(a!, true);
  assertEquals([await first, changes], ["a", ["a:1 recovered"]]);
  const second = join();
  down(pool, 0);
  assertEquals([await second, pool.waiting], ["b", 0]);
  // Nobody waits for ever, and is told why.
  pool.remember("lab", pool.backends[1]!);
  const tried = new Set([pool.backends[1]!]);
  assertEquals(await pool.waitForPlace("lab", tried, clock.now + 5, AWAY), AWAY);
});

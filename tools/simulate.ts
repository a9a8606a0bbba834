/**
 * The arithmetic of docs/scaling.md, as `deno task simulate`: how evenly users fall on servers, and what
 * their presence refreshes come to, second by second.
 *
 * Usage: simulate.ts [USERS] [SERVERS] [REFRESH_SECONDS]
 *
 * The spread is drawn with the balancer's own hash. Refreshes are drawn user by user, from a seed, so
 * that the same command prints the same figures.
 */

import { type Contender, rendezvous } from "../lib/balancer/rendezvous.ts";
import { complain, print } from "./print.ts";

/** Measured costs of one server process and one Redis; docs/scaling.md says how. */
const MEASURED = {
  /** SETs a second one process takes and passes on to Redis with a core of its own: the least. */
  setsPerServer: 27_000,
  /** GET answers a second of one process, lists of 10, store and presence shared: the least. */
  getsPerServer: 10_000,
  /** Redis processor time in seconds for a SET (20,000 a second) and for a list of 10. */
  redisSecondsPerSet: 5.0e-6,
  redisSecondsPerGet: 6.9e-6,
  /** Redis memory in bytes for each user online. */
  redisBytesPerUser: 169,
} as const;

/** How full a process may be in the fullest second. */
const FULL = 0.6;

/** Seconds that are looked at. */
const SPAN = 120;

/** Numbers from 0 to 1 from a seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** For each user the server they fall on, by the hash of their address. */
function spread(users: number, servers: readonly Contender[]): Uint16Array {
  const indexOf = new Map(servers.map(({ name }, index) => [name, index]));
  return Uint16Array.from({ length: users }, (_, user) => {
    const address = `10.${user >>> 16 & 255}.${user >>> 8 & 255}.${user & 255}`;
    return indexOf.get(rendezvous(servers, address)!.name)!;
  });
}

function counts(chosen: Uint16Array, servers: number): number[] {
  const users = new Array<number>(servers).fill(0);
  for (const server of chosen) users[server]!++;
  return users;
}

/**
 * SETs that arrive in each second at the fullest server of that second, sorted.
 *
 * @param startWithin seconds within which everybody began: all of it for a usual day
 */
function fullestSeconds(
  chosen: Uint16Array,
  servers: number,
  refresh: number,
  startWithin: number,
): number[] {
  const random = dice(1);
  const arrivals = new Uint32Array(SPAN * servers);
  for (const server of chosen) {
    // Nobody's timer is exact: a hundredth to and fro.
    const period = refresh * (0.99 + 0.02 * random());
    for (let at = startWithin * random(); at < SPAN; at += period) {
      arrivals[Math.floor(at) * servers + server]!++;
    }
  }
  return Array.from({ length: SPAN - refresh }, (_, second) => {
    const row = arrivals.subarray((second + refresh) * servers, (second + refresh + 1) * servers);
    return Math.max(...row);
  }).sort((one, other) => one - other);
}

function line(what: string, value: string): void {
  print(`${what.padEnd(58)} ${value.padStart(16)}\n`);
}

function whole(number: number): string {
  return Math.round(number).toLocaleString("en");
}

function main(users: number, count: number, refresh: number): void {
  const servers = Array.from(
    { length: count },
    (_, n) => ({ name: `server-${n}:1234`, weight: 1 }),
  );
  const chosen = spread(users, servers);
  const all = counts(chosen, count);
  const fewer = spread(users, servers.slice(1));
  const left = counts(fewer, count - 1);
  const moved = chosen.reduce((sum, server, user) => sum + (server - 1 === fewer[user] ? 0 : 1), 0);
  line(`${whole(users)} users on ${count} servers: fewest`, whole(Math.min(...all)));
  line("  most", whole(Math.max(...all)));
  line("  most, against the mean", (Math.max(...all) * count / users).toFixed(3));
  line("one server gone: users that move", whole(moved));
  line("  of them, users of the other servers", whole(moved - all[0]!));
  line("  most on one server then", whole(Math.max(...left)));

  const mean = users / refresh;
  line(`a SET from each every ${refresh} s: SETs a second, all servers`, whole(mean));
  const usual = fullestSeconds(chosen, count, refresh, refresh);
  line("  at the fullest server, in the middle second", whole(usual[usual.length >> 1]!));
  line("  at the fullest server, in the fullest second", whole(usual.at(-1)!));
  const rush = fullestSeconds(chosen, count, refresh, 1);
  line("  the same when all began within one second", whole(rush.at(-1)!));

  const peak = usual.at(-1)! * count;
  line("processes for the SETs", whole(Math.ceil(peak / MEASURED.setsPerServer / FULL)));
  line("processes for as many GETs", whole(Math.ceil(peak / MEASURED.getsPerServer / FULL)));
  const redis = mean * (MEASURED.redisSecondsPerSet + MEASURED.redisSecondsPerGet);
  line("Redis: cores busy with both", redis.toFixed(2));
  line("Redis: memory in MB", whole(users * MEASURED.redisBytesPerUser / 1e6));
}

if (Deno.args.includes("--help")) {
  print(
    "deno task simulate [USERS] [SERVERS] [REFRESH_SECONDS]: the arithmetic of docs/scaling.md\n",
  );
  Deno.exit(0);
}
const [users, servers, refresh] = [1_000_000, 20, 10].map((standard, at) =>
  Number(Deno.args[at] ?? standard)
) as [number, number, number];
const isGood = [users, servers, refresh].every((number) => Number.isInteger(number) && number > 0);
if (!isGood || users > 16_000_000 || servers < 2 || servers > 1000 || refresh > SPAN / 2) {
  complain(
    "Cannot simulate that: USERS from 1 to 16000000, SERVERS from 2 to 1000, REFRESH_SECONDS up to 60",
  );
  Deno.exit(2);
}
main(users, servers, refresh);

/** What a request costs as a site grows from a thousand users to a million. */

import { questions } from "./buddies.ts";
import { type Bench, runGenerator } from "./generators.ts";
import { makeLargeDirectory } from "./large_directory.ts";
import type { Contender, Group, Load } from "./load.ts";
import type { Named } from "./results.ts";
import { startBare, startParley, stopAll, type Target } from "./targets.ts";
import { residentBytes } from "./usage.ts";

/** How large the sites are, the largest first: it is what the others are compared with. */
const SIZES = [1_000_000, 1000, 10_000, 100_000] as const;

const BUDDIES = 5;

/** What a site of a million may take. */
const MUST = { startSeconds: 5, bytesPerUser: 1024 };

interface Site {
  readonly users: number;
  readonly server: Target;
  readonly startSeconds: number;
  readonly residentBytes: number;
}

/** Sites of all sizes at once, each with its own server. */
export async function startGrowth(bench: Bench): Promise<Group> {
  const sites: Site[] = [];
  for (const users of SIZES) sites.push(await startSite(bench, users));
  const answerBytes = BUDDIES * "user999999 101 OFFLINE unknown 0\n".length;
  const bare = await startBare("bare_udp.ts", [String(answerBytes)], "udp");
  const echo: Contender = { name: "bare", run: questions(bench, bare, 32, "user%m", SIZES[0]) };
  return {
    loads: [
      loadOf("GET, 32 at once, 1,000,000 users", sites, (site) => {
        return questions(bench, site.server, 32, "user%m", site.users);
      }, [echo]),
      loadOf("REG, 32 at once, 1,000,000 users", sites, (site) => newcomers(bench, site)),
    ],
    figures: () => footprint(bench, sites[0]!),
    stop: () => stopAll([bare, ...sites.map(({ server }) => server)]),
  };
}

function loadOf(
  name: string,
  sites: readonly Site[],
  runOf: (site: Site) => Contender["run"],
  others: readonly Contender[] = [],
): Load {
  const contenders = sites.map((site): Contender => ({
    name: nameOf(site.users),
    at: site.users,
    run: runOf(site),
  }));
  const against = [nameOf(SIZES[1]), ...others.map(({ name }) => name)];
  return {
    ...{ name, unit: "requests", axis: "users", contenders: [...contenders, ...others] },
    goals: against.map((against) => ({ against, of: "rate" })),
  };
}

/** Some thousands at a time, so that a small site stays one. */
function newcomers({ generators, seconds }: Bench, { users, server }: Site): Contender["run"] {
  let next = users;
  const each = Math.ceil(5000 * seconds);
  return () => {
    const start = next;
    next += each;
    return runGenerator(generators.tcp1, [
      ...["--port", String(server.tcp), "--conc", "32", "--total", String(each)],
      ...["--line", "REG user%d\\n", "--start", String(start)],
    ], [server]);
  };
}

async function startSite({ scratch }: Bench, users: number): Promise<Site> {
  const directory = `${scratch}/site-${users}`;
  await makeLargeDirectory(directory, users, BUDDIES);
  const begun = performance.now();
  const server = await startParley(directory);
  const startSeconds = (performance.now() - begun) / 1000;
  return { users, server, startSeconds, residentBytes: await residentBytes(server.pid) };
}

/** What a million users cost, beyond a server without any. */
async function footprint(
  { scratch }: Bench,
  { users, startSeconds, ...site }: Site,
): Promise<Named[]> {
  const empty = await startParley(`${scratch}/empty`);
  const bytes = site.residentBytes - await residentBytes(empty.pid);
  await empty.stop();
  const what = `${nameOf(users)} with ${BUDDIES} buddies each`;
  return [
    { name: `start-up with ${what}`, value: startSeconds, unit: "s", must: MUST.startSeconds },
    {
      ...{ name: "memory per user", value: Math.round(bytes / users), unit: "bytes" },
      must: MUST.bytesPerUser,
    },
  ];
}

function nameOf(users: number): string {
  return `${users.toLocaleString("en-US")} users`;
}

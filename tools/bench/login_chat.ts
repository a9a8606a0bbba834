/** What the login chat costs: lines delivered a second to everybody else who is in it. */

import { P99 } from "./buddies.ts";
import { type Bench, runGenerator } from "./generators.ts";
import type { Contender, Group, Load } from "./load.ts";
import { ngircd, startPeers } from "./peers.ts";
import type { Goal } from "./results.ts";
import { startBare, stopAll, type Target } from "./targets.ts";

const NGIRCD = "ngircd";

/** Receivers, messages under way at once, and messages of a run of one second. */
const LOADS = [
  { receivers: 99, window: 8, messages: 10_000 },
  { receivers: 99, window: 64, messages: 24_000 },
  { receivers: 1000, window: 64, messages: 2000 },
] as const;

/**
 * What a client of each server sends to be let in, and to say something to all others. In every run
 * they are others: those of the one before may not have left yet, and nobody is in twice.
 */
const WORDS: Readonly<Record<string, (run: number) => readonly string[]>> = {
  Parley: (run) => [
    ...["--send", `C LOGIN u${run}x%d\\nC PASSWORD secret\\n`, "--wait", "C 200 OK"],
    ...["--msg", "C PM\\nD @%t %d\\n"],
  ],
  // The line a receiver of ours gets.
  bare: (run) => ["--msg", `D PM u${run}x0 @%t %d\\n`],
  [NGIRCD]: (run) => [
    ...["--pong", "--send", `NICK u${run}x%d\\r\\nUSER u%d 0 * :u\\r\\n`, "--wait", " 001 "],
    ...["--send", "JOIN #r\\r\\n", "--wait", " 366 "],
    ...["--msg", "PRIVMSG #r :MSG @%t %d\\r\\n"],
  ],
};

/** One speaker and many receivers, against a bare fan-out and an IRC server. */
export async function startLoginChat(bench: Bench): Promise<Group> {
  const peers = await startPeers({ [NGIRCD]: ngircd(bench.scratch) });
  const everybody = [
    { name: "Parley", server: await startBare("chat_target.ts", [], "tcp") },
    { name: "bare", server: await startBare("bare_fanout.ts", [], "tcp") },
    ...peers.running,
  ];
  return {
    loads: LOADS.map((load): Load => ({
      name: `chat, 1 to ${load.receivers}, ${load.window} in flight`,
      unit: "deliveries",
      goals: goalsOf(load),
      contenders: everybody
        .filter(({ name }) => name !== NGIRCD || load.receivers < 1000)
        .map(({ name, server }): Contender => ({ name, run: runOf(bench, name, server, load) })),
    })),
    skipped: peers.skipped,
    stop: () => stopAll(everybody.map(({ server }) => server)),
  };
}

function goalsOf({ receivers, window }: typeof LOADS[number]): readonly Goal[] {
  const bare: Goal = { against: "bare", of: "rate", must: 0.7, aim: 0.9 };
  if (receivers === 1000) return [bare];
  const most = window === 64 ? { must: 1.5, aim: 3 } : {};
  return [bare, P99, { against: NGIRCD, of: "rate", ...most }];
}

function runOf(
  { generators, seconds }: Bench,
  name: string,
  server: Target,
  { receivers, window, messages }: typeof LOADS[number],
): Contender["run"] {
  let count = 0;
  return () =>
    runGenerator(generators.fanout, [
      ...["--port", String(server.tcp), "--members", String(receivers + 1), "--max-secs", "20"],
      ...["--msgs", String(Math.ceil(messages * seconds)), "--window", String(window)],
      ...WORDS[name]!(count++),
    ], [server]);
}

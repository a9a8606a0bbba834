/**
 * Checks a server, in any language, against the protocols, as `deno task conformance`: a line for
 * each rule, and what was seen where one is broken. Exit code 0 when every must is kept, 1 when one
 * is broken, 2 for wrong usage, 3 when nobody answers.
 */

import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../lib/core/errors.ts";
import { refuseUnknown, settingsFrom } from "./command_line.ts";
import { BUDDY_TCP_RULES } from "./conformance/buddy_tcp.ts";
import { BUDDY_UDP_RULES } from "./conformance/buddy_udp.ts";
import { CHAT_RULES } from "./conformance/chat.ts";
import { PEER_RULES } from "./conformance/peer.ts";
import { ROOM_RULES } from "./conformance/rooms.ts";
import { judge, type Level, type Rule, type Server, type Verdict } from "./conformance/rule.ts";
import { complain, print } from "./print.ts";

interface Protocol {
  readonly name: string;
  readonly tcp: number;
  /** 0 for a protocol without datagrams. */
  readonly udp: number;
  readonly rules: readonly Rule[];
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  buddy: {
    ...{ name: "Buddy protocol", tcp: 1234, udp: 1235 },
    rules: [...BUDDY_TCP_RULES, ...BUDDY_UDP_RULES],
  },
  rooms: { name: "Room protocols", tcp: 9090, udp: 9091, rules: ROOM_RULES },
  chat: { name: "Login chat protocol", tcp: 9092, udp: 0, rules: CHAT_RULES },
  peer: { name: "Peer chat, the side that is called", tcp: 4001, udp: 0, rules: PEER_RULES },
};

const USAGE = `Check a server against the protocols of Parley, whoever wrote it.

Usage: deno task conformance [--host H] [--tcp P] [--udp Q] [--protocol ${
  Object.keys(PROTOCOLS).join("|")
}]

Without ports, those the protocol usually has. For peer, the port a client takes calls at; whoever
sits at it is told what to do.

Each rule has its level:
  must    the protocol: who breaks it speaks another one, even where some clients forgive it
  should  good for somebody
  may     a courtesy
`;

const LEVELS: readonly Level[] = ["must", "should", "may"];

function settingsOf(words: readonly string[]): { protocol: Protocol; server: Server } {
  const args = parseArgs([...words], {
    string: ["host", "tcp", "udp", "protocol"],
    unknown: refuseUnknown,
  });
  const name = args.protocol ?? "buddy";
  const protocol = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
  if (protocol === undefined) {
    throw new UsageError(`No protocol "${name}": there are ${Object.keys(PROTOCOLS).join(", ")}`);
  }
  const port = (name: "tcp" | "udp"): number => {
    const text = args[name];
    if (text === undefined) return protocol[name];
    const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (number < 1 || number > 65_535) throw new UsageError(`--${name} is a port, not "${text}"`);
    return number;
  };
  return {
    protocol,
    server: { host: args.host ?? "127.0.0.1", tcp: port("tcp"), udp: port("udp") },
  };
}

async function main({ protocol, server }: ReturnType<typeof settingsOf>): Promise<number> {
  const at = `${server.host} TCP ${server.tcp}${protocol.udp > 0 ? ` UDP ${server.udp}` : ""}`;
  try {
    // A client would ring.
    if (protocol.rules !== PEER_RULES) {
      (await Deno.connect({ hostname: server.host, port: server.tcp })).close();
    }
  } catch (error) {
    complain(`conformance: Nobody answers at ${at}: ${(error as Error).message}`);
    return 3;
  }
  print(`${protocol.name}, ${at}\n\n`);
  const verdicts: Verdict[] = [];
  for await (const verdict of judge(protocol.rules, server)) {
    verdicts.push(verdict);
    show(verdict);
  }
  return sum(verdicts);
}

function show({ rule, broken }: Verdict): void {
  print(`${rule.level.padEnd(6)}  ${broken === undefined ? "kept  " : "BROKEN"}  ${rule.text}\n`);
  if (broken !== undefined) print(`${" ".repeat(16)}${broken}\n`);
}

/** Prints what it comes to. @returns the exit code */
function sum(verdicts: readonly Verdict[]): number {
  const counts = LEVELS.map((level) => {
    const of = verdicts.filter(({ rule }) => rule.level === level);
    const kept = of.filter(({ broken }) => broken === undefined).length;
    return { level, kept, all: of.length };
  });
  const parts = counts.filter(({ all }) => all > 0)
    .map(({ level, kept, all }) => `${kept} of ${all} ${level}`);
  print(`\nKept: ${parts.join(", ")}\n`);
  return counts[0]!.kept === counts[0]!.all ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(settingsFrom("conformance", USAGE, settingsOf)));

/**
 * Several servers and a balancer in front of them: what each is started with, and what it says.
 */

import { Member } from "./member.ts";

/** The ports of a server, as its `ready` line tells them. */
export interface ServerPorts {
  readonly buddy: { readonly tcp: number; readonly udp: number };
  readonly rooms: { readonly tcp: number; readonly udp: number };
  readonly chat: { readonly tcp: number };
}

/** A server of the site. */
export interface SiteServer {
  readonly number: number;
  readonly ports: ServerPorts;
  readonly member: Member;
}

const LOOPBACK = "127.0.0.1";

/** The ports people know. */
const USUAL = { buddy: [1234, 1235], rooms: [9090, 9091], chat: [9092], admin: [1239] } as const;

const ANY: ServerPorts = {
  buddy: { tcp: 0, udp: 0 },
  rooms: { tcp: 0, udp: 0 },
  chat: { tcp: 0 },
};

/** What a site is started with. */
export interface SiteSettings {
  /** What all servers share: the data directory. */
  readonly data: string;
  /** A config file with what else they share, which only its owner can read: URLs hold passwords. */
  readonly config: string;
  /** Takes every line that a program logs. */
  readonly say: (line: string) => void;
}

/**
 * Starts a server; the first time on free ports, then again on the same.
 *
 * @param started takes the process as soon as there is one, ready or not
 */
export async function startServer(
  number: number,
  ports: ServerPorts | undefined,
  { data, config, say }: SiteSettings,
  started: (member: Member) => void,
): Promise<SiteServer> {
  const { buddy, rooms, chat } = ports ?? ANY;
  const args = [
    ...[
      `--config=${config}`,
      `--host=${LOOPBACK}`,
      `--data=${data}`,
      "--services=buddy,rooms,chat",
    ],
    ...[`--tcp-port=${buddy.tcp}`, `--udp-port=${buddy.udp}`],
    ...[`--rooms-tcp-port=${rooms.tcp}`, `--rooms-udp-port=${rooms.udp}`],
    ...[`--chat-port=${chat.tcp}`, `--trust-proxy=${LOOPBACK}`, "--log-level=warn"],
  ];
  const member = await Member.start(`server ${number}`, "server", args, say);
  started(member);
  return { number, member, ports: await member.ready() as ServerPorts };
}

/** The config file of the balancer: three services over the same servers. */
export function balancerConfig(
  servers: readonly SiteServer[],
  { host, isFree }: { readonly host: string; readonly isFree: boolean },
): string {
  const port = (usual: number): number => isFree ? 0 : usual;
  const at = (port: (ports: ServerPorts) => number): string[] =>
    servers.map(({ ports }) => `${LOOPBACK}:${port(ports)}`);
  const common = { host, sendProxyV2: true };
  const services = {
    buddy: {
      ...{ listen: port(USUAL.buddy[0]), udpListen: port(USUAL.buddy[1]), ...common },
      ...{ udpSendProxy: true, check: "buddy" },
      backends: at(({ buddy }) => buddy.tcp),
      udpBackends: at(({ buddy }) => buddy.udp),
    },
    rooms: {
      ...{ listen: port(USUAL.rooms[0]), udpListen: port(USUAL.rooms[1]), ...common },
      ...{ udpSendProxy: true, strategy: "hash-room" },
      backends: at(({ rooms }) => rooms.tcp),
      udpBackends: at(({ rooms }) => rooms.udp),
    },
    chat: {
      ...{ listen: port(USUAL.chat[0]), strategy: "first", ...common },
      backends: at(({ chat }) => chat.tcp),
    },
  };
  return JSON.stringify({ services, adminPort: port(USUAL.admin[0]) }, undefined, 2) + "\n";
}

/** What a balancer's `ready` line tells. */
export interface BalancerPorts {
  readonly services: Readonly<
    Record<"buddy" | "rooms" | "chat", { readonly tcp: number; readonly udp: number | null }>
  >;
  readonly admin: number | null;
}

/** What people are told of where everything is. */
export function announcement(
  servers: readonly SiteServer[],
  balancer: Member,
  { services, admin }: BalancerPorts,
  { host, data, config }: { readonly host: string; readonly data: string; readonly config: string },
): string {
  const { buddy, rooms, chat } = services;
  const row = (name: string, pid: number, ports: readonly (number | null)[]): string => {
    const [tcp, udp, roomsTcp, roomsUdp, chatTcp] = ports.map((port) => String(port).padEnd(5));
    const buddies = `buddies TCP ${tcp} UDP ${udp}`;
    return `  ${name.padEnd(9)} pid ${String(pid).padEnd(7)}  ${buddies}   ` +
      `rooms TCP ${roomsTcp} UDP ${roomsUdp}   chat TCP ${chatTcp}`.trimEnd() + "\n";
  };
  const dial = host === "0.0.0.0" || host === "::" ? LOOPBACK : host;
  const portFlags = buddy.tcp === USUAL.buddy[0]
    ? ""
    : ` --tcp-port ${buddy.tcp} --udp-port ${buddy.udp}`;
  return [
    `\nOne system of ${servers.length} servers, all on 127.0.0.1, behind a balancer on ${host}:\n\n`,
    row("balancer", balancer.pid, [buddy.tcp, buddy.udp, rooms.tcp, rooms.udp, chat.tcp]),
    ...servers.map(({ number, member, ports: { buddy, rooms, chat } }) =>
      row(`server ${number}`, member.pid, [buddy.tcp, buddy.udp, rooms.tcp, rooms.udp, chat.tcp])
    ),
    `\n  the data directory they share  ${data}\n`,
    `  the balancer's config file     ${config}\n`,
    `  its admin page                 http://127.0.0.1:${admin}/\n`,
    `\nTalk to it:   deno task client --server ${dial}${portFlags}\n`,
    `Kill a server: its rooms close, all else goes on, and it is started again.\n`,
    `Ctrl-C stops all of it.\n\n`,
  ].join("");
}

/** The command line of `server.ts`. */

import {
  COMPACT_FROM_BYTES,
  DEFAULT_ROOM_LIMITS as ROOMS,
  DEFAULT_SERVER_LIMITS as LIMITS,
} from "../core/limits.ts";
import { presenceChoice, storeChoice } from "./store_option.ts";
import { ACCOUNT_OPTIONS, checkAccounts, guardedServices } from "./account_options.ts";
import { CHAT_OPTIONS } from "./chat_options.ts";
import type { CommandLine } from "./command_line.ts";
import { LOG_FILE_OPTIONS } from "./log_options.ts";
import {
  addressRanges,
  choices,
  ipAddress,
  optionalPort,
  type OptionTable,
  type OptionValues,
  port,
  seconds,
  text,
  toggle,
  wholeNumber,
} from "./option.ts";
import { COMMON_OPTIONS } from "./program.ts";
import { TRACE_OPTIONS } from "./trace_option.ts";
import { STATUS_OPTIONS } from "./status_options.ts";
import { CHAT_TLS_PORT, checkTls, TLS_OPTIONS } from "./tls_options.ts";

const COUNT = { min: 1, max: 1_000_000 } as const;

/** Every service that is built. */
const SERVICES = ["buddy", "rooms", "chat"] as const;

/** Every option of the server. */
export const SERVER_OPTIONS = {
  tcpPort: port("tcp-port", 1234, "buddy requests over TCP; 0 asks the system for a free port"),
  udpPort: port("udp-port", 1235, "presence over UDP; 0 asks the system for a free port"),
  roomsTcpPort: port("rooms-tcp-port", 9090, "creating and joining rooms over TCP"),
  roomsUdpPort: port("rooms-udp-port", 9091, "talking in rooms over UDP"),
  tlsPort: optionalPort("tls-port", "buddy requests over TLS"),
  roomsTlsPort: optionalPort("rooms-tls-port", "creating and joining rooms over TLS"),
  chatTlsPort: CHAT_TLS_PORT,
  ...TLS_OPTIONS,
  ...ACCOUNT_OPTIONS,
  data: text("data", "DIR", "./data", "directory of the text files, made when missing"),
  host: text("host", "ADDR", "0.0.0.0", "address to listen on; :: for IPv4 and IPv6"),
  advertise: ipAddress(
    "advertise",
    "address others reach this machine at, told instead of loopback",
  ),
  services: choices(
    "services",
    SERVICES,
    SERVICES,
    "services to run; buddy alone after a TCP_PORT",
  ),
  store: storeChoice(
    "store",
    "where users and rooms are kept (text); memory forgets on exit",
  ),
  presence: presenceChoice(
    "presence",
    "who is online, in this server or shared (memory)",
  ),
  waitForBackends: toggle(
    "wait-for-backends",
    "wait for a database or Redis that is missing at the start",
  ),
  compactFrom: wholeNumber(
    "compact-from",
    COMPACT_FROM_BYTES,
    { min: 1, max: 1_000_000_000_000 },
    "journal size in bytes from which it is folded into users.txt",
  ),
  ...CHAT_OPTIONS,
  presenceTtl: seconds("presence-ttl", 30, "seconds a user stays online without a new SET"),
  trustProxy: addressRanges(
    "trust-proxy",
    "balancers: may say whose a connection is, and are not limited by address",
  ),
  maxConnections: wholeNumber(
    "max-connections",
    LIMITS.maxConnections,
    COUNT,
    "connections open at once",
  ),
  maxConnectionsPerAddress: wholeNumber(
    "max-connections-per-address",
    LIMITS.maxConnectionsPerAddress,
    COUNT,
    "connections open at once from one address",
  ),
  connectionRate: wholeNumber(
    "connection-rate",
    LIMITS.connectionRate,
    COUNT,
    "new connections a second from one address",
  ),
  connectionBurst: wholeNumber(
    "connection-burst",
    LIMITS.connectionBurst,
    COUNT,
    "new connections one address may open at once",
  ),
  readDeadlineSeconds: seconds(
    "read-deadline",
    LIMITS.readDeadlineSeconds,
    "seconds a client has to send its request",
  ),
  maxRooms: wholeNumber("max-rooms", ROOMS.maxRooms, COUNT, "rooms open at once"),
  maxRoomMembers: wholeNumber(
    "max-room-members",
    ROOMS.maxRoomMembers,
    COUNT,
    "members of one room, its host included",
  ),
  roomDatagramRate: wholeNumber(
    "room-datagram-rate",
    ROOMS.roomDatagramRate,
    COUNT,
    "datagrams a second from one member of a room",
  ),
  roomDatagramBurst: wholeNumber(
    "room-datagram-burst",
    ROOMS.roomDatagramBurst,
    COUNT,
    "datagrams one member of a room may send at once",
  ),
  roomIdleSeconds: seconds(
    "room-idle",
    ROOMS.roomIdleSeconds,
    "seconds without a datagram after which a member of a room is gone",
  ),
  ...STATUS_OPTIONS,
  ...TRACE_OPTIONS,
  ...LOG_FILE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** The server's options, read. */
export type ServerOptions = OptionValues<typeof SERVER_OPTIONS>;

/**
 * The options a command line asks for. With a port given by position and no word about services,
 * only buddies are served: so two servers start side by side, whatever else is built. Where accounts
 * have passwords, and there is no word either, what can be guarded is served.
 *
 * @throws UsageError when options do not go together
 */
export function serverOptionsOf(
  { options, given, positional }: CommandLine<typeof SERVER_OPTIONS>,
): ServerOptions {
  checkTls(options, [options.tlsPort, options.roomsTlsPort, options.chatTlsPort]);
  const hasOwnPort = positional.has("tcpPort") || positional.has("udpPort");
  const services = given.has("services")
    ? options.services
    : hasOwnPort
    ? ["buddy" as const]
    : options.accounts === "password"
    ? guardedServices(options)
    : options.services;
  checkAccounts({ ...options, services });
  return { ...options, services };
}

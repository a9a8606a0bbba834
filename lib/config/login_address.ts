/**
 * Who, and at which server, in one word: `alice@labserver`, `alice@labserver:1234`,
 * `alice@[2001:db8::7]:1234/1235`. The second port is the one for presence (UDP); without it, it is
 * the one after the first, as servers have it that run side by side.
 */

import { UsageError } from "../core/errors.ts";
import { isHost, isIPv6 } from "../core/host_name.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";
import type { Option } from "./option.ts";

/** Where a server for buddies is. */
export interface ServerPlace {
  /** Name or address, an IPv6 one without brackets. */
  readonly host: string;
  /** Where requests go. */
  readonly tcpPort: number;
  /** Where presence goes. */
  readonly udpPort: number;
}

/** A word as it was written: what it does not say is `undefined`. */
export interface LoginAddress {
  /** Before the `@`. */
  readonly user: UserId | undefined;
  /** Behind it: a name or address, an IPv6 one without brackets. */
  readonly host: string | undefined;
  /** Behind the `:`. */
  readonly tcpPort: number | undefined;
  /** Behind the `/`. */
  readonly udpPort: number | undefined;
}

/** What a user id may be. */
const USER_ID_RULE = "1 to 32 of A-Z a-z 0-9 . _ -, a letter or digit first";

/** How the word is written. */
export const LOGIN_FORM = "USER@HOST[:PORT]";

/** Where a server is unless somebody says otherwise. */
export const USUAL_PLACE = { server: "127.0.0.1", tcpPort: 1234, udpPort: 1235 } as const;

/**
 * Reads `USER`, `@HOST` or `USER@HOST`, with ports behind a host.
 *
 * @throws UsageError naming the part that is wrong
 */
export function parseLoginAddress(given: string, label: string): LoginAddress {
  const refuse = refusing(given, label);
  const at = given.indexOf("@");
  const name = at < 0 ? given : given.slice(0, at);
  const user = parseUserId(name);
  if (user === undefined && (name !== "" || at < 0)) {
    refuse(`"${name}" is no user id, which is ${USER_ID_RULE}`);
  }
  if (at < 0) return { user, host: undefined, tcpPort: undefined, udpPort: undefined };
  return { user, ...parsePlace(given.slice(at + 1), refuse) };
}

/**
 * Reads the same where a server is asked for: `HOST` needs no `@` in front.
 *
 * @throws UsageError naming the part that is wrong
 */
export function parseServerAddress(given: string, label: string): LoginAddress {
  if (given.includes("@")) return parseLoginAddress(given, label);
  return { user: undefined, ...parsePlace(given, refusing(given, label)) };
}

function refusing(given: string, label: string): (what: string) => never {
  return (what) => {
    throw new UsageError(`Cannot use ${label} "${given}": ${what}`);
  };
}

/** A host, an IPv6 address in brackets, and whatever is behind the colon. */
const PLACE = /^(?:\[([^[\]]*)\]|([^:[\]]*))(?::([^:]*))?$/;

function parsePlace(
  text: string,
  refuse: (what: string) => never,
): Pick<LoginAddress, "host" | "tcpPort" | "udpPort"> {
  const [, bracketed, plain, ports] = PLACE.exec(text) ??
    refuse("an IPv6 address stands in brackets, [2001:db8::7]");
  const host = bracketed ?? plain ?? "";
  if (bracketed === undefined ? !isHost(host) : !isIPv6(host)) {
    refuse(host === "" ? "it needs a HOST" : `"${host}" is no host name and no address`);
  }
  if (ports === undefined) return { host, tcpPort: undefined, udpPort: undefined };
  const [tcp = "", udp, more] = ports.split("/");
  const tcpPort = parsePort(tcp) ?? refuse(`"${tcp}" is no port from 1 to 65535`);
  if (more !== undefined) refuse("expected :TCP_PORT or :TCP_PORT/UDP_PORT");
  if (udp === undefined) return { host, tcpPort, udpPort: undefined };
  return {
    host,
    tcpPort,
    udpPort: parsePort(udp) ?? refuse(`"${udp}" is no port from 1 to 65535`),
  };
}

function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Writes it as {@linkcode parseLoginAddress} reads it, as short as it can be. */
export function loginAddressText(user: UserId | undefined, place: ServerPlace): string {
  const { host, tcpPort, udpPort } = place;
  const at = `${user ?? ""}@${host.includes(":") ? `[${host}]` : host}`;
  if (tcpPort === USUAL_PLACE.tcpPort && udpPort === USUAL_PLACE.udpPort) return at;
  return udpPort === tcpPort + 1 ? `${at}:${tcpPort}` : `${at}:${tcpPort}/${udpPort}`;
}

/** A user id, checked and folded. */
export function userId(
  flag: string,
  valueName: string,
  help: string,
): Option<UserId | undefined> {
  return {
    flag,
    valueName,
    default: undefined,
    help,
    parse([given = ""], label) {
      const id = parseUserId(given);
      if (id !== undefined) return id;
      throw new UsageError(`Cannot use ${label} "${given}": expected ${USER_ID_RULE}`);
    },
  };
}

/** A word with a host in it, and perhaps a user. */
export function loginAddress(flag: string, help: string): Option<LoginAddress | undefined> {
  return {
    flag,
    valueName: LOGIN_FORM,
    default: undefined,
    help,
    parse([given = ""], label) {
      if (given.includes("@")) return parseLoginAddress(given, label);
      throw new UsageError(
        `Cannot use ${label} "${given}": it has no @, and is no command (see --help)`,
      );
    },
  };
}

/** A word with a user in it, and perhaps a host. */
export function userAddress(flag: string, help: string): Option<LoginAddress | undefined> {
  return {
    flag,
    valueName: "USER[@HOST]",
    default: undefined,
    help,
    parse([given = ""], label) {
      const login = parseLoginAddress(given, label);
      if (login.user !== undefined) return login;
      throw new UsageError(`Cannot use ${label} "${given}": it needs a USER before the @`);
    },
  };
}

/** The place of a server as options give it, one by one. */
export interface PlaceOptions {
  /** `--server` */
  readonly server: string;
  /** `--tcp-port` */
  readonly tcpPort: number;
  /** `--udp-port` */
  readonly udpPort: number;
}

/**
 * Where the server is, from a word and from options beside it.
 *
 * @param given names of the options that somebody gave; the others are defaults
 * @throws UsageError when both say the same
 */
export function placeOf(
  login: LoginAddress | undefined,
  { server, tcpPort, udpPort }: PlaceOptions = USUAL_PLACE,
  given: ReadonlySet<string> = new Set(),
): ServerPlace {
  const said = [
    ["server", "--server", login?.host],
    ["tcpPort", "--tcp-port", login?.tcpPort],
    ["udpPort", "--udp-port", login?.udpPort],
  ] as const;
  for (const [name, flag, value] of said) {
    if (value === undefined || !given.has(name)) continue;
    throw new UsageError(`Cannot use ${flag} beside "${value}" behind the @: give one of them`);
  }
  const next = login?.tcpPort === undefined || given.has("udpPort") ? udpPort : login.tcpPort + 1;
  return {
    host: login?.host ?? server,
    tcpPort: login?.tcpPort ?? tcpPort,
    // The last port has none behind it.
    udpPort: login?.udpPort ?? (next > 65_535 ? udpPort : next),
  };
}

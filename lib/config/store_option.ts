/**
 * The options that name a backend: a word, or a URL with a password in it. Such a URL is a secret:
 * no message and no help text ever quotes one.
 */

import type {
  BackendTls,
  DatabaseAddress,
  PresenceChoice,
  RedisAddress,
  StoreChoice,
} from "../core/backend_address.ts";
import { UsageError } from "../core/errors.ts";
import type { Option } from "./option.ts";

/** How a database is named. */
export const POSTGRES = "postgres://USER:PASSWORD@HOST:PORT/DATABASE";
const REDIS = "redis://:PASSWORD@HOST:PORT";

/** Where users and rooms are kept. */
export function storeChoice(flag: string, help: string): Option<StoreChoice> {
  return {
    flag,
    valueName: "text|memory|postgres://...",
    default: { kind: "text" },
    secret: true,
    help,
    parse([text = ""], label) {
      if (text === "text" || text === "memory") return { kind: text };
      if (!isDatabaseUrl(text)) {
        throw new UsageError(`Cannot use ${label}: expected text, memory or ${POSTGRES}`);
      }
      return { kind: "postgres", address: parseDatabaseUrl(text, label) };
    },
  };
}

/** Whether a text names a database, be it right or wrong. */
export function isDatabaseUrl(text: string): boolean {
  return /^postgres(?:ql)?:/i.test(text);
}

/** Where presence is kept. */
export function presenceChoice(flag: string, help: string): Option<PresenceChoice> {
  return {
    flag,
    valueName: "memory|redis://...",
    default: { kind: "memory" },
    secret: true,
    help,
    parse([text = ""], label) {
      if (text === "memory") return { kind: "memory" };
      if (!/^rediss?:/i.test(text)) {
        throw new UsageError(`Cannot use ${label}: expected memory or ${REDIS}`);
      }
      return { kind: "redis", address: parseRedisUrl(text, label) };
    },
  };
}

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=disable|require|verify-full`, and with the last
 * one `&sslrootcert=FILE`.
 *
 * @throws UsageError saying what is wrong, without quoting it
 */
export function parseDatabaseUrl(text: string, label: string): DatabaseAddress {
  const url = parseUrl(text, label, POSTGRES);
  const user = part(url.username, label);
  const database = part(url.pathname.slice(1), label);
  if (user === "") throw wrong(label, "it names no user", POSTGRES);
  if (database === "" || database.includes("/")) {
    throw wrong(label, "it names no database", POSTGRES);
  }
  for (const name of url.searchParams.keys()) {
    if (name !== "sslmode" && name !== "sslrootcert") {
      throw wrong(label, "only sslmode and sslrootcert may stand behind the ?", POSTGRES);
    }
  }
  const mode = url.searchParams.get("sslmode") ?? "disable";
  const tls = SSL_MODES.get(mode);
  if (tls === undefined) {
    throw wrong(label, `sslmode is one of ${[...SSL_MODES.keys()].join(", ")}`, POSTGRES);
  }
  const caFile = url.searchParams.get("sslrootcert") ?? "";
  if (caFile !== "" && tls !== "verified") {
    throw wrong(label, "sslrootcert goes with sslmode=verify-full", POSTGRES);
  }
  return {
    ...{ ...hostOf(url, 5432), user, password: part(url.password, label), database, tls },
    ...(caFile === "" ? {} : { caFile }),
  };
}

const SSL_MODES: ReadonlyMap<string, BackendTls> = new Map([
  ["disable", "off"],
  ["require", "encrypted"],
  ["verify-full", "verified"],
]);

/**
 * Reads `redis://USER:PASSWORD@HOST:PORT/NUMBER`; `rediss:` is Redis over TLS, and may end with
 * `?sslrootcert=FILE`.
 *
 * @throws UsageError saying what is wrong, without quoting it
 */
export function parseRedisUrl(text: string, label: string): RedisAddress {
  const url = parseUrl(text, label, REDIS);
  const number = url.pathname.slice(1) || "0";
  if (!/^\d{1,5}$/.test(number)) throw wrong(label, "a database of Redis has a number", REDIS);
  const tls = url.protocol === "rediss:" ? "verified" : "off";
  if ([...url.searchParams.keys()].some((name) => name !== "sslrootcert")) {
    throw wrong(label, "only sslrootcert may stand behind the ?", REDIS);
  }
  const caFile = url.searchParams.get("sslrootcert") ?? "";
  if (caFile !== "" && tls === "off") throw wrong(label, "sslrootcert goes with rediss:", REDIS);
  return {
    ...hostOf(url, 6379),
    user: part(url.username, label),
    password: part(url.password, label),
    database: Number(number),
    tls,
    ...(caFile === "" ? {} : { caFile }),
  };
}

function parseUrl(text: string, label: string, form: string): URL {
  const url = URL.parse(text);
  if (url === null || url.hash !== "") {
    throw wrong(label, "it is no such URL (a # or / in a password is written %23, %2F)", form);
  }
  if (url.hostname === "") throw wrong(label, "it names no host", form);
  return url;
}

function hostOf(url: URL, port: number): { readonly host: string; readonly port: number } {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: url.port === "" ? port : Number(url.port) };
}

function part(text: string, label: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError(`Cannot use ${label}: write a % in it as %25`);
  }
}

function wrong(label: string, what: string, form: string): UsageError {
  return new UsageError(`Cannot use ${label}: ${what}; expected ${form}`);
}

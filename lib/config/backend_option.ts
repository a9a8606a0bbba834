/** A backend as it is written on a command line: `HOST:PORT[,weight=N][,max=N][,backup]`. */

import { hostPort } from "../core/endpoint.ts";
import { UsageError } from "../core/errors.ts";
import { isHost, isIPv6 } from "../core/host_name.ts";
import type { Option } from "./option.ts";

/** One server behind the balancer, as configured. */
export interface BackendSettings {
  /** Name or address. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Its share against the others, 0 (nothing new) to 1000. */
  readonly weight: number;
  /** Connections it is given at the same time; `Infinity` when not bounded. */
  readonly max: number;
  /** Whether it is used only while no other backend is up. */
  readonly isBackup: boolean;
}

/** Bounds of `weight=N`. */
export const WEIGHT_RANGE = { min: 0, max: 1000 } as const;

const MAX_RANGE = { min: 1, max: 1_000_000 } as const;

/** How the backend is called everywhere: `127.0.0.1:5001`, `[::1]:5001`. */
export function backendName({ host, port }: Pick<BackendSettings, "host" | "port">): string {
  return hostPort(host, port);
}

/** Reads whole numbers of a range; anything else is `undefined`. */
export function numberIn(
  text: string,
  range: { readonly min: number; readonly max: number },
): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  return number >= range.min && number <= range.max ? number : undefined;
}

/**
 * Reads one backend.
 *
 * @throws UsageError naming the part that is wrong
 */
export function parseBackend(given: string, label: string): BackendSettings {
  const [address = "", ...words] = given.split(",").map((word) => word.trim());
  const refuse = (what: string): never => {
    throw new UsageError(`Cannot use ${label} "${given}": ${what}`);
  };
  const { host, port } = splitAddress(address) ??
    refuse("expected HOST:PORT[,weight=N][,max=N][,backup]");
  let [weight, max, isBackup] = [1, Infinity, false];
  const seen = new Set<string>();
  for (const word of words) {
    const [name = "", value] = word.split("=", 2);
    if (seen.has(name)) refuse(`"${name}" is there twice`);
    seen.add(name);
    if (name === "weight" && value !== undefined) {
      weight = numberIn(value, WEIGHT_RANGE) ?? refuse("a weight is a number from 0 to 1000");
    } else if (name === "max" && value !== undefined) {
      max = numberIn(value, MAX_RANGE) ?? refuse("max is a number from 1 to 1000000");
    } else if (word === "backup") {
      isBackup = true;
    } else {
      refuse(`"${word}" is none of weight=N, max=N and backup`);
    }
  }
  return { host, port, weight, max, isBackup };
}

function splitAddress(address: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, digits = ""] =
    /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address) ??
      [];
  const port = numberIn(digits, { min: 1, max: 65_535 });
  if (port === undefined) return undefined;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined;
  return plain !== undefined && isHost(plain) ? { host: plain, port } : undefined;
}

/** Backends, given one by one; the same one twice is refused. */
export function backends(
  flag: string,
  value: readonly BackendSettings[],
  help: string,
): Option<readonly BackendSettings[]> {
  return {
    flag,
    valueName: "HOST:PORT[,...]",
    default: value,
    shownDefault: value.map(backendName).join(),
    help,
    repeatable: true,
    parse(texts, label) {
      const parsed = texts.map((text) => parseBackend(text, label));
      const names = parsed.map(backendName);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      if (twice !== undefined) {
        throw new UsageError(`Cannot use ${label}: "${twice}" is there twice`);
      }
      if (parsed.length === 0) throw new UsageError(`Cannot use ${label}: it needs a backend`);
      return parsed;
    },
  };
}

/** Where a backend takes datagrams. */
export type DatagramBackend = Pick<BackendSettings, "host" | "port">;

/** Addresses of backends, given one by one, without anything else: `HOST:PORT`. */
export function datagramBackends(flag: string, help: string): Option<readonly DatagramBackend[]> {
  return {
    flag,
    valueName: "HOST:PORT",
    default: [],
    shownDefault: "none",
    help,
    repeatable: true,
    parse(texts, label) {
      return texts.map((text) => {
        const address = splitAddress(text.trim());
        if (address !== undefined) return address;
        throw new UsageError(`Cannot use ${label} "${text}": expected HOST:PORT`);
      });
    },
  };
}

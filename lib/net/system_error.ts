/**
 * What the system says when a socket call fails, in words for people.
 */

import { reasonOf, systemReason } from "../core/errors.ts";

/** The system's own name for an error (`ECONNREFUSED`), where it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

const CONNECT_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing is listening there",
  ECONNRESET: "the connection was reset",
  EHOSTUNREACH: "there is no route to that host",
  ENETUNREACH: "that network cannot be reached",
  ETIMEDOUT: "no answer in time",
  EACCES: "the system does not allow it",
  EADDRNOTAVAIL: "that address cannot be used from here",
};

/** What this machine or process has run out of: no fault of whoever was to be reached. */
const SHORTAGES: Readonly<Record<string, string>> = {
  EMFILE: "this process has no descriptor left; raise its limit (ulimit -n) or allow fewer " +
    "connections",
  ENFILE: "this machine has no descriptor left; close something or allow fewer connections",
  ENOBUFS: "this machine has no room for more connections; allow fewer",
  ENOMEM: "this machine has no memory left; allow fewer connections",
};

/** What there is too little of here when a connection cannot be made, if it is that, and what to do. */
export function shortageReason(error: unknown): string | undefined {
  return SHORTAGES[systemCode(error) ?? ""];
}

/** Why a connection could not be made. */
export function connectReason(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return "no answer in time";
  const known = CONNECT_REASONS[systemCode(error) ?? ""];
  if (known !== undefined) return known;
  const message = reasonOf(error);
  return /failed to lookup address|name resolution|not known|No address associated/i.test(message)
    ? "the name is not known"
    : systemReason(error);
}

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is in use; stop the program that has it or choose another port",
  EACCES: "the system does not allow it; choose a port above 1023",
  EADDRNOTAVAIL: "this machine does not have that address",
};

/** Why an address could not be listened on, and what to do. */
export function listenReason(error: unknown): string {
  return LISTEN_REASONS[systemCode(error) ?? ""] ?? connectReason(error);
}

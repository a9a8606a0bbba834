/**
 * What the commands for scripts say, made from values. Pure. What comes from outside goes through
 * `visibleText` here, but for what a program reads.
 */

import { hostPort } from "../core/endpoint.ts";
import type { BuddyPresence } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import type { BuddyReply } from "../wire/buddy_reply.ts";
import type { ClientRequest } from "./server_link.ts";

/** A change that one request makes. */
export type Change = Extract<ClientRequest, { kind: "register" | "add" | "remove" }>;

/** What came of a change; a refusal is worded as the end of a program's message. */
export interface ChangeOutcome {
  readonly isDone: boolean;
  readonly text: string;
}

/** Words the reply to a change. */
export function changeOutcome(change: Change, reply: BuddyReply): ChangeOutcome {
  if (reply.code === 200) return { isDone: true, text: doneText(change) };
  const why = refusalText(change, reply.code) ?? "The server refuses";
  return { isDone: false, text: `${why} (${visibleText(reply.text)})` };
}

function doneText(change: Change): string {
  switch (change.kind) {
    case "register":
      return `Registered as ${change.user}.`;
    case "add":
      return `${change.buddy} is now a buddy of ${change.user}.`;
    case "remove":
      return `${change.buddy} is no buddy of ${change.user} any more.`;
  }
}

function refusalText(change: Change, code: number | undefined): string | undefined {
  if (change.kind === "register") return code === 203 ? `${change.user} is taken` : undefined;
  const { user, buddy, kind } = change;
  if (code === 202) return `No such user: ${user === buddy ? user : `${user} or ${buddy}`}`;
  if (code !== 201) return undefined;
  if (user === buddy) return `${user} cannot be a buddy of ${user}`;
  return kind === "add" ? `${buddy} is a buddy of ${user} already` : undefined;
}

/** What `status --json` prints: stable, keys in this order, and no others. */
export interface StatusRecord {
  /** When this was found, in UTC: `2026-11-21T14:03:22.120Z`. */
  readonly time: string;
  readonly buddy: string;
  /** `null` when they are a buddy no more. */
  readonly status: BuddyPresence["status"] | null;
  /** `null` when no address is known. */
  readonly ip: string | null;
  readonly port: number | null;
}

/** Somebody in a list, or gone from it. */
export type StatusChange = Partial<BuddyPresence<string>> & Pick<BuddyPresence<string>, "buddy">;

/** One JSON object, for a program. */
export function statusJson({ buddy, status, address }: StatusChange, at: number): string {
  const record: StatusRecord = {
    time: new Date(at).toISOString(),
    buddy,
    status: status ?? null,
    ip: address?.ip ?? null,
    port: address?.port ?? null,
  };
  return JSON.stringify(record);
}

/** One line of `status --watch`, for a person: `14:03:22 bob ONLINE 192.0.2.7:40123`. */
export function statusNews({ buddy, status, address }: StatusChange, at: number): string {
  const time = new Date(at).toTimeString().slice(0, 8);
  const where = address === undefined || status === "OFFLINE"
    ? ""
    : ` ${visibleText(hostPort(address.ip, address.port))}`;
  return `${time} ${visibleText(buddy)} ${status ?? "is no buddy any more"}${where}`;
}

/** What is new in a list, in its order; who is gone from it comes last. */
export function statusChanges(
  before: readonly BuddyPresence<string>[],
  after: readonly BuddyPresence<string>[],
): StatusChange[] {
  const known = new Map(before.map((entry) => [entry.buddy, fingerprint(entry)]));
  const changed = after.filter((entry) => known.get(entry.buddy) !== fingerprint(entry));
  const present = new Set(after.map(({ buddy }) => buddy));
  const gone = before.filter(({ buddy }) => !present.has(buddy));
  return [...changed, ...gone.map(({ buddy }) => ({ buddy }))];
}

/** What a change is seen by. Where somebody was last, who is offline, is none. */
function fingerprint({ status, address }: BuddyPresence<string>): string {
  if (status === "OFFLINE") return status;
  return `${status} ${address?.ip} ${address?.port}`;
}

/** A user whose list is asked for and who does not exist. */
export function noSuchUserText(user: UserId, reply: BuddyReply): string {
  return `No such user: ${user} (${visibleText(reply.text)})`;
}

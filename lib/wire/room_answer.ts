/**
 * Answers about rooms: a compliance and a complete frame, whatever the outcome. Rules:
 * protocols/rooms.md, TCRP, and docs/protocols/rooms-extensions.md.
 */

import { copyOf } from "../core/bytes.ts";
import { MAX_ROOM_ANSWER_BYTES } from "../core/limits.ts";
import { encodeTcrpFrame, TCRP_STATES, type TcrpFrame } from "./tcrp.ts";

/** A room in a list. */
export interface RoomSummary {
  /** Its name, any text when it came from a server. */
  readonly room: string;
  /** How many members it has. */
  readonly members: number;
  /** Whether joining takes a password. */
  readonly password: boolean;
}

/** What a server grants. */
export interface GrantedAnswer {
  /** What tells it from a refusal. */
  readonly success: true;
  /** What proves the member from now on; empty where none was asked for. */
  readonly token: string;
  /** The rooms there are; to `list`. */
  readonly rooms?: readonly RoomSummary[];
  /** How many rooms did not fit. */
  readonly more?: number;
  /** Who is in the room; to `who`. */
  readonly members?: readonly string[];
  /** Who of them is its host. */
  readonly host?: string;
}

/** What a server refuses, and why where it says so. */
export interface RefusedAnswer {
  /** What tells it from a grant. */
  readonly success: false;
  /** A short reason; older servers give none. */
  readonly error: string | undefined;
}

/** What came of a request. */
export type RoomAnswer = GrantedAnswer | RefusedAnswer;

/** Why joining failed where a password is needed; a client that hears it may ask for one. */
export const PASSWORD_NEEDED = "a password is needed";

/** Why `who` failed for somebody who is no member, or no more: a client's chat is over then. */
export const NO_MEMBER = "that token is of no member of the room";

const encoder = new TextEncoder();

/** Writes both frames that answer a request; room and operation are repeated as they came. */
export function encodeRoomAnswer(
  request: Pick<TcrpFrame, "room" | "operation">,
  answer: RoomAnswer,
): Uint8Array<ArrayBuffer> {
  const { room, operation } = request;
  const { compliance, complete } = TCRP_STATES;
  const frame = (state: TcrpFrame["state"], text: string): Uint8Array =>
    encodeTcrpFrame({ room, operation, state, payload: encoder.encode(text) });
  return copyOf([
    frame(compliance, complianceText(answer)),
    frame(complete, completeText(answer)),
  ]);
}

function complianceText(answer: RoomAnswer): string {
  if (answer.success) return '{"success": 1}';
  const { error } = answer;
  return error === undefined
    ? '{"success": 0}'
    : `{"success": 0, "error": ${JSON.stringify(error)}}`;
}

function completeText(answer: RoomAnswer): string {
  if (!answer.success) return '{"token": ""}';
  const { token, rooms, members, host } = answer;
  const said = [`"token": ${JSON.stringify(token)}`];
  if (rooms !== undefined) said.push(roomsText(rooms));
  if (members !== undefined) said.push(`"members": ${JSON.stringify(members)}`);
  if (host !== undefined) said.push(`"host": ${JSON.stringify(host)}`);
  return `{${said.join(", ")}}`;
}

/** As many rooms as fit, and how many more there are. */
function roomsText(rooms: readonly RoomSummary[]): string {
  const texts: string[] = [];
  // The rest of the answer has its place in what is left.
  let bytesLeft = MAX_ROOM_ANSWER_BYTES - 256;
  for (const { room, members, password } of rooms) {
    const text = JSON.stringify({ room, members, password });
    bytesLeft -= encoder.encode(text).length + 2;
    if (bytesLeft < 0) break;
    texts.push(text);
  }
  const more = rooms.length - texts.length;
  return `"rooms": [${texts.join(", ")}]` + (more > 0 ? `, "more": ${more}` : "");
}

/**
 * Reads the payloads of a compliance and a complete frame as any server in the field writes them.
 *
 * @returns `undefined` when they are not JSON objects
 */
export function parseRoomAnswer(
  compliance: Uint8Array,
  complete: Uint8Array,
): RoomAnswer | undefined {
  const said = parseObject(compliance);
  const given = parseObject(complete);
  if (said === undefined || given === undefined) return undefined;
  if (!said.success) return { success: false, error: textOf(said.error) };
  const { token, rooms, more, members, host } = given;
  return {
    success: true,
    token: textOf(token) ?? "",
    ...(Array.isArray(rooms) ? { rooms: rooms.flatMap(summaryOf) } : {}),
    ...(typeof more === "number" ? { more } : {}),
    ...(Array.isArray(members)
      ? { members: members.filter((name) => typeof name === "string") }
      : {}),
    ...(typeof host === "string" ? { host } : {}),
  };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function summaryOf(value: unknown): RoomSummary[] {
  if (value === null || typeof value !== "object") return [];
  const { room, members, password } = value as Record<string, unknown>;
  if (typeof room !== "string" || typeof members !== "number") return [];
  return [{ room, members, password: password === true }];
}

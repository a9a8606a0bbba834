/**
 * Which bytes of a JSON payload may be a secret: every value but those of the few members that the
 * room protocol names and that are none.
 */

import type { ByteSpan, WireSide } from "../core/wire_message.ts";
import { allOf, bytesAsText } from "./masked_bytes.ts";

/** Members that may be seen, by who sends them. */
const PUBLIC: Readonly<Record<WireSide, ReadonlySet<string>>> = {
  client: new Set(["username"]),
  server: new Set(["success", "error", "rooms", "room", "members", "more", "host"]),
};

/** Members whose name may be seen, and nothing else. */
const SECRET = new Set(["password", "token"]);

const PIECE = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;

/**
 * What to hide of a payload that should be a JSON object; all of it when it is none, or when a client
 * has put something into it that no request holds.
 */
export function secretMembers(payload: Uint8Array, from: WireSide): ByteSpan[] {
  const text = bytesAsText(payload);
  const members = membersOf(text);
  if (members === undefined) return [allOf(payload)];
  const isNested = members.some((value) => typeof value === "object" && value !== null);
  if (from === "client" && isNested) return [allOf(payload)];
  const spans: ByteSpan[] = [];
  let isPublic = false;
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    const isText = piece.startsWith('"');
    const span = isText
      ? { start: index + 1, end: index + piece.length - 1 }
      : { start: index, end: index + piece.length };
    if (isText && /^\s*:/.test(text.slice(span.end + 1))) {
      const name = JSON.parse(piece);
      isPublic = PUBLIC[from].has(name);
      if (!isPublic && !SECRET.has(name)) spans.push(span);
    } else if (!isPublic && !/^[tfn]/.test(piece)) spans.push(span);
  }
  return spans;
}

/** What the members of a JSON object hold; `undefined` when it is none. */
function membersOf(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
    return isObject ? Object.values(value) : undefined;
  } catch {
    return undefined;
  }
}

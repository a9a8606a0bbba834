/**
 * Which bytes of a JSON payload may be a secret: every value but those of the few members that the
 * room protocol names and that are none.
 */

import type { ByteSpan } from "../core/wire_message.ts";
import { allOf, bytesAsText } from "./masked_bytes.ts";

/** Members that may be seen. */
const PUBLIC = new Set([
  "username",
  "success",
  "error",
  "rooms",
  "room",
  "members",
  "more",
  "host",
]);

/** Members whose name may be seen, and nothing else. */
const SECRET = new Set(["password", "token"]);

const PIECE = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;

/** What to hide of a payload that should be a JSON object; all of it when it is none. */
export function secretMembers(payload: Uint8Array): ByteSpan[] {
  const text = bytesAsText(payload);
  if (!isObject(text)) return [allOf(payload)];
  const spans: ByteSpan[] = [];
  let isPublic = false;
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    const isText = piece.startsWith('"');
    const span = isText
      ? { start: index + 1, end: index + piece.length - 1 }
      : { start: index, end: index + piece.length };
    if (isText && /^\s*:/.test(text.slice(span.end + 1))) {
      const name = JSON.parse(piece);
      isPublic = PUBLIC.has(name);
      if (!isPublic && !SECRET.has(name)) spans.push(span);
    } else if (!isPublic && !/^[tfn]/.test(piece)) spans.push(span);
  }
  return spans;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value);
  } catch {
    return false;
  }
}

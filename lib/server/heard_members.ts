/**
 * Which members of rooms a server hears, as it tells the others: JSON, `[[TOKEN, AGO], ...]` with the
 * milliseconds since each was heard. Who was heard last has them, so clocks need not agree.
 */

/** A member's token, and how many milliseconds ago they were heard. */
export type HeardMember = readonly [token: string, agoMs: number];

/** Members told with one message. */
const MAX_AT_ONCE = 1000;

const encoder = new TextEncoder();

/** Writes members, as few messages as their number takes. */
export function encodeHeard(members: readonly HeardMember[]): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < members.length; at += MAX_AT_ONCE) {
    messages.push(encoder.encode(JSON.stringify(members.slice(at, at + MAX_AT_ONCE))));
  }
  return messages;
}

/** Reads members; whatever is none is left out. */
export function parseHeard(message: Uint8Array): HeardMember[] {
  try {
    const members: unknown = JSON.parse(new TextDecoder().decode(message));
    return Array.isArray(members) ? members.filter(isHeardMember) : [];
  } catch {
    return [];
  }
}

function isHeardMember(value: unknown): value is HeardMember {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [token, agoMs] = value;
  return typeof token === "string" && typeof agoMs === "number" && agoMs >= 0;
}

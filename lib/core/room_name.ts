/**
 * What rooms and their members are called. Rule: protocols/rooms.md, TCRP.
 *
 * Names are any text without control characters, compared as they are: checked here once, where they
 * enter, and written in UTF-8 wherever they cross a wire. A member's name is what others know them
 * by, so one that only looks or is shown like somebody else's is none.
 */

/** Marks a text as checked; exists for the compiler only. */
export declare const roomNameBrand: unique symbol;

/** Marks a text as checked; exists for the compiler only. */
export declare const memberNameBrand: unique symbol;

/** A valid room name. Made only by {@linkcode parseRoomName}. */
export type RoomName = string & { readonly [roomNameBrand]: true };

/** A valid name of a member. Made only by {@linkcode parseMemberName}. */
export type MemberName = string & { readonly [memberNameBrand]: true };

/** Longest room name: in characters, and in bytes of UTF-8. */
export const ROOM_NAME_LENGTH = { characters: 64, bytes: 255 } as const;

/** Longest name of a member: in characters, and in bytes of UTF-8. */
export const MEMBER_NAME_LENGTH = { characters: 32, bytes: 127 } as const;

/** What a room name is, for people. */
export const ROOM_NAME_RULE = "1 to 64 characters, at most 255 bytes, no control characters";

/** What a member's name is, for people. */
export const MEMBER_NAME_RULE: string = "1 to 32 characters, at most 127 bytes, " +
  "no control or invisible characters, no blanks at its ends, no quotes around it";

/** Reads a room name; see {@linkcode ROOM_NAME_RULE}. */
export function parseRoomName(text: string): RoomName | undefined {
  return isName(text, ROOM_NAME_LENGTH) ? text as RoomName : undefined;
}

/** Reads a name of a member; see {@linkcode MEMBER_NAME_RULE}. */
export function parseMemberName(text: string): MemberName | undefined {
  if (!isName(text, MEMBER_NAME_LENGTH)) return undefined;
  const isLookAlike = text !== text.trim() || INVISIBLE.test(text) || unquoted(text) !== undefined;
  return isLookAlike ? undefined : text as MemberName;
}

/** Characters that do not show, like a blank without width. */
const INVISIBLE = /\p{Cf}|\p{Default_Ignorable_Code_Point}/u;

/**
 * The text that a text in JSON quotes stands for; `undefined` where it is none. Older servers relay
 * names so, and clients show them without: no name may come to another one that way.
 */
export function unquoted(text: string): string | undefined {
  if (!text.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

const encoder = new TextEncoder();

function isName(
  text: string,
  most: { readonly characters: number; readonly bytes: number },
): boolean {
  // A character is at most two units: what is longer need not be counted.
  if (text === "" || text.length > 2 * most.characters) return false;
  // Half a surrogate pair, which JSON can write and UTF-8 cannot.
  if (/\p{Cc}|\p{Cs}/u.test(text)) return false;
  return [...text].length <= most.characters && encoder.encode(text).length <= most.bytes;
}

/**
 * What rooms and their members are called. Rule: protocols/rooms.md, TCRP.
 *
 * Names are any text without control characters, compared as they are: checked here once, where they
 * enter, and written in UTF-8 wherever they cross a wire.
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

/** Reads a room name: 1 to 64 characters, at most 255 bytes, no control characters. */
export function parseRoomName(text: string): RoomName | undefined {
  return isName(text, ROOM_NAME_LENGTH) ? text as RoomName : undefined;
}

/** Reads a name of a member: 1 to 32 characters, at most 127 bytes, no control characters. */
export function parseMemberName(text: string): MemberName | undefined {
  return isName(text, MEMBER_NAME_LENGTH) ? text as MemberName : undefined;
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

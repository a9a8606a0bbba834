/**
 * Names of rooms and members for tests.
 */

import fc from "fast-check";
import {
  type MemberName,
  parseMemberName,
  parseRoomName,
  type RoomName,
} from "../../lib/core/room_name.ts";

const LETTERS = fc.constantFrom("a", "Z", "7", " ", '"', "\\", "{", "é", "花", "😀", "\u202e");

/** Any room name. */
export const roomNames: fc.Arbitrary<RoomName> = fc
  .string({ unit: LETTERS, minLength: 1, maxLength: 64 })
  .map(parseRoomName)
  .filter((name) => name !== undefined);

/** Any name of a member, and so often one in quotes that a name which is unquoted would be found. */
export const memberNames: fc.Arbitrary<MemberName> = fc
  .tuple(fc.string({ unit: LETTERS, minLength: 1, maxLength: 32 }), fc.constantFrom("", '"', " "))
  .map(([text, around]) => parseMemberName(around + text + around))
  .filter((name) => name !== undefined);

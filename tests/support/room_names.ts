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

/** Any name of a member. */
export const memberNames: fc.Arbitrary<MemberName> = fc
  .string({ unit: LETTERS, minLength: 1, maxLength: 32 })
  .map(parseMemberName)
  .filter((name) => name !== undefined);

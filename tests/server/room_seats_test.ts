import { assertEquals } from "@std/assert";
import { RoomSeats } from "../../lib/server/room_seats.ts";
import type { Member } from "../../lib/services/room_view.ts";
import { latin1 } from "../samples/sample.ts";
import { RoomPlay } from "../support/rooms.ts";

/** Members of one room, with these tokens. */
async function membersWith(...tokens: readonly string[]): Promise<Member[]> {
  const play = new RoomPlay();
  await play.create("lab", "host");
  const host = play.member("lab", "host");
  return tokens.map((token, number) => ({ ...host, token, name: `m${number}` as Member["name"] }));
}

const ZEROS = "0".repeat(24);

Deno.test("RoomSeats finds a seat by the bytes of its token, and by nothing else", async () => {
  const seats = new RoomSeats(100, 100);
  const tokens = [
    `token_00000000${ZEROS}`,
    // The same key: only the rest tells them apart.
    `token_0000000f${ZEROS}`,
    `token_fffffff0${ZEROS}`,
    // Not of our making, as an older version might have stored it.
    "short",
    "",
  ];
  const members = await membersWith(...tokens);
  for (const member of members) seats.add(member, 0);
  for (const [at, token] of tokens.entries()) {
    assertEquals(seats.find(latin1(token))?.member, members[at], token);
  }
  for (const token of ["token_", `token_0000000e${ZEROS}`, `TOKEN_00000000${ZEROS}`, "shor"]) {
    assertEquals(seats.find(latin1(token)), undefined, token);
  }
});

Deno.test("RoomSeats: a seat taken away is nobody's, and the others stay", async () => {
  const seats = new RoomSeats(100, 100);
  const tokens = [`token_00000000${ZEROS}`, `token_0000000f${ZEROS}`];
  const [one, other] = await membersWith(...tokens) as [Member, Member];
  for (const member of [one, other]) seats.add(member, 0);
  assertEquals(seats.find(latin1(tokens[0]!))?.table.size, 2);
  assertEquals(seats.remove(one)?.member, one);
  assertEquals(seats.remove(one), undefined);
  assertEquals(seats.find(latin1(tokens[0]!)), undefined);
  assertEquals(seats.find(latin1(tokens[1]!))?.table.size, 1);
  assertEquals(seats.size, 1);
  seats.remove(other);
  assertEquals(seats.size, 0);
});

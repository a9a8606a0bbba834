/**
 * What servers tell each other of rooms: what has changed, and who is heard where.
 */

import { assertEquals } from "@std/assert";
import type { HeardMember } from "../../lib/server/heard_members.ts";
import { SharedRooms } from "../../lib/server/shared_rooms.ts";
import { ExchangeHub } from "../support/exchange_hub.ts";

const SEAT = { address: { ip: "192.0.2.1", port: 6000 }, via: { ip: "192.0.2.9", port: 7000 } };

/** A server: what it hears itself, and what it was told. */
class Site {
  readonly rooms: SharedRooms;
  readonly told: unknown[] = [];
  readonly members: HeardMember[] = [];

  constructor(hub: ExchangeHub, server: string) {
    this.rooms = new SharedRooms(hub.state(server), {
      changed: () => this.told.push("changed"),
      heardElsewhere: (token, agoMs) => this.told.push([token, agoMs]),
      heardHere: () => this.members,
    });
  }

  takeTold(): unknown[] {
    return this.told.splice(0);
  }
}

function sites(): { hub: ExchangeHub; one: Site; two: Site; three: Site } {
  const hub = new ExchangeHub();
  const [one, two, three] = ["1", "2", "3"].map((word) => new Site(hub, word));
  return { hub, one: one!, two: two!, three: three! };
}

Deno.test("SharedRooms: what changes and who is heard is told to the others, not to oneself", () => {
  const { one, two, three } = sites();
  one.rooms.changed();
  one.rooms.heard("token_a", SEAT);
  assertEquals(one.told, []);
  for (const { told } of [two, three]) assertEquals(told, ["changed", ["token_a", 0]]);
});

Deno.test("SharedRooms: who asks is told everybody that is heard elsewhere", async () => {
  const { one, two, three } = sites();
  two.members.push(["token_b", 2000], ["token_c", 5]);
  three.members.push(["token_d", 0]);
  assertEquals(await one.rooms.ask(), true);
  assertEquals(one.told, [["token_b", 2000], ["token_c", 5], ["token_d", 0]]);
});

Deno.test("SharedRooms: who is cut off, or listens to nothing yet, knows that nobody was asked", async () => {
  const { hub, one } = sites();
  hub.cutOff("1");
  assertEquals(await one.rooms.ask(), false);
  hub.comeBack("1");
  one.rooms.stop();
  assertEquals(await one.rooms.ask(), false);
});

Deno.test("SharedRooms: who was cut off tells whom it hears, and is told whom the others hear", () => {
  const { hub, one, two, three } = sites();
  one.members.push(["token_a", 9000]);
  two.members.push(["token_a", 10], ["token_b", 0]);
  hub.cutOff("1");
  two.rooms.heard("token_a", SEAT);
  assertEquals(one.takeTold(), []);
  three.takeTold();
  hub.comeBack("1");
  assertEquals(one.told, ["changed", ["token_a", 10], ["token_b", 0]]);
  assertEquals(two.told, [["token_a", 9000]]);
  // Answers are for all: who heard of nothing is told, too.
  assertEquals(three.told, [["token_a", 9000], ["token_a", 10], ["token_b", 0]]);
});

Deno.test("SharedRooms: whom nobody hears is taken over once", async () => {
  const { one, two, three } = sites();
  one.rooms.heard("token_a", SEAT);
  assertEquals(await two.rooms.take(["token_b", "token_a"]), [undefined, SEAT]);
  assertEquals(await three.rooms.take(["token_a"]), [undefined]);
});

import { assert, assertEquals } from "@std/assert";
import { RoomIndex } from "../../lib/storage/room_index.ts";
import type { RoomChange } from "../../lib/storage/store.ts";

const create = (room: string): RoomChange => ({
  kind: "create room",
  room,
  host: "ann",
  hash: undefined,
});
const close = (room: string): RoomChange => ({ kind: "close room", room });
const leave = (room: string, member: string): RoomChange => ({ kind: "leave room", room, member });

function join(room: string, member: string): RoomChange {
  return { kind: "join room", room, member, token: "t", ip: "192.0.2.7" };
}

function names(index: RoomIndex): string[] {
  return index.rooms().map(({ room, members }) =>
    [room, ...members.map(({ member }) => member)].join(" ")
  );
}

Deno.test("RoomIndex keeps rooms and members in the order they came", () => {
  const index = new RoomIndex();
  for (const change of [create("lab"), create("attic"), join("lab", "bob"), join("lab", "ann")]) {
    assertEquals(index.judge(change), "done");
    index.apply(change);
  }
  assertEquals(names(index), ["lab bob ann", "attic"]);
  assertEquals(index.size, 2);
});

Deno.test("RoomIndex judges every kind of change against what is there", () => {
  const index = new RoomIndex();
  for (const change of [close("lab"), join("lab", "ann"), leave("lab", "ann")]) {
    assertEquals(index.judge(change), "absent");
  }
  index.apply(create("lab"));
  assertEquals(index.judge(create("lab")), "exists");
  assertEquals(index.judge(leave("lab", "ann")), "absent");
  index.apply(join("lab", "ann"));
  assertEquals(index.judge(join("lab", "ann")), "exists");
  assertEquals(index.judge(leave("lab", "ann")), "done");
  assertEquals(index.judge(close("lab")), "done");
});

Deno.test("RoomIndex: a doubt stays until somebody vouches, and only then does nobody expire", () => {
  const index = new RoomIndex();
  const of = (kind: "doubt member" | "vouch for member" | "expire member"): RoomChange => ({
    ...{ kind, room: "lab", member: "bob" },
  });
  for (const change of [create("lab"), join("lab", "ann"), join("lab", "bob")]) index.apply(change);
  assertEquals(index.judge(of("expire member")), "absent");
  assertEquals(index.judge(of("vouch for member")), "absent");
  index.apply(of("doubt member"));
  assertEquals(index.room("lab")?.members.map(({ isDoubted }) => isDoubted), [undefined, true]);
  assertEquals(index.judge(of("doubt member")), "exists");
  index.apply(of("vouch for member"));
  assertEquals(index.judge(of("expire member")), "absent");
  index.apply(of("doubt member"));
  assertEquals(index.judge(of("expire member")), "done");
  index.apply(of("expire member"));
  assertEquals(names(index), ["lab ann"]);
});

Deno.test("RoomIndex: with its host a room expires", () => {
  const index = new RoomIndex();
  for (const change of [create("lab"), join("lab", "ann"), join("lab", "bob")]) index.apply(change);
  const ann = { room: "lab", member: "ann" };
  index.apply({ ...ann, kind: "doubt member" });
  const takeBack = index.apply({ ...ann, kind: "expire member" });
  assertEquals(names(index), []);
  takeBack();
  assertEquals(names(index), ["lab ann bob"]);
  assertEquals(index.room("attic"), undefined);
});

Deno.test("RoomIndex: rooms() is the same array until something changes or is taken back", () => {
  const index = new RoomIndex();
  index.apply(create("lab"));
  const before = index.rooms();
  assert(index.rooms() === before);
  const takeBack = index.apply(join("lab", "ann"));
  const after = index.rooms();
  assert(after !== before);
  takeBack();
  assert(index.rooms() !== after);
  assertEquals(index.rooms(), before);
});

Deno.test("taking a change back puts rooms and members where they were", () => {
  const index = new RoomIndex();
  for (const change of [create("lab"), create("attic")]) index.apply(change);
  for (const member of ["ann", "bob", "eve"]) index.apply(join("lab", member));
  index.apply(leave("lab", "bob"))();
  index.apply({ kind: "doubt member", room: "lab", member: "ann" })();
  assertEquals(index.room("lab")?.members[0]?.isDoubted, undefined);
  index.apply(close("lab"))();
  index.apply(join("attic", "ann"))();
  index.apply(create("cellar"))();
  assertEquals(names(index), ["lab ann bob eve", "attic"]);
});

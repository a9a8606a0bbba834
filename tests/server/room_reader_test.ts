import { assert, assertEquals, assertFalse } from "@std/assert";
import type { ArrivedDatagram } from "../../lib/server/datagram_door.ts";
import { RoomReader } from "../../lib/server/room_reader.ts";
import { eventually } from "../support/eventually.ts";

const FROM = { ip: "192.0.2.1", port: 6000 };

function arrived(bytes: Uint8Array): ArrivedDatagram {
  return { bytes, from: FROM, via: FROM, isProven: false };
}

/** A reader whose reading ends when the test says so. */
function bench() {
  const taken: string[] = [];
  const endings: (() => void)[] = [];
  const reader = new RoomReader(
    () => new Promise<void>((resolve) => endings.push(resolve)),
    ({ bytes }) => taken.push(new TextDecoder().decode(bytes)),
  );
  const later = (text: string): boolean =>
    reader.takeLater(arrived(new TextEncoder().encode(text)));
  return { reader, taken, endings, later };
}

Deno.test("RoomReader: reasons of one moment are one reading, and one more for what came during it", async () => {
  const { reader, endings } = bench();
  for (let times = 0; times < 5; times++) reader.readSoon();
  assertEquals(endings.length, 1);
  for (let times = 0; times < 5; times++) reader.readSoon();
  endings[0]!();
  await eventually("the second", () => endings.length === 2);
  endings[1]!();
  await reader.stop();
  assertEquals(endings.length, 2);
});

Deno.test("RoomReader: datagrams are taken after a reading that began after they came", async () => {
  const { reader, taken, endings, later } = bench();
  assert(later("one") && later("two"));
  await eventually("a reading", () => endings.length === 1);
  assert(later("three"));
  endings[0]!();
  await eventually("another reading", () => endings.length === 2);
  assertEquals(taken, ["one", "two"]);
  endings[1]!();
  await reader.stop();
  assertEquals(taken, ["one", "two", "three"]);
});

Deno.test("RoomReader: strangers' datagrams are bounded, and kept as they came", async () => {
  const { reader, taken, endings, later } = bench();
  const reused = new TextEncoder().encode("first");
  assert(reader.takeLater(arrived(reused)));
  reused.fill(0);
  for (let count = 1; count < 256; count++) assert(later("more"), `${count}`);
  assertFalse(later("too many"));
  await eventually("a reading", () => endings.length === 1);
  endings[0]!();
  await reader.stop();
  assertEquals([taken.length, taken[0]], [256, "first"]);
});

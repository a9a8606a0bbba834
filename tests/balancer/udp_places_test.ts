import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isInTheWay, type Place, Places } from "../../lib/balancer/udp_places.ts";

const pure = { permissions: "none" } as const;

/** How many places one kind of client gets. */
function takeAll(places: Places, ip: (number: number) => string, isProven: boolean): number {
  let count = 0;
  while (count < 1000 && typeof places.take(ip(count), isProven) !== "string") count++;
  return count;
}

const various = (number: number): string => `10.0.${number >> 8}.${number & 255}`;

Deno.test("Places gives as many as there are", pure, () => {
  assertEquals(takeAll(new Places(() => 100), various, true), 100);
});

Deno.test(
  "Places gives half of them to addresses that may be forged, the rest to others",
  pure,
  () => {
    const places = new Places(() => 100);
    assertEquals(takeAll(places, various, false), 50);
    assertEquals(takeAll(places, various, true), 50);
  },
);

Deno.test(
  "Places gives an eighth to one address, or to one IPv6 /64; loopback is spared",
  pure,
  () => {
    const places = new Places(() => 100);
    assertEquals(takeAll(places, () => "192.0.2.7", true), 13);
    assertEquals(takeAll(places, (number) => `2001:db8::${number.toString(16)}`, true), 13);
    assertEquals(takeAll(places, () => "127.0.0.1", true), 74);
  },
);

Deno.test("Places forgets whom it owes nothing, and goes by the bound of the moment", pure, () => {
  let most = 10;
  const places = new Places(() => most);
  const taken = Array.from({ length: 10 }, (_, number) => take(places, various(number)));
  assertEquals(places.take("192.0.2.7", true), "all");
  most = 11;
  for (const place of [...taken, take(places, "192.0.2.7")]) places.giveBack(place);
  assertEquals([places.taken, takeAll(places, various, true)], [0, 11]);
});

/** A place that there must be. */
function take(places: Places, ip: string, isProven = true): Place {
  const place = places.take(ip, isProven);
  assert(typeof place !== "string");
  return place;
}

Deno.test("Places tells which bound was reached, and whose places stand in the way", pure, () => {
  const places = new Places(() => 8);
  const mine = take(places, "192.0.2.7");
  const unproven = take(places, "192.0.2.8", false);
  const near = take(places, "127.0.0.1");
  const inTheWay = (ip: string, isProven: boolean): boolean[] => {
    const shortage = places.take(ip, isProven);
    assert(typeof shortage === "string");
    return [mine, unproven, near].map((place) => isInTheWay(place, { ip, shortage }));
  };
  assertEquals(inTheWay("192.0.2.7", true), [true, false, false]);
  for (let number = 0; number < 3; number++) take(places, various(number), false);
  assertEquals(inTheWay("192.0.2.9", false), [false, true, false]);
  for (let number = 0; number < 2; number++) take(places, "127.0.0.1");
  assertEquals(inTheWay("192.0.2.9", true), [true, true, true]);
});

const steps = fc.array(
  fc.oneof(
    fc.record({ ip: fc.nat(5), isProven: fc.boolean() }),
    fc.record({ giveBack: fc.nat() }),
  ),
);

Deno.test("Places never gives more than there are, whoever comes and goes", pure, () => {
  fc.assert(fc.property(steps, (steps) => {
    const places = new Places(() => 8);
    const held: Place[] = [];
    for (const step of steps) {
      if ("giveBack" in step) {
        const [place] = held.splice(step.giveBack % Math.max(1, held.length), 1);
        if (place !== undefined) places.giveBack(place);
      } else {
        const place = places.take(`10.0.0.${step.ip}`, step.isProven);
        if (typeof place !== "string") held.push(place);
      }
      assertEquals(places.taken, held.length);
      assert(held.length <= 8 && held.filter(({ isProven }) => !isProven).length <= 4);
    }
  }));
});

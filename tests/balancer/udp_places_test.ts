import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Place, Places } from "../../lib/balancer/udp_places.ts";

const pure = { permissions: "none" } as const;

/** How many places one kind of client gets. */
function takeAll(places: Places, ip: (number: number) => string, isProven: boolean): number {
  let count = 0;
  while (count < 1000 && places.take(ip(count), isProven) !== undefined) count++;
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
  const taken = Array.from({ length: 10 }, (_, number) => places.take(various(number), true)!);
  assertEquals(places.take("192.0.2.7", true), undefined);
  most = 11;
  const more = places.take("192.0.2.7", true);
  assert(more !== undefined);
  for (const place of [...taken, more]) places.giveBack(place);
  assertEquals([places.taken, takeAll(places, various, true)], [0, 11]);
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
        if (place !== undefined) held.push(place);
      }
      assertEquals(places.taken, held.length);
      assert(held.length <= 8 && held.filter(({ isProven }) => !isProven).length <= 4);
    }
  }));
});

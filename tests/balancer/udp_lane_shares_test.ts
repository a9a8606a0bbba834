import { assertEquals } from "@std/assert";
import { askerAt, LaneShares } from "../../lib/balancer/udp_lane_shares.ts";

const pure = { permissions: "none" } as const;

/** How many lanes such clients get. */
function takeAll(
  shares: LaneShares,
  client: (number: number) => { ip: string; port: number },
  isProven: boolean,
): number {
  for (let count = 0;; count++) {
    const asker = askerAt(client(count), isProven);
    if (!shares.allows(asker)) return count;
    shares.take(asker);
    if (count > 1000) return Infinity;
  }
}

const various = (number: number) => ({ ip: `10.0.${number >> 8}.${number & 255}`, port: 7 });

Deno.test("LaneShares gives half of them to addresses that may be forged", pure, () => {
  const shares = new LaneShares(256);
  assertEquals(takeAll(shares, various, false), 128);
  // Each of the others has its eighth of what is left.
  assertEquals(takeAll(shares, (port) => ({ ip: "192.0.2.7", port }), true), 32);
  assertEquals(takeAll(shares, (port) => ({ ip: "192.0.2.8", port }), true), 32);
});

Deno.test(
  "LaneShares has a client that holds many leave a quarter for those who hold few",
  pure,
  () => {
    const shares = new LaneShares(256);
    assertEquals(takeAll(shares, () => ({ ip: "127.0.0.1", port: 1 }), true), 192);
    assertEquals(takeAll(shares, () => ({ ip: "127.0.0.1", port: 2 }), true), 8);
    assertEquals(takeAll(shares, () => ({ ip: "127.0.0.1", port: 3 }), true), 8);
  },
);

Deno.test("LaneShares has an address that holds many leave half for others", pure, () => {
  const shares = new LaneShares(256);
  assertEquals(takeAll(shares, (port) => ({ ip: "192.0.2.7", port }), true), 128);
  assertEquals(takeAll(shares, (port) => ({ ip: "192.0.2.8", port }), true), 32);
  const v6 = (number: number) => ({ ip: `2001:db8::${number.toString(16)}`, port: 7 });
  assertEquals(takeAll(shares, v6, true), 32);
});

Deno.test("LaneShares forgets who holds nothing any more", pure, () => {
  const shares = new LaneShares(2);
  const asker = askerAt({ ip: "192.0.2.7", port: 1 }, false);
  for (let time = 0; time < 10; time++) {
    assertEquals(shares.allows(asker), true);
    shares.take(asker);
    shares.giveBack(asker);
  }
  assertEquals(takeAll(shares, various, false), 1);
});

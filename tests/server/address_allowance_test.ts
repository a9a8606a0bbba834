import { assert, assertEquals, assertFalse } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { AddressAllowance } from "../../lib/server/address_allowance.ts";

const MINUTE = 60_000;

Deno.test("AddressAllowance gives so much to each address, and again a minute later", () => {
  const allowance = new AddressAllowance(
    { atOnce: 3, perMinute: 3 },
    parseAddressSet(["10.0.0.1"]),
  );
  const takeMany = (ip: string, now: number): number =>
    Array.from({ length: 10 }, () => allowance.take(ip, now)).filter(Boolean).length;
  assertEquals(takeMany("192.0.2.1", 0), 3);
  assertEquals(takeMany("192.0.2.2", 0), 3);
  assertFalse(allowance.take("192.0.2.1", MINUTE / 6));
  assert(allowance.take("192.0.2.1", MINUTE / 3));
  assertEquals(takeMany("192.0.2.1", 3 * MINUTE), 3);
  assertEquals(takeMany("10.0.0.1", 0), 10, "a proxy stands for many");
});

Deno.test("AddressAllowance may give more at once than a minute brings", () => {
  const allowance = new AddressAllowance({ atOnce: 3, perMinute: 1 }, parseAddressSet([]));
  const takeMany = (now: number): number =>
    Array.from({ length: 10 }, () => allowance.take("192.0.2.1", now)).filter(Boolean).length;
  assertEquals([takeMany(0), takeMany(MINUTE), takeMany(3 * MINUTE)], [3, 1, 2]);
});

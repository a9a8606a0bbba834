import { assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import type { ServerLimits } from "../../lib/core/limits.ts";
import { Admission } from "../../lib/net/admission.ts";

const LIMITS: ServerLimits = {
  maxConnections: 10,
  maxConnectionsPerAddress: 4,
  connectionRate: 50,
  connectionBurst: 6,
  readDeadlineSeconds: 10,
};
const NOBODY = parseAddressSet([]);
const ANN = "192.0.2.7";
const BOB = "192.0.2.8";

function admission(limits: Partial<ServerLimits> = {}, exempt = NOBODY): Admission {
  return new Admission({ ...LIMITS, ...limits }, exempt);
}

Deno.test("admit() bounds connections in all, whoever opens them", () => {
  const door = admission({ maxConnections: 2 });
  assertEquals(door.admit("127.0.0.1", 0), undefined);
  assertEquals(door.admit(ANN, 0), undefined);
  assertEquals(door.admit("127.0.0.1", 0), "too many connections");
  assertEquals(door.admit(BOB, 0), "too many connections");
  assertEquals(door.open, 2);
  door.leave(ANN);
  assertEquals(door.admit(BOB, 0), undefined);
});

Deno.test("admit() bounds connections open at once from one address", () => {
  const door = admission();
  for (let index = 0; index < 4; index++) assertEquals(door.admit(ANN, 0), undefined);
  assertEquals(door.admit(ANN, 0), "too many from this address");
  assertEquals(door.admit(BOB, 0), undefined);
  door.leave(ANN);
  assertEquals(door.admit(ANN, 0), undefined);
});

Deno.test("admit() bounds new connections a second from one address, after a burst", () => {
  const door = admission();
  const come = (now: number): string => {
    const refusal = door.admit(ANN, now);
    if (refusal === undefined) door.leave(ANN);
    return refusal ?? "in";
  };
  for (let index = 0; index < 6; index++) assertEquals(come(0), "in");
  assertEquals(come(0), "too fast");
  assertEquals(come(20), "in");
  assertEquals(come(20), "too fast");
  assertEquals(door.open, 0);
});

Deno.test("admit() exempts loopback from what is counted per address", () => {
  const door = admission();
  for (let index = 0; index < 5; index++) assertEquals(door.admit("127.0.0.2", 0), undefined);
  for (let index = 0; index < 5; index++) assertEquals(door.admit("::1", 0), undefined);
  assertEquals(door.open, 10);
});

Deno.test("admit() exempts trusted addresses from what is counted per address", () => {
  const door = admission({}, parseAddressSet(["192.0.2.0/29"]));
  for (let index = 0; index < 9; index++) assertEquals(door.admit(ANN, 0), undefined);
  for (let index = 0; index < 9; index++) door.leave(ANN);
  for (let index = 0; index < 4; index++) assertEquals(door.admit(BOB, 0), undefined);
  assertEquals(door.admit(BOB, 0), "too many from this address");
});

Deno.test("admit() takes the /64 of an IPv6 address for one address", () => {
  const door = admission();
  for (let index = 1; index <= 4; index++) {
    assertEquals(door.admit(`2001:db8:0:1::${index}`, 0), undefined);
  }
  assertEquals(door.admit("2001:db8:0:1:ffff::9", 0), "too many from this address");
  assertEquals(door.admit("2001:db8:0:2::1", 0), undefined);
});

Deno.test("a refused connection leaves nothing behind", () => {
  const door = admission({ maxConnectionsPerAddress: 1 });
  assertEquals(door.admit(ANN, 0), undefined);
  assertEquals(door.admit(ANN, 0), "too many from this address");
  door.leave(ANN);
  assertEquals(door.open, 0);
  assertEquals(door.admit(ANN, 0), undefined);
  assertEquals(door.admit(ANN, 0), "too many from this address");
});

Deno.test("Admission forgets addresses that do not matter, and keeps those that do", () => {
  const door = admission({ maxConnections: 100_000, maxConnectionsPerAddress: 1 });
  assertEquals(door.admit(ANN, 0), undefined);
  for (let index = 0; index < 30_000; index++) {
    const visitor = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    assertEquals(door.admit(visitor, index), undefined);
    door.leave(visitor);
  }
  assertEquals(door.admit(ANN, 30_000), "too many from this address");
  assertEquals(door.open, 1);
});

Deno.test("Admission counts who came, and why others were turned away", () => {
  const door = admission({ maxConnections: 2, maxConnectionsPerAddress: 1 });
  assertEquals(door.admit(ANN, 0), undefined);
  assertEquals(door.admit(ANN, 0), "too many from this address");
  assertEquals(door.admit("192.0.2.200", 0), undefined);
  assertEquals(door.admit("192.0.2.201", 0), "too many connections");
  assertEquals(door.admitted, 2);
  assertEquals(door.refused, {
    "too many connections": 1,
    "too many from this address": 1,
    "too fast": 0,
  });
});

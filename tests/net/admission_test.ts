import { assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import type { ConnectionLimits } from "../../lib/core/limits.ts";
import { Admission, type Place } from "../../lib/net/admission.ts";

const LIMITS: ConnectionLimits = {
  maxConnections: 10,
  maxConnectionsPerAddress: 4,
  connectionRate: 50,
  connectionBurst: 6,
};
const NOBODY = parseAddressSet([]);
const ANN = "192.0.2.7";
const BOB = "192.0.2.8";

/** An admission with the places it has given, by address. */
class Door {
  readonly admission: Admission;
  readonly #places = new Map<string, Place[]>();

  constructor(limits: Partial<ConnectionLimits> = {}, exempt = NOBODY) {
    this.admission = new Admission({ ...LIMITS, ...limits }, exempt);
  }

  get open(): number {
    return this.admission.open;
  }

  /** Lets a connection in whose client is known at once; gives the refusal otherwise. */
  admit(ip: string, now: number): string | undefined {
    const place = this.admission.enter();
    if (place === undefined) return "too many connections";
    const refusal = place.claim(ip, now);
    if (refusal === undefined) this.#places.set(ip, [...this.#places.get(ip) ?? [], place]);
    else place.leave();
    return refusal;
  }

  leave(ip: string): void {
    this.#places.get(ip)!.pop()!.leave();
  }
}

function admission(limits: Partial<ConnectionLimits> = {}, exempt = NOBODY): Door {
  return new Door(limits, exempt);
}

Deno.test("Admission bounds connections in all, whoever opens them", () => {
  const door = admission({ maxConnections: 2 });
  assertEquals(door.admit("127.0.0.1", 0), undefined);
  assertEquals(door.admit(ANN, 0), undefined);
  assertEquals(door.admit("127.0.0.1", 0), "too many connections");
  assertEquals(door.admit(BOB, 0), "too many connections");
  assertEquals(door.open, 2);
  door.leave(ANN);
  assertEquals(door.admit(BOB, 0), undefined);
});

Deno.test("Admission bounds connections open at once from one address", () => {
  const door = admission();
  for (let index = 0; index < 4; index++) assertEquals(door.admit(ANN, 0), undefined);
  assertEquals(door.admit(ANN, 0), "too many from this address");
  assertEquals(door.admit(BOB, 0), undefined);
  door.leave(ANN);
  assertEquals(door.admit(ANN, 0), undefined);
});

Deno.test("Admission bounds new connections a second from one address, after a burst", () => {
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

Deno.test("Admission exempts loopback from what is counted per address", () => {
  const door = admission();
  for (let index = 0; index < 5; index++) assertEquals(door.admit("127.0.0.2", 0), undefined);
  for (let index = 0; index < 5; index++) assertEquals(door.admit("::1", 0), undefined);
  assertEquals(door.open, 10);
});

Deno.test("Admission exempts trusted addresses from what is counted per address", () => {
  const door = admission({}, parseAddressSet(["192.0.2.0/29"]));
  for (let index = 0; index < 9; index++) assertEquals(door.admit(ANN, 0), undefined);
  for (let index = 0; index < 9; index++) door.leave(ANN);
  for (let index = 0; index < 4; index++) assertEquals(door.admit(BOB, 0), undefined);
  assertEquals(door.admit(BOB, 0), "too many from this address");
});

Deno.test("Admission takes the /64 of an IPv6 address for one address", () => {
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

Deno.test("Admission counts a connection in all before its client is known", () => {
  const door = admission({ maxConnections: 1 });
  const waiting = door.admission.enter()!;
  assertEquals(door.admit(ANN, 0), "too many connections");
  assertEquals(waiting.claim(ANN, 0), undefined);
  waiting.leave();
  assertEquals([door.open, door.admit(ANN, 0)], [0, undefined]);
});

Deno.test("Admission gives back what was counted, whoever is exempt by then", () => {
  let isExempt = false;
  const door = admission({ maxConnectionsPerAddress: 1 }, { has: () => isExempt });
  assertEquals(door.admit(ANN, 0), undefined);
  isExempt = true;
  assertEquals(door.admit(BOB, 0), undefined);
  door.leave(ANN);
  isExempt = false;
  door.leave(BOB);
  assertEquals([door.admit(ANN, 0), door.admit(BOB, 0)], [undefined, undefined]);
  assertEquals(door.admit(BOB, 0), "too many from this address");
});

Deno.test("Admission holds addresses it knows to changed limits, too", () => {
  const door = admission({ connectionRate: 1, connectionBurst: 1, maxConnectionsPerAddress: 9 });
  assertEquals([door.admit(ANN, 0), door.admit(ANN, 100)], [undefined, "too fast"]);
  door.admission.reconfigure({ ...LIMITS, connectionRate: 100 });
  assertEquals(door.admit(ANN, 110), undefined);
  door.admission.reconfigure({ ...LIMITS, maxConnectionsPerAddress: 2 });
  assertEquals(door.admit(ANN, 200), "too many from this address");
});

Deno.test("Admission counts who came, and why others were turned away", () => {
  const door = admission({ maxConnections: 2, maxConnectionsPerAddress: 1 });
  assertEquals(door.admit(ANN, 0), undefined);
  assertEquals(door.admit(ANN, 0), "too many from this address");
  assertEquals(door.admit("203.0.113.7", 0), undefined);
  assertEquals(door.admit("203.0.113.8", 0), "too many connections");
  assertEquals(door.admission.admitted, 2);
  assertEquals(door.admission.refused, {
    "too many connections": 1,
    "too many from this address": 1,
    "too fast": 0,
  });
});

import { assert, assertEquals, assertFalse } from "@std/assert";
import { Presence } from "../../lib/services/presence.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";

const LIFETIME_SECONDS = 30;
const ann = id("ann");
const HOME = { ip: "192.0.2.7", port: 4001 };
const CAFE = { ip: "198.51.100.9", port: 4002 };
const FILES = new Map([["files", "5000"]]);

function makePresence(): { readonly presence: Presence; readonly clock: FakeClock } {
  const clock = new FakeClock();
  return { presence: new Presence(LIFETIME_SECONDS, clock.read), clock };
}

Deno.test("a user never heard of is OFFLINE at no address", () => {
  const { presence } = makePresence();
  assertEquals(presence.of(ann), { buddy: ann, status: "OFFLINE" });
});

Deno.test("set() tells status and address until it is said anew", () => {
  const { presence } = makePresence();
  presence.set(ann, "ONLINE", HOME);
  assertEquals(presence.of(ann), { buddy: ann, status: "ONLINE", address: HOME });
  presence.set(ann, "AWAY", CAFE);
  assertEquals(presence.of(ann), { buddy: ann, status: "AWAY", address: CAFE });
});

Deno.test("presence holds for its lifetime and not a moment longer", () => {
  const { presence, clock } = makePresence();
  presence.set(ann, "ONLINE", HOME);
  clock.advance(LIFETIME_SECONDS * 1000 - 1);
  assertEquals(presence.of(ann).status, "ONLINE");
  clock.advance(1);
  assertEquals(presence.of(ann), { buddy: ann, status: "OFFLINE" });
});

Deno.test("every set() begins the lifetime anew", () => {
  const { presence, clock } = makePresence();
  for (let round = 0; round < 5; round++) {
    presence.set(ann, "ONLINE", HOME);
    clock.advance(29_000);
  }
  assertEquals(presence.of(ann).status, "ONLINE");
});

Deno.test("one who said OFFLINE keeps the address while heard of, then is nowhere", () => {
  const { presence, clock } = makePresence();
  presence.set(ann, "OFFLINE", HOME);
  assertEquals(presence.of(ann), { buddy: ann, status: "OFFLINE", address: HOME });
  clock.advance(LIFETIME_SECONDS * 1000);
  assertEquals(presence.of(ann), { buddy: ann, status: "OFFLINE" });
});

Deno.test("publish() is taken only from the address of the user's live set()", () => {
  const { presence, clock } = makePresence();
  assertFalse(presence.publish(ann, FILES, HOME.ip), "never heard of");
  presence.set(ann, "ONLINE", HOME);
  assertFalse(presence.publish(ann, FILES, CAFE.ip), "from elsewhere");
  assertEquals(presence.infoOf(ann), new Map());
  assert(presence.publish(ann, FILES, HOME.ip));
  assertEquals(presence.infoOf(ann), FILES);
  clock.advance(LIFETIME_SECONDS * 1000);
  assertFalse(presence.publish(ann, FILES, HOME.ip), "too long ago");
});

Deno.test("what was published stays with later set()s from the same address", () => {
  const { presence, clock } = makePresence();
  presence.set(ann, "ONLINE", HOME);
  presence.publish(ann, FILES, HOME.ip);
  clock.advance(29_000);
  presence.set(ann, "AWAY", { ...HOME, port: 4999 });
  clock.advance(29_000);
  assertEquals(presence.infoOf(ann), FILES);
});

Deno.test("what was published goes with the presence, and with the address", () => {
  const { presence, clock } = makePresence();
  presence.set(ann, "ONLINE", HOME);
  presence.publish(ann, FILES, HOME.ip);
  presence.set(ann, "ONLINE", CAFE);
  assertEquals(presence.infoOf(ann), new Map(), "another address");
  presence.publish(ann, FILES, CAFE.ip);
  clock.advance(LIFETIME_SECONDS * 1000);
  assertEquals(presence.infoOf(ann), new Map(), "too long ago");
  presence.set(ann, "ONLINE", CAFE);
  assertEquals(presence.infoOf(ann), new Map(), "not back with the next one");
});

Deno.test("publish() does not make a presence live longer", () => {
  const { presence, clock } = makePresence();
  presence.set(ann, "ONLINE", HOME);
  clock.advance(29_000);
  presence.publish(ann, FILES, HOME.ip);
  clock.advance(1000);
  assertEquals(presence.of(ann), { buddy: ann, status: "OFFLINE" });
});

Deno.test("memory does not grow for ever: the expired are forgotten while others come", () => {
  const { presence, clock } = makePresence();
  for (let number = 0; number < 10_000; number++) presence.set(id(`u${number}`), "ONLINE", HOME);
  assertEquals(presence.size, 10_000);
  clock.advance(LIFETIME_SECONDS * 1000);
  for (let number = 0; number < 5000; number++) presence.set(ann, "ONLINE", HOME);
  assertEquals(presence.size, 1);
});

Deno.test("nobody who is live is forgotten, however many come and go", () => {
  const { presence, clock } = makePresence();
  for (let second = 0; second < 300; second++) {
    clock.advance(1000);
    presence.set(ann, "ONLINE", HOME);
    for (let number = 0; number < 10; number++) {
      presence.set(id(`u${second}-${number}`), "ONLINE", HOME);
    }
    assertEquals(presence.of(ann).status, "ONLINE");
    if (second < 20) continue;
    assertEquals(presence.of(id(`u${second - 20}-0`)).status, "ONLINE");
  }
  assert(presence.size <= 32 * 10, `${presence.size} are held`);
});

Deno.test("survey() counts who is reachable, and names no more than are asked for", () => {
  const { presence, clock } = makePresence();
  for (const name of ["bob", "cid", "dan"]) presence.set(id(name), "ONLINE", HOME);
  presence.set(ann, "AWAY", HOME);
  presence.set(id("bob"), "OFFLINE", HOME);
  assertEquals(presence.survey(2), { heard: 4, reachable: 3, users: [id("cid"), id("dan")] });
  presence.set(id("bob"), "ONLINE", HOME);
  assertEquals(presence.survey(9).reachable, 4);
  clock.advance(LIFETIME_SECONDS * 1000);
  presence.set(ann, "ONLINE", HOME);
  assertEquals(presence.survey(9), { heard: 1, reachable: 1, users: [ann] });
});

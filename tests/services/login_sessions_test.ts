import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { SESSION_LIMITS } from "../../lib/core/limits.ts";
import type { SessionKey } from "../../lib/core/session_key.ts";
import { type ClaimRefusal, LoginSessions } from "../../lib/services/login_sessions.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";

const [alice, bob] = [id("alice"), id("bob")];
const [HERE, THERE] = ["192.0.2.1", "192.0.2.2"];

class Desk {
  readonly clock = new FakeClock();
  readonly sessions: LoginSessions;
  #counter = 0;

  constructor(limits: Partial<typeof SESSION_LIMITS> | Record<string, number> = {}) {
    this.sessions = new LoginSessions(this.clock.read, { ...SESSION_LIMITS, ...limits });
  }

  /** Claims to be of a session; with a tag that is right unless told otherwise. */
  claim(
    { session }: SessionKey,
    { counter = ++this.#counter, age = 0, ip = HERE, isState = false, isFrom = true } = {},
  ): string | ClaimRefusal {
    const claim = { session, counter, age, ip, isState, isFrom: () => isFrom };
    const outcome = this.sessions.judge(claim);
    return outcome.kind === "believed" ? outcome.user : outcome.why;
  }
}

Deno.test("a session says whose it is, and gives a secret of its own", () => {
  const desk = new Desk();
  const [first, second] = [desk.sessions.begin(alice, HERE), desk.sessions.begin(bob, HERE)];
  assertEquals([first.session.length, first.secret.length], [16, 32]);
  assertNotEquals(first.session, second.session);
  assertNotEquals(first.secret, second.secret);
  assertEquals([desk.claim(first), desk.claim(second)], ["alice", "bob"]);
  let given: Uint8Array | undefined;
  desk.sessions.judge({
    ...{ session: first.session, counter: 9, age: 0, ip: HERE },
    isFrom: (secret) => (given = secret) !== undefined,
  });
  assertEquals(given, first.secret);
});

Deno.test("what is wrong with a claim is found in order, and changes nothing", () => {
  const desk = new Desk();
  const key = desk.sessions.begin(alice, HERE);
  const all = { counter: 1, age: 999, ip: THERE, isFrom: false };
  assertEquals(desk.claim({ ...key, session: "another" }, all), "no session");
  assertEquals(desk.claim(key, all), "another address");
  assertEquals(desk.claim(key, { ...all, ip: HERE }), "wrong tag");
  assertEquals(desk.claim(key, { ...all, ip: HERE, isFrom: true }), "wrong time");
  assertEquals(desk.claim(key, { counter: 1 }), "alice", "the number was not used up");
  assertEquals(desk.claim(key, { counter: 1 }), "replayed");
});

Deno.test("a claim may be a minute old or early, and no more", () => {
  const desk = new Desk();
  const key = desk.sessions.begin(alice, HERE);
  desk.clock.advance(100_000);
  assertEquals(desk.claim(key, { age: 40 }), "alice");
  assertEquals(desk.claim(key, { age: 160 }), "alice");
  assertEquals(desk.claim(key, { age: 39 }), "wrong time");
  assertEquals(desk.claim(key, { age: 161 }), "wrong time");
});

Deno.test("what says how things are is refused behind a later one such, and nothing else is", () => {
  const desk = new Desk();
  const key = desk.sessions.begin(alice, HERE);
  assertEquals(desk.claim(key, { counter: 5, isState: true }), "alice");
  assertEquals(desk.claim(key, { counter: 9 }), "alice");
  assertEquals(
    desk.claim(key, { counter: 8, isState: true }),
    "alice",
    "only a question was later",
  );
  assertEquals(desk.claim(key, { counter: 7, isState: true }), "overtaken");
  assertEquals(desk.claim(key, { counter: 6 }), "alice");
  const other = desk.sessions.begin(alice, HERE);
  assertEquals(desk.claim(other, { counter: 1, isState: true }), "alice", "another session");
});

Deno.test("a session ends when it is not used, and when it is old", () => {
  const desk = new Desk({ idleSeconds: 10, lifeSeconds: 25 });
  const key = desk.sessions.begin(alice, HERE);
  desk.clock.advance(9000);
  assertEquals(desk.claim(key, { age: 9 }), "alice");
  desk.clock.advance(9999);
  assertEquals(desk.claim(key, { age: 19 }), "alice");
  desk.clock.advance(6001);
  assertEquals(desk.claim(key, { age: 25 }), "no session", "too old");
  const idle = desk.sessions.begin(alice, HERE);
  assertEquals(desk.sessions.size, 1);
  desk.clock.advance(10_000);
  assertEquals(desk.sessions.size, 0);
  assertEquals(desk.claim(idle, { age: 10 }), "no session");
});

Deno.test("a refused claim does not keep a session alive", () => {
  const desk = new Desk({ idleSeconds: 10 });
  const key = desk.sessions.begin(alice, HERE);
  desk.clock.advance(9000);
  assertEquals(desk.claim(key, { isFrom: false }), "wrong tag");
  desk.clock.advance(1000);
  assertEquals(desk.claim(key, { age: 10 }), "no session");
});

Deno.test("beyond the bounds the longest unused session ends: of the user, or of all", () => {
  const desk = new Desk({ perUser: 2, inAll: 3 });
  const [first, second] = [desk.sessions.begin(alice, HERE), desk.sessions.begin(alice, HERE)];
  assertEquals(desk.claim(first), "alice");
  const third = desk.sessions.begin(alice, HERE);
  assertEquals(desk.claim(second), "no session", "the one not used");
  assertEquals([desk.claim(first), desk.claim(third)], ["alice", "alice"]);
  const bobs = desk.sessions.begin(bob, HERE);
  assertEquals(desk.sessions.size, 3);
  const carols = desk.sessions.begin(id("carol"), HERE);
  assertEquals(desk.sessions.size, 3);
  assertEquals(desk.claim(first), "no session");
  assertEquals([desk.claim(third), desk.claim(bobs), desk.claim(carols)], [
    "alice",
    "bob",
    "carol",
  ]);
});

Deno.test("ten thousand sessions are all there are", () => {
  const desk = new Desk();
  for (let at = 0; at < SESSION_LIMITS.inAll + 100; at++) desk.sessions.begin(id(`u${at}`), HERE);
  assert(desk.sessions.size === SESSION_LIMITS.inAll);
});

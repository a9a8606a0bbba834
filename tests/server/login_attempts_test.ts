import { assert, assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { LOGIN_LIMITS } from "../../lib/core/limits.ts";
import type { UserId } from "../../lib/core/user_id.ts";
import { LoginAttempts } from "../../lib/server/login_attempts.ts";
import { id } from "../support/ids.ts";

const NOBODY = parseAddressSet([]);
const alice = id("alice");
const [HERE, THERE] = ["192.0.2.1", "192.0.2.2"];
const ALSO_HERE = "192.0.2.3";
const [perPair, perName, perAddress] = [
  LOGIN_LIMITS.perPair.atOnce,
  LOGIN_LIMITS.perName.atOnce,
  LOGIN_LIMITS.perAddress.atOnce,
];
const [MINUTE, HOUR] = [60_000, 3_600_000];

/** How many of so many wrong passwords are answered. */
function guess(
  attempts: LoginAttempts,
  count: number,
  user: (index: number) => UserId,
  ip: (index: number) => string,
  now: number,
): number {
  let answered = 0;
  for (let index = 0; index < count; index++) {
    if (!attempts.mayTry(user(index), ip(index), now)) continue;
    attempts.wasWrong(user(index), ip(index), now);
    answered++;
  }
  return answered;
}

const anybody = (index: number): UserId => id(`u${index}`);
const anywhere = (index: number): string => `198.51.${index >> 8}.${index & 255}`;

Deno.test("mayTry() bounds wrong passwords for a name from an address", () => {
  const attempts = new LoginAttempts(NOBODY);
  for (const now of [0, MINUTE, 2 * MINUTE]) {
    assertEquals(guess(attempts, 50, () => alice, () => HERE, now), perPair);
  }
  assert(attempts.mayTry(id("bob"), HERE, 2 * MINUTE), "another name");
  assert(attempts.mayTry(alice, THERE, 2 * MINUTE), "another address");
});

Deno.test("mayTry() bounds wrong passwords for a name from everywhere, but for first ones", () => {
  const attempts = new LoginAttempts(NOBODY);
  const many = 2 * perName;
  assertEquals(guess(attempts, many, () => alice, anywhere, 0), many, "one from each");
  assertEquals(guess(attempts, many, () => alice, anywhere, 0), 0);
  assertEquals(guess(attempts, many, () => alice, anywhere, MINUTE), 2);
  assert(attempts.mayTry(alice, HERE, MINUTE), "somebody with no wrong one of their own");
  assertEquals(guess(attempts, many, () => alice, anywhere, HOUR + MINUTE), many, "long ago");
});

Deno.test("mayTry() bounds wrong passwords from an address, but for the first of each name", () => {
  const attempts = new LoginAttempts(NOBODY);
  assertEquals(guess(attempts, 99, anybody, () => HERE, 0), 99, "one for each");
  assertEquals(guess(attempts, 99, anybody, () => HERE, 0), 0);
  assert(attempts.mayTry(id("u50"), THERE, 0), "another address");
  assertEquals(guess(attempts, 99, anybody, () => HERE, MINUTE), perAddress);
  assert(attempts.mayTry(alice, HERE, MINUTE), "a name nobody guessed at there");
});

Deno.test("mayTry() takes the addresses of one IPv6 network for one", () => {
  const attempts = new LoginAttempts(NOBODY);
  const inOne = (index: number): string => `2001:db8::${index.toString(16)}`;
  assertEquals(guess(attempts, 99, () => alice, inOne, 0), perPair);
});

Deno.test("mayTry() does not limit an address that passes on the connections of many", () => {
  const attempts = new LoginAttempts(parseAddressSet([HERE]));
  for (let times = 0; times < perPair; times++) {
    assertEquals(guess(attempts, 99, (index) => id(`u${index}`), () => HERE, 0), 99);
  }
  assertEquals(guess(attempts, 99, () => id("u1"), () => HERE, 0), 0);
});

Deno.test("right passwords do not count, however many come from one address", () => {
  const attempts = new LoginAttempts(NOBODY);
  for (let index = 0; index < 100; index++) {
    assert(attempts.mayTry(alice, HERE, 0), `attempt ${index}`);
    attempts.wasRight(alice, HERE);
  }
});

Deno.test("who guesses elsewhere locks nobody out, wherever they log in", () => {
  const attempts = new LoginAttempts(NOBODY);
  for (const now of [0, MINUTE, 2 * MINUTE]) guess(attempts, 99, () => alice, () => THERE, now);
  guess(attempts, 2 * perName, () => alice, anywhere, 2 * MINUTE);
  assertEquals(attempts.mayTry(alice, THERE, 2 * MINUTE), false);
  assert(attempts.mayTry(alice, HERE, 2 * MINUTE), "where she never was before");
});

Deno.test("who guesses beside them at other names locks nobody out, after a restart either", () => {
  const attempts = new LoginAttempts(NOBODY);
  for (let times = 0; times < 9; times++) guess(attempts, 99, anybody, () => HERE, 0);
  assert(attempts.mayTry(alice, HERE, 0));
});

Deno.test("who logged in somewhere before may also err there while others guess", () => {
  const attempts = new LoginAttempts(NOBODY);
  attempts.wasRight(alice, HERE);
  attempts.wasRight(alice, ALSO_HERE);
  attempts.wasRight(alice, ALSO_HERE);
  for (const times of [1, 2]) guess(attempts, times * perName, () => alice, anywhere, 0);
  for (let times = 0; times < 2; times++) guess(attempts, 99, anybody, () => HERE, 0);
  assertEquals(guess(attempts, 99, () => alice, () => HERE, 0), perPair, "the bound is the same");
  assertEquals(guess(attempts, 99, () => alice, () => ALSO_HERE, 0), perPair, "a second device");
  assertEquals(guess(attempts, 99, () => alice, () => THERE, 0), 1);
});

Deno.test("only the latest addresses of a name are remembered", () => {
  const attempts = new LoginAttempts(NOBODY);
  for (let index = 0; index <= LOGIN_LIMITS.homesPerName; index++) {
    attempts.wasRight(alice, anywhere(index));
  }
  const known = (index: number) => attempts.standing(alice, anywhere(index), 0);
  assertEquals([known(0), known(1)], ["fresh", "known"]);
});

Deno.test("standing() tells apart who was here before, and who guessed of late", () => {
  const attempts = new LoginAttempts(NOBODY);
  attempts.wasRight(alice, HERE);
  guess(attempts, 1, () => id("bob"), () => HERE, 0);
  assertEquals(attempts.standing(alice, HERE, 0), "known");
  assertEquals(attempts.standing(id("bob"), HERE, 0), "suspect");
  assertEquals(attempts.standing(alice, THERE, 0), "fresh");
  assertEquals(attempts.standing(id("bob"), HERE, MINUTE), "fresh", "a minute later");
});

Deno.test("mayRegister() bounds new names from an address, but for loopback and trusted ones", () => {
  const attempts = new LoginAttempts(parseAddressSet([THERE]));
  const { atOnce, perMinute } = LOGIN_LIMITS.newNames;
  const register = (ip: string, now: number): number =>
    Array.from({ length: 999 }, () => attempts.mayRegister(ip, now)).filter(Boolean).length;
  assertEquals(register(HERE, 0), atOnce);
  assertEquals(register(HERE, MINUTE), perMinute);
  for (const free of [THERE, "127.0.0.1"]) assertEquals(register(free, 0), 999);
  assertEquals(register(ALSO_HERE, MINUTE), atOnce);
});

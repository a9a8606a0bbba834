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
const { perName, perAddress } = LOGIN_LIMITS;
const MINUTE = 60_000;

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

Deno.test("mayTry() bounds wrong passwords for a name, wherever they come from", () => {
  const attempts = new LoginAttempts(NOBODY);
  const anywhere = (index: number): string => `198.51.100.${index}`;
  assertEquals(guess(attempts, 50, () => alice, anywhere, 0), perName);
  assertEquals(guess(attempts, 50, () => alice, anywhere, MINUTE), perName);
  assert(attempts.mayTry(id("bob"), HERE, MINUTE), "another name");
});

Deno.test("mayTry() bounds wrong passwords from an address, whatever the names", () => {
  const attempts = new LoginAttempts(NOBODY);
  const anybody = (index: number): UserId => id(`u${index}`);
  assertEquals(guess(attempts, 99, anybody, () => HERE, 0), perAddress);
  assert(attempts.mayTry(id("u50"), THERE, 0), "another address");
  assertEquals(guess(attempts, 99, anybody, () => HERE, MINUTE), perAddress);
});

Deno.test("mayTry() takes the addresses of one IPv6 network for one", () => {
  const attempts = new LoginAttempts(NOBODY);
  const count = guess(
    attempts,
    99,
    (index) => id(`u${index}`),
    (index) => `2001:db8::${index.toString(16)}`,
    0,
  );
  assertEquals(count, perAddress);
});

Deno.test("mayTry() does not limit an address that passes on the connections of many", () => {
  const attempts = new LoginAttempts(parseAddressSet([HERE]));
  assertEquals(guess(attempts, 99, (index) => id(`u${index}`), () => HERE, 0), 99);
  assertEquals(guess(attempts, 99, () => alice, () => HERE, 0), perName);
});

Deno.test("right passwords do not count, however many come from one address", () => {
  const attempts = new LoginAttempts(NOBODY);
  for (let index = 0; index < 100; index++) {
    assert(attempts.mayTry(alice, HERE, 0), `attempt ${index}`);
    attempts.wasRight(alice, HERE);
  }
});

Deno.test("who guesses elsewhere does not lock anybody out where they logged in before", () => {
  const attempts = new LoginAttempts(NOBODY);
  attempts.wasRight(alice, HERE);
  attempts.wasRight(alice, ALSO_HERE);
  attempts.wasRight(alice, ALSO_HERE);
  guess(attempts, 99, () => alice, () => THERE, 0);
  assertEquals(attempts.mayTry(alice, THERE, 0), false);
  assert(attempts.mayTry(alice, ALSO_HERE, 0), "a second device");
  assertEquals(guess(attempts, 99, () => alice, () => HERE, 0), perName, "the bound is the same");
});

Deno.test("who guesses beside them does not lock out those who logged in there before", () => {
  const attempts = new LoginAttempts(NOBODY);
  attempts.wasRight(alice, HERE);
  assertEquals(guess(attempts, 99, (index) => id(`u${index}`), () => HERE, 0), perAddress);
  assert(attempts.mayTry(alice, HERE, 0));
  assertEquals(attempts.mayTry(id("bob"), HERE, 0), false, "somebody never seen there");
});

Deno.test("only the latest addresses of a name are remembered", () => {
  const attempts = new LoginAttempts(NOBODY);
  for (let index = 0; index <= LOGIN_LIMITS.homesPerName; index++) {
    attempts.wasRight(alice, `198.51.100.${index}`);
  }
  guess(attempts, 99, () => alice, () => THERE, 0);
  assertEquals(attempts.mayTry(alice, "198.51.100.0", 0), false);
  assert(attempts.mayTry(alice, "198.51.100.1", 0));
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

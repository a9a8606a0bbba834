import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { BusyError } from "../../lib/core/errors.ts";
import { encodePasswordRecord } from "../../lib/services/password_record.ts";
import { Passwords, SCRYPT_COST } from "../../lib/services/passwords.ts";
import { CHEAP_COST } from "../support/passwords.ts";

Deno.test("hash() makes a record that verify() takes for that password only", async () => {
  const passwords = new Passwords(CHEAP_COST);
  const record = await passwords.hash("secret words");
  assertMatch(record, /^scrypt\$4\$1\$1\$[\w-]{22}\$[\w-]{43}$/);
  assert(await passwords.verify("secret words", record));
  for (const other of ["", "secret", "secret words ", "Secret words", "secret  words"]) {
    assertEquals(await passwords.verify(other, record), false, other);
  }
});

Deno.test("hash() makes another record each time, with another salt", async () => {
  const passwords = new Passwords(CHEAP_COST);
  const [one, two] = [await passwords.hash("same"), await passwords.hash("same")];
  assertNotEquals(one, two);
  assertNotEquals(one.split("$")[4], two.split("$")[4]);
});

Deno.test("hash() costs by default what the design says", async () => {
  const record = await new Passwords().hash("secret");
  assertEquals(record.split("$").slice(0, 4), ["scrypt", "15", "8", "3"]);
  assert(
    await new Passwords(CHEAP_COST).verify("secret", record),
    "the record says how it was made",
  );
});

Deno.test("verify() knows a test vector of RFC 7914", async () => {
  const record = encodePasswordRecord({
    cost: { log2N: 14, r: 8, p: 1 },
    salt: new TextEncoder().encode("SodiumChloride"),
    // The vector has 64 bytes; a shorter key is its beginning.
    hash: Uint8Array.fromHex("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"),
  });
  assert(await new Passwords(CHEAP_COST).verify("pleaseletmein", record));
});

Deno.test("verify() takes a password whose letters were composed in another way", async () => {
  const passwords = new Passwords(CHEAP_COST);
  assert(await passwords.verify("cafe\u0301", await passwords.hash("caf\u00e9")));
});

Deno.test("verify() is false without a record, and with one that cannot be read", async () => {
  const passwords = new Passwords(CHEAP_COST);
  assertEquals(await passwords.verify("secret", undefined), false);
  for (const stored of ["", "secret", "scrypt$15$8$3$c2FsdA$aGFzaA", "scrypt$30$8$3$x$y"]) {
    assertEquals(await passwords.verify("secret", stored), false, stored);
  }
});

Deno.test("verify() works as much for an unknown name: it takes a turn and hashes", async () => {
  const passwords = new Passwords(CHEAP_COST, { atOnce: 1, waiting: 0 });
  const record = await new Passwords(CHEAP_COST).hash("secret");
  for (const stored of [record, undefined, "unreadable"]) {
    const first = passwords.verify("secret", stored);
    await assertRejects(() => passwords.verify("secret", stored), BusyError);
    await first;
  }
});

Deno.test("hash() and verify() share their turns, and refuse what is too much", async () => {
  const passwords = new Passwords(CHEAP_COST, { atOnce: 1, waiting: 1 });
  const work = [passwords.hash("one"), passwords.verify("two", undefined)];
  // Asked for at once: a hash as cheap as this may be done a moment later.
  await Promise.all([
    assertRejects(() => passwords.hash("three"), BusyError),
    assertRejects(() => passwords.verify("four", undefined), BusyError),
  ]);
  await Promise.all(work);
  assert(await passwords.hash("five"));
});

Deno.test("isOutdated() tells records of another cost, and those that cannot be read", async () => {
  const passwords = new Passwords(CHEAP_COST);
  assertEquals(passwords.isOutdated(await passwords.hash("secret")), false);
  for (const more of [{ log2N: 5 }, { r: 2 }, { p: 2 }]) {
    const other = await new Passwords({ ...CHEAP_COST, ...more }).hash("secret");
    assert(passwords.isOutdated(other), other);
  }
  assert(passwords.isOutdated("unreadable"));
  assert(SCRYPT_COST.log2N > CHEAP_COST.log2N);
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { BusyError, StorageError } from "../../lib/core/errors.ts";
import { Accounts } from "../../lib/services/accounts.ts";
import { Passwords } from "../../lib/services/passwords.ts";
import { Presence } from "../../lib/services/presence.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";
import { CHEAP_COST } from "../support/passwords.ts";

const alice = id("alice");
const [HERE, THERE] = ["192.0.2.1", "192.0.2.2"];

class Office {
  readonly store = new MemoryStore();
  readonly clock = new FakeClock();
  readonly presence = new Presence(30, this.clock.read);
  passwords = new Passwords(CHEAP_COST);

  accounts(minPassword = 4): Accounts {
    return new Accounts({ ...this, minPassword });
  }

  isHeardOf(ip: string): void {
    this.presence.set(alice, "ONLINE", { ip, port: 4001 });
  }
}

Deno.test("a new name is registered at its first login, and has its password then", async () => {
  const office = new Office();
  const accounts = office.accounts();
  assertEquals(await accounts.standing(alice, HERE), "new");
  assertEquals(await accounts.logIn(alice, "secret words", HERE), "registered");
  assert(office.store.isKnown(alice), "the buddy service knows the name");
  assertEquals(await accounts.standing(alice, THERE), "existing");
  assertEquals(await accounts.logIn(alice, "secret words", THERE), "welcome");
  assertEquals(await accounts.logIn(alice, "secret word", HERE), "wrong");
});

for (const way of ["register", "logIn"] as const) {
  Deno.test(`whatever happens during ${way}(), no new name is there without its password`, async () => {
    const office = new Office();
    const change = office.store.change.bind(office.store);
    let changes = 0;
    office.store.change = (wanted) =>
      ++changes === 1 ? change(wanted) : Promise.reject(new StorageError("The disk is full"));
    assertEquals(await office.accounts()[way](alice, "secret words", HERE), "registered");
    assertEquals(await office.accounts().logIn(alice, "other words", THERE), "wrong");
  });
}

Deno.test("only a hash of the password is stored", async () => {
  const office = new Office();
  await office.accounts().logIn(alice, "secret words", HERE);
  const stored = office.store.passwordOf(alice)!;
  assert(stored.startsWith("scrypt$"));
  assert(!stored.includes("secret"));
});

Deno.test("a password that is too short leaves the name as it was", async () => {
  const office = new Office();
  assertEquals(await office.accounts().logIn(alice, "abc", HERE), "too short");
  assertEquals(office.store.isKnown(alice), false);
  assertEquals(await office.accounts(8).logIn(alice, "abcdefg", HERE), "too short");
  assertEquals(await office.accounts().logIn(alice, "😀😀😀", HERE), "too short", "in characters");
  assertEquals(await office.accounts(3).logIn(alice, "abc", HERE), "registered");
});

Deno.test("a short password is just wrong for a name that has one", async () => {
  const office = new Office();
  await office.accounts().logIn(alice, "secret", HERE);
  assertEquals(await office.accounts().logIn(alice, "abc", HERE), "wrong");
});

Deno.test("a name of the buddy service gets its password here, and keeps its buddies", async () => {
  const office = new Office();
  await office.store.change({ kind: "register", user: id("bob") });
  await office.store.change({ kind: "register", user: alice });
  await office.store.change({ kind: "add", user: alice, buddy: id("bob") });
  assertEquals(await office.accounts().standing(alice, HERE), "new");
  assertEquals(await office.accounts().logIn(alice, "secret", HERE), "registered");
  assertEquals(office.store.buddiesOf(alice), [id("bob")]);
});

Deno.test("while somebody is heard of, only they can choose the password", async () => {
  const office = new Office();
  await office.store.change({ kind: "register", user: alice });
  office.isHeardOf(HERE);
  const accounts = office.accounts();
  assertEquals(await accounts.standing(alice, THERE), "elsewhere");
  assertEquals(await accounts.logIn(alice, "secret", THERE), "elsewhere");
  assertEquals(office.store.passwordOf(alice), undefined);
  assertEquals(await accounts.standing(alice, HERE), "new");
  office.clock.advance(30_000);
  assertEquals(await accounts.standing(alice, THERE), "new", "their SET is over");
});

Deno.test("once there is a password, it does not matter where they are heard of", async () => {
  const office = new Office();
  await office.accounts().logIn(alice, "secret", HERE);
  office.isHeardOf(HERE);
  assertEquals(await office.accounts().standing(alice, THERE), "existing");
  assertEquals(await office.accounts().logIn(alice, "secret", THERE), "welcome");
});

Deno.test("of many who register one name at once, one gets it", async () => {
  const office = new Office();
  const accounts = office.accounts();
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, index) => accounts.logIn(alice, `secret ${index}`, HERE)),
  );
  assertEquals(outcomes.filter((outcome) => outcome === "registered").length, 1);
  assertEquals(outcomes.filter((outcome) => outcome === "taken").length, 9);
  const winner = outcomes.indexOf("registered");
  assertEquals(await accounts.logIn(alice, `secret ${winner}`, HERE), "welcome");
});

Deno.test("who registers one name twice at once with one password is in both times", async () => {
  const office = new Office();
  const accounts = office.accounts();
  const outcomes = await Promise.all([1, 2].map(() => accounts.logIn(alice, "secret", HERE)));
  assertEquals(outcomes.sort(), ["registered", "welcome"]);
});

Deno.test("a hash of another cost is made anew at the next login", async () => {
  const office = new Office();
  await office.accounts().logIn(alice, "secret", HERE);
  const before = office.store.passwordOf(alice);
  office.passwords = new Passwords({ ...CHEAP_COST, log2N: CHEAP_COST.log2N + 1 });
  const accounts = office.accounts();
  assertEquals(await accounts.logIn(alice, "wrong one", HERE), "wrong");
  assertEquals(office.store.passwordOf(alice), before);
  assertEquals(await accounts.logIn(alice, "secret", HERE), "welcome");
  const after = office.store.passwordOf(alice)!;
  assertEquals(office.passwords.isOutdated(after), false);
  assertEquals(await accounts.logIn(alice, "secret", HERE), "welcome");
  assertEquals(office.store.passwordOf(alice), after, "once");
});

Deno.test("what cannot be stored is told, except for a hash made anew", async () => {
  const office = new Office();
  await office.accounts().logIn(alice, "secret", HERE);
  office.passwords = new Passwords({ ...CHEAP_COST, p: 2 });
  office.store.change = () => Promise.reject(new StorageError("The disk is full"));
  assertEquals(await office.accounts().logIn(alice, "secret", HERE), "welcome");
  await assertRejects(() => office.accounts().logIn(id("bob"), "secret", HERE), StorageError);
});

Deno.test("too many at once are told so", async () => {
  const office = new Office();
  office.passwords = new Passwords(CHEAP_COST, { atOnce: 1, waiting: 0 });
  const accounts = office.accounts();
  const first = accounts.logIn(alice, "secret", HERE);
  await assertRejects(() => accounts.logIn(id("bob"), "secret", HERE), BusyError);
  assertEquals(await first, "registered");
});

Deno.test("an address that registered too many names is told so before any work is done", async () => {
  const office = new Office();
  const accounts = new Accounts({ ...office, minPassword: 4, mayRegister: (ip) => ip === HERE });
  assertEquals(await accounts.logIn(alice, "secret", THERE), "too many names");
  assertEquals(office.store.isKnown(alice), false);
  assertEquals(await accounts.logIn(alice, "secret", HERE), "registered");
  assertEquals(await accounts.logIn(alice, "secret", THERE), "welcome");
});

Deno.test("many new names from one address keep nobody waiting who is known", async () => {
  const office = new Office();
  const accounts = office.accounts();
  for (const user of ["ann", "bob"]) await accounts.logIn(id(user), "secret", HERE);
  office.passwords = new Passwords(CHEAP_COST, { atOnce: 1, waiting: 10 });
  const busy = office.accounts();
  const done: string[] = [];
  const flood = Array.from({ length: 11 }, async (_, index) => {
    const outcome = await busy.logIn(id(`new${index}`), "secret", HERE).catch((error) =>
      error.name
    );
    done.push(outcome);
  });
  const known = [["ann", HERE], ["bob", THERE]].map(async ([user, ip]) => {
    done.push(await busy.logIn(id(user!), "secret", ip!));
  });
  await Promise.all([...flood, ...known]);
  const inTurn = done.filter((outcome) => outcome !== "BusyError");
  assertEquals(done.length - inTurn.length, 2, "those two took the place of the last");
  assertEquals(inTurn.slice(0, 5).filter((outcome) => outcome === "welcome").length, 2);
});

Deno.test("many guesses from one address keep nobody waiting who is at another", async () => {
  const office = new Office();
  await office.accounts().logIn(alice, "secret", THERE);
  office.passwords = new Passwords(CHEAP_COST, { atOnce: 1, waiting: 10 });
  const accounts = office.accounts();
  const done: string[] = [];
  const guesses = Array.from({ length: 11 }, async () => {
    done.push(await accounts.logIn(alice, "guess", HERE).catch((error) => error.name));
  });
  const own = accounts.logIn(alice, "secret", THERE).then((outcome) => done.push(outcome));
  await Promise.all([...guesses, own]);
  assertEquals(done.filter((outcome) => outcome === "BusyError").length, 1);
  assert(done.indexOf("welcome") < 4, done.join(", "));
});

Deno.test("register() takes a new name with its password, and no other", async () => {
  const office = new Office();
  const accounts = office.accounts();
  assertEquals(await accounts.register(alice, "abc", HERE), "too short");
  assertEquals(office.store.isKnown(alice), false);
  assertEquals(await accounts.register(alice, "secret words", HERE), "registered");
  assertEquals(await accounts.register(alice, "secret words", HERE), "exists");
  assertEquals(await accounts.logIn(alice, "secret words", THERE), "welcome");
  await office.store.change({ kind: "register", user: id("bob") });
  assertEquals(await accounts.register(id("bob"), "secret words", HERE), "exists");
  assertEquals(office.store.passwordOf(id("bob")), undefined, "a name without one stays so");
});

Deno.test("register(): of many who want a name at once one gets it, with their password", async () => {
  const office = new Office();
  const accounts = office.accounts();
  const secrets = Array.from({ length: 8 }, (_, at) => `secret ${at}`);
  const outcomes = await Promise.all(
    secrets.map((secret) => accounts.register(alice, secret, HERE)),
  );
  assertEquals(outcomes.filter((outcome) => outcome === "registered").length, 1);
  const winner = secrets[outcomes.indexOf("registered")]!;
  assertEquals(await accounts.logIn(alice, winner, HERE), "welcome");
});

Deno.test("register() asks once whether the address may have one more name", async () => {
  const office = new Office();
  let asked = 0;
  const mayRegister = (): boolean => ++asked > 1;
  const accounts = new Accounts({ ...office, minPassword: 4, mayRegister });
  assertEquals(await accounts.register(alice, "secret", HERE), "too many names");
  assertEquals(await accounts.register(alice, "secret", HERE), "registered");
  assertEquals(await accounts.register(alice, "secret", HERE), "exists");
  assertEquals(asked, 2);
});

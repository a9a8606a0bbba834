import { assert, assertEquals } from "@std/assert";
import { BusyError, StorageError } from "../../lib/core/errors.ts";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { LOGIN_LIMITS } from "../../lib/core/limits.ts";
import { LoginAttempts } from "../../lib/server/login_attempts.ts";
import { LoginTries } from "../../lib/server/login_tries.ts";
import { Turns } from "../../lib/services/turns.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";
import { RecordedLog } from "../support/recorded_log.ts";

const alice = id("alice");
const [HERE, THERE] = ["192.0.2.1", "192.0.2.2"];
const PER_PAIR = LOGIN_LIMITS.perPair.atOnce;

/** Tries whose passwords are hashed when the test says so, one at once. */
class Desk {
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly attempts = new LoginAttempts(parseAddressSet([]));
  readonly tries = new LoginTries({ ...this, clock: this.clock.read });
  readonly hashed: string[] = [];
  readonly #turns: Turns;
  readonly #held = Promise.withResolvers<void>();

  constructor(waiting = 100) {
    this.#turns = new Turns({ atOnce: 1, waiting });
  }

  go(): void {
    this.#held.resolve();
  }

  try(
    outcome: "wrong" | "welcome",
    { user = alice, from = HERE, signal = new AbortController().signal } = {},
  ): Promise<string> {
    return this.tries.logIn({ user, from, signal }, (waiting) =>
      this.#turns.run(async () => {
        await this.#held.promise;
        this.hashed.push(`${user} ${from}`);
        return outcome;
      }, { ...waiting, share: from }));
  }
}

Deno.test("of a hundred guesses at once, those beyond the bound cost no hash", async () => {
  const desk = new Desk();
  const results = Array.from({ length: 100 }, () => desk.try("wrong"));
  desk.go();
  const told = await Promise.all(results);
  assertEquals(told.filter((result) => result === "wrong").length, PER_PAIR);
  assertEquals(told.filter((result) => result === "too many attempts").length, 100 - PER_PAIR);
  // The turn is handed on before the last outcome is counted.
  assert(desk.hashed.length <= PER_PAIR + 1, `${desk.hashed.length} hashes`);
});

Deno.test("addresses that guessed before fill a line of their own, and keep nobody out", async () => {
  const desk = new Desk(50);
  const guessers = Array.from({ length: 128 }, (_, index) => `198.51.100.${index}`);
  for (const from of guessers) desk.attempts.wasWrong("u", from, desk.clock.read());
  const flood = guessers.map((from) => desk.try("wrong", { from }));
  const bob = { user: id("bob"), from: THERE };
  const own = desk.try("welcome", bob);
  desk.go();
  assertEquals(await own, "welcome");
  assertEquals(desk.hashed.indexOf(`bob ${THERE}`), 2, "the one that ran, and one in turn");
  const told = await Promise.all(flood);
  assertEquals(told.filter((result) => result === "busy").length, 128 - 51);
});

Deno.test("who was here before is let in though strangers have all other places", async () => {
  const desk = new Desk(50);
  desk.attempts.wasRight("bob", THERE);
  const flood = Array.from(
    { length: 128 },
    (_, index) => desk.try("wrong", { from: `198.51.100.${index}` }),
  );
  const own = desk.try("welcome", { user: id("bob"), from: THERE });
  const stranger = desk.try("welcome", { user: id("carol"), from: THERE });
  assertEquals(await stranger, "busy");
  desk.go();
  assertEquals(await own, "welcome");
  await Promise.all(flood);
});

Deno.test("what keeps a password from being judged has a name, and the log is told of faults", async () => {
  const desk = new Desk();
  const gone = new AbortController();
  const running = desk.try("welcome");
  const waiting = desk.try("welcome", { signal: gone.signal });
  gone.abort();
  assertEquals(await waiting, "gone");
  desk.go();
  assertEquals(await running, "welcome");
  const login = { user: alice, from: HERE, signal: new AbortController().signal };
  const failing = (error: Error) => desk.tries.logIn(login, () => Promise.reject(error));
  assertEquals(await failing(new BusyError("full")), "busy");
  assertEquals(await failing(new StorageError("The disk is full")), "not stored");
  assertEquals(desk.log.messages("error"), [], "the store has told");
  assertEquals(await failing(new TypeError("secret words")), "not stored");
  assertEquals(desk.log.messages("error"), ["A login failed"]);
  assertEquals(JSON.stringify(desk.log.entries).includes("secret"), false);
});

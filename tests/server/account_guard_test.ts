import { assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { AccountGuard } from "../../lib/server/account_guard.ts";
import { LoginAttempts } from "../../lib/server/login_attempts.ts";
import { LoginTries } from "../../lib/server/login_tries.ts";
import { Accounts } from "../../lib/services/accounts.ts";
import { LoginSessions } from "../../lib/services/login_sessions.ts";
import { Passwords } from "../../lib/services/passwords.ts";
import { Presence } from "../../lib/services/presence.ts";
import { Roster } from "../../lib/services/roster.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { parseAccountRequest } from "../../lib/wire/account_request.ts";
import { REPLIES } from "../../lib/wire/buddy_reply.ts";
import { encodeAuthenticatedLine } from "../../lib/wire/request_mac.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";
import { CHEAP_COST, heldPasswords } from "../support/passwords.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { within } from "../support/within.ts";

const [HERE, THERE] = ["192.0.2.1", "192.0.2.2"];
const HASH = await new Passwords(CHEAP_COST).hash("secret");

/** A guard over two users, whose password is `secret`. */
class Gate {
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly store = new MemoryStore();
  readonly sessions = new LoginSessions(this.clock.read);
  readonly guard: AccountGuard;
  /** What was believed. */
  readonly passed: string[] = [];

  private constructor(passwords: Passwords, answerSeconds: number) {
    const presence = new Presence(30, this.clock.read);
    const attempts = new LoginAttempts(parseAddressSet([]));
    this.guard = new AccountGuard({
      accounts: new Accounts({ store: this.store, passwords, presence, minPassword: 4 }),
      tries: new LoginTries({ attempts, clock: this.clock.read, log: this.log }),
      sessions: this.sessions,
      roster: new Roster(this.store, presence),
      allowCleartext: true,
      ...{ log: this.log, answerSeconds },
    });
  }

  static async open(passwords = new Passwords(CHEAP_COST), answerSeconds = 600): Promise<Gate> {
    const gate = new Gate(passwords, answerSeconds);
    for (const user of ["alice", "bob"].map(id)) {
      await gate.store.change({ kind: "register", user });
      await gate.store.change({ kind: "set password", user, hash: HASH });
    }
    return gate;
  }

  async ask(
    line: string,
    remoteIp: string = HERE,
    gone: AbortSignal = new AbortController().signal,
  ): Promise<string> {
    const request = parseAccountRequest(toBytes(line));
    const pass = ({ kind }: { readonly kind: string }): Uint8Array => {
      this.passed.push(kind);
      return REPLIES[200];
    };
    const attention = { whenGone: () => gone };
    const reply = await this.guard.answer(request, { remoteIp }, pass, attention);
    return new TextDecoder().decode(reply).trimEnd();
  }
}

/** Waits until all that can go on has done so. */
function settled(): Promise<void> {
  return new Promise((resume) => setTimeout(resume, 0));
}

Deno.test("logins whose clients are gone while they wait cost nothing", async () => {
  const { passwords, go, worked } = heldPasswords(100);
  const gate = await Gate.open(passwords);
  const first = gate.ask("LOG alice secret");
  await settled();
  const gone = new AbortController();
  const waiting = Array.from({ length: 50 }, () => gate.ask("LOG bob secret", HERE, gone.signal));
  const registering = gate.ask("REG carol secret", HERE, gone.signal);
  await settled();
  gone.abort();
  for (const reply of await within("their end", Promise.all([...waiting, registering]))) {
    assertEquals(reply, "204 DENIED busy");
  }
  go();
  assertEquals((await first).slice(0, 6), "200 OK");
  assertEquals([worked(), gate.guard.judged.gone], [1, 51]);
  assertEquals(gate.store.isKnown(id("carol")), false);
});

Deno.test("a login that waits longer than its client is taken back", async () => {
  const { passwords, go, worked } = heldPasswords(100);
  const gate = await Gate.open(passwords, 0.001);
  const first = gate.ask("LOG alice secret");
  await settled();
  assertEquals(await gate.ask("LOG bob secret"), "204 DENIED busy");
  go();
  await first;
  assertEquals([worked(), gate.guard.judged.gone], [1, 1]);
});

Deno.test("a login that need not wait is answered to a client that has ended its side", async () => {
  const gate = await Gate.open();
  const reply = await gate.ask("LOG alice secret", HERE, AbortSignal.abort());
  assertEquals(reply.slice(0, 6), "200 OK");
});

Deno.test("a session publishes for its own user alone, wherever others are online", async () => {
  const gate = await Gate.open();
  const key = gate.sessions.begin(id("alice"), HERE);
  let counter = 0;
  const ask = (request: string, ip = HERE): Promise<string> => {
    const line = encodeAuthenticatedLine(request, key, { counter: ++counter, age: 0 }, "TCP");
    return gate.ask(new TextDecoder().decode(line.subarray(0, -1)), ip);
  };
  assertEquals(await ask("INFO bob files=4002"), "204 DENIED");
  assertEquals(gate.passed, []);
  assertEquals(await ask("INFO alice files=4002"), "200 OK");
  assertEquals(await ask("INFO bob"), "200 OK");
  assertEquals(await ask("GET alice", THERE), "204 DENIED");
  assertEquals(gate.passed, ["publish", "info"]);
  const { "another user": anothers, "another address": elsewhere } = gate.guard.refused;
  assertEquals([anothers, elsewhere], [1, 1]);
});

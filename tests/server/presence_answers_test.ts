import { assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import type { OwnAddress } from "../../lib/net/interfaces.ts";
import type { DatagramAddress } from "../../lib/net/udp.ts";
import { isAnswerable } from "../../lib/net/answerable.ts";
import { newSessionKey } from "../../lib/core/session_key.ts";
import { AnswerBudget } from "../../lib/net/answer_budget.ts";
import type { AccountGuard } from "../../lib/server/account_guard.ts";
import { PresenceAnswers, viewFromElsewhere } from "../../lib/server/presence_answers.ts";
import { Presence } from "../../lib/services/presence.ts";
import { Roster } from "../../lib/services/roster.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";
import { toBytes } from "../support/raw_tcp.ts";

const OWN: readonly OwnAddress[] = [
  { ip: "127.0.0.1", cidr: "127.0.0.1/8", broadcast: "127.255.255.255" },
  { ip: "192.0.2.2", cidr: "192.0.2.2/24", broadcast: "192.0.2.255" },
  { ip: "fd00::2", cidr: "fd00::2/64" },
];
const own = (): readonly OwnAddress[] => OWN;
const ASKER: DatagramAddress = { ip: "192.0.2.7", port: 5000 };
const PORT = 1235;

// --- Whom to answer ------------------------------------------------------------------------------

const ANSWERABLE: readonly (readonly [what: string, ip: string, port: number, yes: boolean])[] = [
  ["a client in the network", "192.0.2.7", 5000, true],
  ["a client with our port on another machine", "192.0.2.7", PORT, true],
  ["a client far away", "203.0.113.5", 5000, true],
  ["a client over IPv6", "fd00::7", 5000, true],
  ["a client on this machine", "127.0.0.1", 5000, true],
  ["a client on this machine by its own address", "192.0.2.2", 5000, true],
  ["port 0", "192.0.2.7", 0, false],
  ["multicast", "224.0.0.1", 5000, false],
  ["multicast, the last of it", "239.255.255.255", 5000, false],
  ["IPv6 multicast", "ff02::1", 5000, false],
  ["IPv6 multicast in capitals", "FF02::1", 5000, false],
  ["broadcast to all", "255.255.255.255", 5000, false],
  ["broadcast to our network", "192.0.2.255", 5000, false],
  ["no address", "0.0.0.0", 5000, false],
  ["no IPv6 address", "::", 5000, false],
  ["our own socket", "192.0.2.2", PORT, false],
  ["our own socket by loopback", "127.0.0.1", PORT, false],
  ["our own socket by another loopback", "127.0.0.2", PORT, false],
  ["our own socket by IPv6", "fd00::2", PORT, false],
  ["our own socket by IPv6 loopback", "::1", PORT, false],
];

for (const [what, ip, port, yes] of ANSWERABLE) {
  Deno.test(`isAnswerable() says ${yes ? "yes" : "no"} to ${what}`, () => {
    assertEquals(isAnswerable({ ip, port }, PORT, own), yes);
  });
}

// --- What an asker elsewhere sees ----------------------------------------------------------------

function seen(buddyIp: string, askerIp: string, advertised?: string): string | undefined {
  const view = viewFromElsewhere(advertised, own);
  const entry = {
    buddy: id("bob"),
    status: "ONLINE",
    address: { ip: buddyIp, port: 4001 },
  } as const;
  const { address } = view(entry, askerIp);
  assertEquals(address?.port, 4001);
  return address?.ip;
}

Deno.test("a buddy on the server's machine has the interface address for an asker elsewhere", () => {
  assertEquals(seen("127.0.0.1", "192.0.2.7"), "192.0.2.2");
  assertEquals(seen("127.0.0.1", "203.0.113.5"), "192.0.2.2");
  assertEquals(seen("::1", "fd00::7"), "fd00::2");
  assertEquals(seen("127.0.0.1", "fd00::7"), "fd00::2");
});

Deno.test("--advertise wins over the interface address", () => {
  assertEquals(seen("127.0.0.1", "192.0.2.7", "198.51.100.1"), "198.51.100.1");
  assertEquals(seen("127.0.0.1", "fd00::7", "198.51.100.1"), "198.51.100.1");
  assertEquals(seen("127.0.0.1", "127.0.0.2", "198.51.100.1"), "198.51.100.1");
});

Deno.test("two on the server's machine see each other's loopback address", () => {
  assertEquals(seen("127.0.0.1", "127.0.0.1"), "127.0.0.1");
  assertEquals(seen("127.0.0.1", "127.0.0.1", "198.51.100.1"), "127.0.0.1");
  assertEquals(seen("127.0.0.1", "127.0.0.2"), "127.0.0.1");
});

Deno.test("a buddy elsewhere is seen as recorded, whoever asks", () => {
  assertEquals(seen("192.0.2.9", "192.0.2.7"), "192.0.2.9");
  assertEquals(seen("192.0.2.9", "127.0.0.1", "198.51.100.1"), "192.0.2.9");
});

Deno.test("a buddy not heard of has no address to change", () => {
  const view = viewFromElsewhere("198.51.100.1", own);
  const entry = { buddy: id("bob"), status: "OFFLINE" } as const;
  assertEquals(view(entry, ASKER.ip), entry);
});

Deno.test("a loopback address stays where there is none to tell instead", () => {
  const view = viewFromElsewhere(undefined, () => OWN.slice(0, 1));
  const entry = {
    buddy: id("bob"),
    status: "ONLINE",
    address: { ip: "127.0.0.1", port: 1 },
  } as const;
  assertEquals(view(entry, ASKER.ip), entry);
});

// --- What becomes of a datagram ------------------------------------------------------------------

interface Sent {
  readonly text: string;
  readonly to: DatagramAddress;
}

/** Presence answers with their parts in reach. */
class Bench {
  readonly clock = new FakeClock();
  readonly store = new MemoryStore();
  readonly presence = new Presence(30, this.clock.read);
  readonly budget = new AnswerBudget(parseAddressSet([]), this.clock.now);
  readonly sent: Sent[] = [];
  /** Judges who sends, where accounts have passwords. */
  guard: Pick<AccountGuard, "admit"> | undefined;
  readonly #parts = {
    roster: new Roster(this.store, this.presence),
    presence: this.presence,
    budget: this.budget,
    view: viewFromElsewhere(undefined, own),
    own,
    clock: this.clock.read,
    send: (text: string, to: DatagramAddress) => this.sent.push({ text, to }),
    port: PORT,
  };

  async register(...names: string[]): Promise<void> {
    for (const name of names) await this.store.change({ kind: "register", user: id(name) });
  }

  /** Registers a user with so many buddies, named so that each line has 55 bytes. */
  async registerWithBuddies(user: string, count: number): Promise<void> {
    await this.register(user);
    for (let number = 0; number < count; number++) {
      const buddy = `b${number}`.padEnd(32, "-");
      await this.register(buddy);
      await this.store.change({ kind: "add", user: id(user), buddy: id(buddy) });
    }
  }

  async take(datagram: string, from: DatagramAddress = ASKER): Promise<void> {
    const guard = this.guard as AccountGuard | undefined;
    await new PresenceAnswers({ ...this.#parts, guard }).take(toBytes(datagram), from);
  }
}

Deno.test("take() answers GET of a known user once, to where it came from", async () => {
  const bench = new Bench();
  await bench.register("ann");
  await bench.take("GET ann");
  assertEquals(bench.sent, [{ text: "", to: ASKER }]);
});

Deno.test("take() is silent for an unknown user, a bad request, and whom it must not answer", async () => {
  const bench = new Bench();
  await bench.register("ann");
  for (const wrong of ["GET nobody", "GET", "", "PUT ann", "GET ../ann", "\0\xff"]) {
    await bench.take(wrong);
  }
  await bench.take("GET ann", { ip: "224.0.0.1", port: 5000 });
  await bench.take("GET ann", { ip: ASKER.ip, port: 0 });
  await bench.take("GET ann", { ip: "192.0.2.2", port: PORT });
  assertEquals(bench.sent, []);
});

Deno.test("take() records SET with the datagram's source, and answers nothing", async () => {
  const bench = new Bench();
  await bench.register("ann");
  await bench.take("SET ann 100 ONLINE 4001");
  const address = { ip: ASKER.ip, port: 4001 };
  assertEquals(bench.presence.of(id("ann")), { buddy: id("ann"), status: "ONLINE", address });
  await bench.take("SET nobody 100 ONLINE 4001");
  assertEquals(bench.presence.size, 1);
  assertEquals(bench.sent, []);
});

Deno.test("an unproven address gets a list cut at a line end below 1,200 bytes", async () => {
  const bench = new Bench();
  await bench.registerWithBuddies("ann", 40);
  await bench.take("GET ann");
  assertEquals(bench.sent[0]?.text.length, 21 * 55);
  bench.budget.prove(ASKER.ip, bench.clock.now);
  await bench.take("GET ann");
  assertEquals(bench.sent[1]?.text.length, 40 * 55);
});

Deno.test("a datagram that is believed proves its address, and gets its whole list", async () => {
  const bench = new Bench();
  await bench.registerWithBuddies("ann", 40);
  const request = { kind: "get", user: id("ann") } as const;
  bench.guard = { admit: () => ({ request, key: newSessionKey(), counter: 1 }) };
  await bench.take("GET ann");
  const [list] = bench.sent[0]!.text.split("MAC ");
  assertEquals(list?.length, 40 * 55);
});

Deno.test("over the limit there is silence, and no word of it", async () => {
  const bench = new Bench();
  await bench.register("ann");
  for (let number = 0; number < 150; number++) await bench.take("GET ann");
  assertEquals(bench.sent.length, 100);
  bench.clock.advance(1000);
  for (let number = 0; number < 150; number++) await bench.take("GET ann");
  assertEquals(bench.sent.length, 150);
});

/** A pseudo-random number below `below`; the same ones in every run. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

/** What one party was sent: never more than a burst, drained at a rate, can hold. */
class Meter {
  #level = 0;
  #at = 0;

  constructor(readonly perSecond: number, readonly burst: number) {}

  add(amount: number, now: number): boolean {
    this.#level = Math.max(0, this.#level - (now - this.#at) * this.perSecond / 1000) + amount;
    this.#at = now;
    return this.#level <= this.burst + 1e-6;
  }
}

Deno.test("100,000 datagrams with forged sources: bounds hold for each address and for all", async () => {
  const bench = new Bench();
  await bench.registerWithBuddies("ann", 40);
  await bench.registerWithBuddies("eve", 3);
  const random = makeRandom(20_261_120);
  const all = new Meter(1_000_000, 1_000_000);
  const perAddress = new Map<string, Meter>();
  const start = bench.clock.now;
  let answered = 0;
  for (let number = 0; number < 100_000; number++) {
    if (random(8) === 0) bench.clock.advance(random(6));
    // A few victims are hit hard, many a little; some are one network of IPv6.
    const group = random(3) === 0 ? random(5) : random(3000);
    const isIpv6 = group % 4 === 3;
    const ip = isIpv6
      ? `2001:db8:0:${group.toString(16)}::${(random(9999) + 1).toString(16)}`
      : `10.0.${group >> 8}.${group & 255}`;
    await bench.take(random(3) === 0 ? "GET eve" : "GET ann", { ip, port: 1 + random(65_535) });
    const answer = bench.sent.pop();
    if (answer === undefined) continue;
    answered++;
    const { length } = answer.text;
    const now = bench.clock.now - start;
    const meter = perAddress.get(`${group}`) ?? new Meter(50, 100);
    perAddress.set(`${group}`, meter);
    assertEquals(answer.to.ip, ip);
    assertEquals(length <= 1200 && (length === 0 || answer.text.endsWith("\n")), true);
    assertEquals(meter.add(1, now), true, `too many answers to ${ip}`);
    assertEquals(all.add(length, now), true, "too many bytes in all");
  }
  // Both kinds of limits were met, or this proved nothing.
  assertEquals(answered > 20_000 && answered < 99_000, true, `${answered} were answered`);
});

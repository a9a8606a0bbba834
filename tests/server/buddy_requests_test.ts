import { assertEquals } from "@std/assert";
import { StorageError } from "../../lib/core/errors.ts";
import type { UserId } from "../../lib/core/user_id.ts";
import { buddyMeter, BuddyRequests } from "../../lib/server/buddy_requests.ts";
import { Presence } from "../../lib/services/presence.ts";
import { Roster } from "../../lib/services/roster.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { HOSTILE_IDS, id } from "../support/ids.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { RecordedLog } from "../support/recorded_log.ts";

const CLIENT = "192.0.2.7";
const OK = "200 OK\r\n";
const INVALID = "201 INVALID\r\n";
const NO_SUCH_USER = "202 NO SUCH USER\r\n";
const USER_EXISTS = "203 USER EXISTS\r\n";
const DENIED = "204 DENIED\r\n";
const STORAGE = "500 STORAGE\r\n";

/** Requests answered in a test. */
class Counter {
  readonly presence = new Presence(30, new FakeClock().read);
  readonly log = new RecordedLog();
  readonly meter = buddyMeter({ isTimed: false, log: this.log, hasAccounts: false });
  readonly #requests: BuddyRequests;

  constructor(store: Store = new MemoryStore()) {
    this.#requests = new BuddyRequests({
      roster: new Roster(store, this.presence),
      presence: this.presence,
      view: (entry, askerIp) => {
        return entry.address === undefined
          ? entry
          : { ...entry, address: { ...entry.address, ip: `${entry.address.ip}-for-${askerIp}` } };
      },
      offered: { get: true, info: true, accounts: false, tls: undefined },
      meter: this.meter,
      log: this.log,
    });
  }

  /** The reply to a line, `undefined` for none. */
  async ask(line: string | undefined, fromIp: string = CLIENT): Promise<string | undefined> {
    const bytes = line === undefined ? undefined : toBytes(line);
    const reply = await this.#requests.answer(bytes, { remoteIp: fromIp });
    return reply && new TextDecoder().decode(reply);
  }

  /** Asks several and gives the last reply. */
  async askAll(...lines: string[]): Promise<string | undefined> {
    let reply: string | undefined;
    for (const line of lines) reply = await this.ask(line);
    return reply;
  }
}

/** A story told in lines and their replies, in order. */
const STORY: readonly (readonly [line: string, reply: string | undefined])[] = [
  ["REG ann", OK],
  ["REG ann", USER_EXISTS],
  ["reg ANN", USER_EXISTS],
  ["ADD ann bob", NO_SUCH_USER],
  ["ADD bob ann", NO_SUCH_USER],
  ["DEL ann bob", NO_SUCH_USER],
  ["ADD bob bob", NO_SUCH_USER],
  ["DEL bob bob", NO_SUCH_USER],
  ["REG bob", OK],
  ["ADD ann bob", OK],
  ["ADD ann bob", INVALID],
  ["ADD ann BOB", INVALID],
  ["ADD ann ann", INVALID],
  ["ADD ann Ann", INVALID],
  ["DEL ann ann", INVALID],
  ["DEL ann bob", OK],
  ["DEL ann bob", OK],
  ["ADD ann bob", OK],
  ["REG", INVALID],
  ["ADD", INVALID],
  ["ADD ann", INVALID],
  ["ADD nobody", INVALID],
  ["DEL", INVALID],
  ["DEL ann", INVALID],
  ["HELLO ann", INVALID],
  ["SET ann 100 ONLINE 4001", INVALID],
  ["LOG ann secret", INVALID],
  ["REGISTER ann", INVALID],
  ["", undefined],
  [" \t ", undefined],
  ["CAP", "200 OK parley/1 get info\r\n"],
  ["cap whatever else", "200 OK parley/1 get info\r\n"],
];

Deno.test("answer() gives each request its reply", async () => {
  const counter = new Counter();
  for (const [line, reply] of STORY) assertEquals(await counter.ask(line), reply, line);
  assertEquals(counter.log.entries, []);
});

Deno.test("answer() takes a line too long to be a request for invalid", async () => {
  assertEquals(await new Counter().ask(undefined), INVALID);
});

Deno.test("answer() judges syntax before existence", async () => {
  const counter = new Counter();
  await counter.ask("REG ann");
  for (const hostile of ["../x", "bo/b", "x".repeat(33)]) {
    assertEquals(await counter.ask(`ADD nobody ${hostile}`), INVALID);
    assertEquals(await counter.ask(`ADD ${hostile} nobody`), INVALID);
    assertEquals(await counter.ask(`DEL nobody ${hostile}`), INVALID);
  }
});

Deno.test("answer() lets no hostile id reach the store", async () => {
  class StrictStore extends MemoryStore {
    override isKnown(user: UserId): boolean {
      if (!/^[a-z0-9][a-z0-9._-]{0,31}$/.test(user)) throw new Error(`asked for ${user}`);
      return super.isKnown(user);
    }
  }
  const counter = new Counter(new StrictStore());
  await counter.ask("REG ann");
  for (const hostile of HOSTILE_IDS) {
    for (const command of ["REG #", "ADD ann #", "ADD # ann", "DEL ann #", "GET #", "INFO #"]) {
      assertEquals(await counter.ask(command.replace("#", () => hostile)), INVALID, hostile);
    }
  }
  assertEquals(counter.log.entries, []);
});

Deno.test("GET tells the whole list as the asker should see it", async () => {
  const counter = new Counter();
  await counter.askAll("REG ann", "REG bob", "REG eve", "ADD ann bob", "ADD ann eve");
  counter.presence.set(id("eve"), "ONLINE", { ip: "127.0.0.1", port: 4001 });
  assertEquals(
    await counter.ask("GET Ann"),
    `200 OK 2\r\neve 100 ONLINE 127.0.0.1-for-${CLIENT} 4001\nbob 101 OFFLINE unknown 0\n`,
  );
  assertEquals(await counter.ask("GET bob"), "200 OK 0\r\n");
  assertEquals(await counter.ask("GET nobody"), NO_SUCH_USER);
  assertEquals(await counter.ask("GET"), INVALID);
});

Deno.test("INFO stores and tells words, only from the address of the live SET", async () => {
  const counter = new Counter();
  await counter.ask("REG ann");
  assertEquals(await counter.ask("INFO nobody"), NO_SUCH_USER);
  assertEquals(await counter.ask("INFO nobody files=1"), NO_SUCH_USER);
  assertEquals(await counter.ask("INFO"), INVALID);
  assertEquals(await counter.ask("INFO ann"), OK);
  assertEquals(await counter.ask("INFO ann files=4002"), DENIED);
  counter.presence.set(id("ann"), "ONLINE", { ip: CLIENT, port: 4001 });
  assertEquals(await counter.ask("INFO ann files=4002", "198.51.100.9"), DENIED);
  assertEquals(await counter.ask("INFO ann files=4002 key=abc"), OK);
  assertEquals(await counter.ask("INFO ann", "198.51.100.9"), "200 OK files=4002 key=abc\r\n");
  assertEquals(await counter.ask("INFO ann files"), INVALID);
  assertEquals(await counter.ask("INFO ann =4002"), INVALID);
  assertEquals(await counter.ask("INFO ann files=1 files=2"), INVALID);
  assertEquals(await counter.ask("INFO ann"), "200 OK files=4002 key=abc\r\n");
});

Deno.test("answer() says 500 to every change that cannot be stored, and only to those", async () => {
  const store = new MemoryStore();
  const counter = new Counter(store);
  await counter.askAll("REG ann", "REG bob");
  store.change = () => Promise.reject(new StorageError("No space left"));
  for (const line of ["REG eve", "ADD ann bob", "DEL ann bob"]) {
    assertEquals(await counter.ask(line), STORAGE);
  }
  assertEquals(await counter.ask("GET ann"), "200 OK 0\r\n");
  assertEquals(await counter.ask("REG ../x"), INVALID);
});

Deno.test("answer() says 500 when something unforeseen happens, and logs it", async () => {
  const store = new MemoryStore();
  const counter = new Counter(store);
  store.change = () => Promise.reject(new TypeError("a bug"));
  assertEquals(await counter.ask("REG ann"), STORAGE);
  assertEquals(counter.log.messages("error"), ["A request failed"]);
});

/**
 * Several servers over one database: the same names asked for at the same time.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import type { ChangeOutcome, Store, StoreChange } from "../../lib/storage/store.ts";
import { add, register, remove } from "../support/changes.ts";
import { id } from "../support/ids.ts";
import { NO_POSTGRES, PrivatePostgres } from "../support/postgres.ts";

const server = NO_POSTGRES === undefined ? await PrivatePostgres.start() : undefined;
if (server !== undefined) Deno.test.afterAll(() => server[Symbol.asyncDispose]());

const [ann, bob] = [id("ann"), id("bob")];

/** Registers a test with three servers' stores over one empty database. */
function shared(rule: string, check: (stores: readonly Store[]) => Promise<void>): void {
  const why = NO_POSTGRES === undefined ? "" : `: ${NO_POSTGRES}`;
  const ignore = NO_POSTGRES !== undefined;
  Deno.test({ name: `postgres store, shared: ${rule}${why}`, ignore }, async () => {
    await server!.clear();
    // All at once: whoever comes first makes the tables.
    const stores = await Promise.all([open(), open(), open()]);
    try {
      await check(stores);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
  });
}

function open(): Promise<Store> {
  return server!.open();
}

function count(outcomes: readonly ChangeOutcome[], wanted: ChangeOutcome): number {
  return outcomes.filter((outcome) => outcome === wanted).length;
}

/** Asks every store for every change, each store in an order of its own. */
async function fromAll(
  stores: readonly Store[],
  changes: readonly StoreChange[],
): Promise<ChangeOutcome[]> {
  const asked = stores.flatMap((store, index) => {
    const own = index % 2 === 0 ? changes : changes.toReversed();
    return own.map((change) => store.change(change));
  });
  return await Promise.all(asked);
}

shared(
  "of servers asked for the same 400 names in opposite order, one gets each",
  async (stores) => {
    const names = Array.from({ length: 400 }, (_, index) => id(`user${index}`));
    const outcomes = await fromAll(stores, names.map(register));
    assertEquals([count(outcomes, "done"), count(outcomes, "exists")], [400, 800]);
  },
);

shared("a buddy is added once and removed once, whoever is asked", async (stores) => {
  await stores[0]!.change(register(ann));
  await stores[1]!.change(register(bob));
  for (let round = 0; round < 20; round++) {
    assertEquals(count(await fromAll(stores, [add(ann, bob)]), "done"), 1);
    for (const store of stores) assertEquals(await store.buddiesOf(ann), [bob]);
    assertEquals(count(await fromAll(stores, [remove(ann, bob)]), "done"), 1);
    for (const store of stores) assertEquals(await store.buddiesOf(ann), []);
  }
});

shared("a room is created once, and a name in it given once", async (stores) => {
  const rooms = Array.from({ length: 30 }, (_, index) => `room ${index}`);
  const create = rooms.map((room): StoreChange => ({
    ...{ kind: "create room", room, host: "ann", hash: undefined },
  }));
  assertEquals(count(await fromAll(stores, create), "done"), 30);
  const join = rooms.map((room): StoreChange => ({
    ...{ kind: "join room", room, member: "ann", token: "token", ip: "192.0.2.1" },
  }));
  assertEquals(count(await fromAll(stores, join), "done"), 30);
  const close: StoreChange = { kind: "close room", room: "room 7" };
  assertEquals(count(await fromAll(stores, [close]), "done"), 1);
  for (const store of stores) {
    const seen = await store.rooms();
    assertEquals(seen.length, 29);
    assertEquals(seen.every(({ members }) => members.length === 1), true);
  }
});

shared(
  "what one server changes in a room, the others read, and nothing else anew",
  async (stores) => {
    const [one, other] = stores as [Store, Store];
    for (const room of ["lab", "hall"]) {
      await one.change({ kind: "create room", room, host: "ann", hash: undefined });
    }
    const before = await other.rooms();
    assertEquals(await other.rooms() === before, true);
    const joined = { member: "bob", token: "token", ip: "192.0.2.1" };
    await one.change({ kind: "join room", room: "hall", ...joined });
    const after = await other.rooms();
    assertEquals(after.map(({ room, members }) => [room, members]), [["lab", []], ["hall", [
      joined,
    ]]]);
    assertEquals(after[0] === before[0], true);
  },
);

shared("a database of a newer Parley is left alone", async () => {
  await server!.sql("INSERT INTO parley.migrations (number, name) VALUES (999, 'later')");
  await assertRejects(open, OperationalError, "a newer Parley made it");
});

shared(
  "text a database cannot keep is refused, and nobody else's change with it",
  async (stores) => {
    const [one] = stores as [Store];
    const create = (room: string): Promise<ChangeOutcome> =>
      one.change({ kind: "create room", room, host: "ann", hash: undefined });
    const [good, zero, half] = await Promise.allSettled([
      create("good"),
      create("ze\0ro"),
      create("\ud800"),
    ]);
    assertEquals([good.status, zero.status, half.status], ["fulfilled", "rejected", "rejected"]);
    assertEquals(one.health(), { writable: true });
  },
);

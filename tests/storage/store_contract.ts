/**
 * What every store must do, whatever it is made of: run for each kind by its own test file.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { UserId } from "../../lib/core/user_id.ts";
import type { ChangeOutcome, Store, StoreChange, UserChange } from "../../lib/storage/store.ts";
import { id } from "../support/ids.ts";

/** A store, open and empty. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
}

const [ann, bob, eve, nobody] = [id("ann"), id("bob"), id("eve"), id("nobody")];

function register(user: UserId): UserChange {
  return { kind: "register", user };
}

function add(user: UserId, buddy: UserId): UserChange {
  return { kind: "add", user, buddy };
}

function remove(user: UserId, buddy: UserId): UserChange {
  return { kind: "remove", user, buddy };
}

function create(room: string, hash?: string): StoreChange {
  return { kind: "create room", room, host: "Ann B.", hash };
}

function join(room: string, member: string): StoreChange {
  return { kind: "join room", room, member, token: `token-${member}`, ip: "192.0.2.7" };
}

/** Makes changes one after the other. */
async function inTurn(store: Store, ...changes: StoreChange[]): Promise<ChangeOutcome[]> {
  const outcomes: ChangeOutcome[] = [];
  for (const change of changes) outcomes.push(await store.change(change));
  return outcomes;
}

/** Asks for changes all at once. */
async function atOnce(store: Store, ...changes: StoreChange[]): Promise<ChangeOutcome[]> {
  return await Promise.all(changes.map((change) => store.change(change)));
}

/** Registers the tests of the contract for one kind of store. */
export function testStoreContract(kind: string, open: () => Promise<StoreUnderTest>): void {
  function contract(rule: string, check: (store: Store) => Promise<void>): void {
    Deno.test(`${kind}: ${rule}`, async () => {
      await using opened = await open();
      await check(opened.store);
    });
  }

  contract("a user is known from registering on", async (store) => {
    assertEquals(await store.isKnown(ann), false);
    assertEquals(await store.buddiesOf(ann), undefined);
    assertEquals(await inTurn(store, register(ann)), ["done"]);
    assertEquals(await store.isKnown(ann), true);
    assertEquals(await store.buddiesOf(ann), []);
  });

  contract("a taken name is not registered again, and keeps its buddies", async (store) => {
    await inTurn(store, register(ann), register(bob), add(ann, bob));
    assertEquals(await inTurn(store, register(ann)), ["exists"]);
    assertEquals(await store.buddiesOf(ann), [bob]);
  });

  contract("names that mean something to JavaScript are users like others", async (store) => {
    for (const name of ["constructor", "hasownproperty", "tostring", "valueof"]) {
      assertEquals(await store.isKnown(id(name)), false);
      assertEquals(await inTurn(store, register(id(name))), ["done"]);
      assertEquals(await store.buddiesOf(id(name)), []);
    }
  });

  contract("adding and removing need both users", async (store) => {
    await inTurn(store, register(ann));
    const changes = [add(ann, nobody), add(nobody, ann), add(nobody, nobody)];
    const removals = [remove(ann, nobody), remove(nobody, ann), remove(nobody, nobody)];
    const outcomes = await inTurn(store, ...changes, ...removals);
    assertEquals(outcomes, outcomes.map(() => "no such user"));
    assertEquals(await store.buddiesOf(ann), []);
    assertEquals(await store.isKnown(nobody), false);
  });

  contract("buddies are kept in the order of adding, one way", async (store) => {
    await inTurn(store, register(ann), register(bob), register(eve));
    assertEquals(await inTurn(store, add(ann, eve), add(ann, bob)), ["done", "done"]);
    assertEquals(await store.buddiesOf(ann), [eve, bob]);
    assertEquals(await store.buddiesOf(bob), []);
    assertEquals(await store.buddiesOf(eve), []);
  });

  contract("a buddy is not added twice", async (store) => {
    await inTurn(store, register(ann), register(bob), add(ann, bob));
    assertEquals(await inTurn(store, add(ann, bob)), ["exists"]);
    assertEquals(await store.buddiesOf(ann), [bob]);
  });

  contract("a buddy who is none cannot be removed; one added again goes last", async (store) => {
    await inTurn(store, register(ann), register(bob), register(eve));
    assertEquals(await inTurn(store, remove(ann, bob)), ["absent"]);
    await inTurn(store, add(ann, bob), add(ann, eve));
    assertEquals(await inTurn(store, remove(ann, bob), remove(ann, bob)), ["done", "absent"]);
    assertEquals(await store.buddiesOf(ann), [eve]);
    assertEquals(await inTurn(store, add(ann, bob)), ["done"]);
    assertEquals(await store.buddiesOf(ann), [eve, bob]);
  });

  contract("changes asked for at once are judged in the order they were asked", async (store) => {
    const changes = [
      add(ann, bob),
      register(ann),
      register(ann),
      add(ann, bob),
      register(bob),
      add(ann, bob),
      add(ann, bob),
      remove(ann, bob),
      remove(ann, bob),
    ];
    assertEquals(await atOnce(store, ...changes), [
      "no such user",
      "done",
      "exists",
      "no such user",
      "done",
      "done",
      "exists",
      "done",
      "absent",
    ]);
  });

  contract("of many who want one name at once, one gets it", async (store) => {
    const outcomes = await atOnce(store, ...Array.from({ length: 200 }, () => register(ann)));
    assertEquals(outcomes.filter((outcome) => outcome === "done").length, 1);
    assertEquals(outcomes.filter((outcome) => outcome === "exists").length, 199);
  });

  contract("a password hash is kept until another one is set", async (store) => {
    const set = (user: UserId, hash: string): UserChange => ({ kind: "set password", user, hash });
    assertEquals(await inTurn(store, set(ann, "one")), ["no such user"]);
    assertEquals(await store.passwordOf(ann), undefined);
    await inTurn(store, register(ann));
    assertEquals(await store.passwordOf(ann), undefined);
    for (const hash of ["scrypt$15$8$3$c2FsdA$aGFzaA", "another one", "-"]) {
      assertEquals(await inTurn(store, set(ann, hash)), ["done"]);
      assertEquals(await store.passwordOf(ann), hash);
    }
    assertEquals(await store.buddiesOf(ann), []);
  });

  contract("of many who choose somebody's first password at once, one gets it", async (store) => {
    await inTurn(store, register(ann));
    const choose = (hash: string): UserChange => ({
      ...{ kind: "set password", user: ann, hash, unlessSet: true },
    });
    const hashes = Array.from({ length: 50 }, (_, index) => `hash ${index}`);
    const outcomes = await atOnce(store, ...hashes.map(choose));
    assertEquals(outcomes.filter((outcome) => outcome === "done").length, 1);
    assertEquals(outcomes.filter((outcome) => outcome === "exists").length, 49);
    assertEquals(await store.passwordOf(ann), `hash ${outcomes.indexOf("done")}`);
  });

  contract(
    "rooms are kept in the order of creating, members in the order of joining",
    async (store) => {
      assertEquals(await store.rooms(), []);
      assertEquals(
        await inTurn(store, create("the lab", "hash"), create("Küche"), create("Küche")),
        [
          "done",
          "done",
          "exists",
        ],
      );
      assertEquals(
        await inTurn(store, join("the lab", "bob"), join("the lab", "ann"), join("the lab", "bob")),
        ["done", "done", "exists"],
      );
      const member = (name: string) => ({ member: name, token: `token-${name}`, ip: "192.0.2.7" });
      assertEquals(await store.rooms(), [
        { room: "the lab", host: "Ann B.", hash: "hash", members: [member("bob"), member("ann")] },
        { room: "Küche", host: "Ann B.", hash: undefined, members: [] },
      ]);
    },
  );

  contract("rooms are closed and left once", async (store) => {
    const leave = (member: string): StoreChange => ({ kind: "leave room", room: "lab", member });
    const close: StoreChange = { kind: "close room", room: "lab" };
    assertEquals(await inTurn(store, close, leave("ann"), join("lab", "ann")), [
      "absent",
      "absent",
      "absent",
    ]);
    await inTurn(store, create("lab"), join("lab", "ann"));
    assertEquals(await inTurn(store, leave("bob"), leave("ann"), leave("ann")), [
      "absent",
      "done",
      "absent",
    ]);
    assertEquals(await inTurn(store, close, close), ["done", "absent"]);
    assertEquals(await store.rooms(), []);
  });

  contract("a room is created with its host in it", async (store) => {
    const hostSeat = { token: "t-1", ip: "192.0.2.7" };
    const createWithHost: StoreChange = {
      ...{ kind: "create room", room: "lab", host: "Ann B.", hash: "hash", hostSeat },
    };
    assertEquals(await inTurn(store, createWithHost, createWithHost, join("lab", "Ann B.")), [
      "done",
      "exists",
      "exists",
    ]);
    const lab = {
      ...{ room: "lab", host: "Ann B.", hash: "hash" },
      members: [{ member: "Ann B.", ...hostSeat }],
    };
    assertEquals(await store.rooms(), [lab]);
    assertEquals(await store.room("lab"), lab);
  });

  contract(
    "a change with a token is about that member, and with a host's about that room",
    async (store) => {
      const hostSeat = { token: "new", ip: "192.0.2.7" };
      const bob = { room: "lab", member: "bob" };
      await inTurn(
        store,
        { kind: "create room", room: "lab", host: "ann", hash: undefined, hostSeat },
        join("lab", "bob"),
      );
      const before = await store.rooms();
      assertEquals(
        await inTurn(
          store,
          { kind: "close room", room: "lab", token: "old" },
          { kind: "leave room", ...bob, token: "old" },
          { kind: "doubt member", ...bob, token: "old" },
        ),
        ["absent", "absent", "absent"],
      );
      assertEquals(await store.rooms(), before);
      assertEquals(await inTurn(store, { kind: "doubt member", ...bob, token: "token-bob" }), [
        "done",
      ]);
      assertEquals(
        await inTurn(
          store,
          { kind: "vouch for member", ...bob, token: "old" },
          { kind: "expire member", ...bob, token: "old" },
          { kind: "vouch for member", ...bob, token: "token-bob" },
          { kind: "leave room", ...bob, token: "token-bob" },
          { kind: "close room", room: "lab", token: "new" },
        ),
        ["absent", "absent", "done", "done", "done"],
      );
      await inTurn(store, create("attic"));
      assertEquals(
        await inTurn(store, { kind: "close room", room: "attic", token: "new" }),
        ["absent"],
        "whose host is not in it is not the host's either",
      );
    },
  );

  contract("only a doubted member expires, and with a host the room", async (store) => {
    const of = (
      kind: "doubt member" | "vouch for member" | "expire member",
      member: string,
    ): StoreChange => ({ kind, room: "lab", member });
    await inTurn(store, create("lab"), join("lab", "Ann B."), join("lab", "bob"));
    assertEquals(
      await inTurn(store, of("expire member", "bob"), of("doubt member", "bob")),
      ["absent", "done"],
    );
    assertEquals(
      (await store.room("lab"))?.members.map(({ isDoubted }) => isDoubted),
      [undefined, true],
    );
    assertEquals(
      await inTurn(store, of("vouch for member", "bob"), of("expire member", "bob")),
      ["done", "absent"],
    );
    await inTurn(store, of("doubt member", "Ann B."));
    assertEquals(await inTurn(store, of("expire member", "Ann B.")), ["done"]);
    assertEquals([await store.room("lab"), await store.rooms()], [undefined, []]);
  });

  contract("rooms() is the same array as long as nothing changes", async (store) => {
    await inTurn(store, create("lab"));
    const rooms = await store.rooms();
    assert(await store.rooms() === rooms);
    await inTurn(store, join("lab", "ann"));
    assert(await store.rooms() !== rooms);
  });

  contract("a store that works says that it takes changes", async (store) => {
    await inTurn(store, register(ann));
    assertEquals(store.health(), { writable: true });
  });

  contract("close() finishes what was asked for", async (store) => {
    const outcomes = atOnce(store, register(ann), register(bob), add(ann, bob));
    await store.close();
    assertEquals(await outcomes, ["done", "done", "done"]);
  });

  Deno.test(`${kind}: any changes, in any batches, come to what a simple model says`, async () => {
    const users = fc.constantFrom(ann, bob, eve, id("x"));
    const change: fc.Arbitrary<BuddyChange> = fc.oneof(
      fc.record({ kind: fc.constant("register" as const), user: users }),
      fc.record({ kind: fc.constantFrom("add" as const, "remove"), user: users, buddy: users }),
    );
    const batches = fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(batches, async (batches) => {
        await using opened = await open();
        const model = new Model();
        for (const batch of batches) {
          const expected = batch.map((change) => model.change(change));
          assertEquals(await atOnce(opened.store, ...batch), expected);
        }
        for (const user of [ann, bob, eve, id("x")]) {
          const buddies = model.users.get(user);
          assertEquals(await opened.store.buddiesOf(user), buddies && [...buddies]);
        }
        assert(opened.store.health().writable);
      }),
      { numRuns: 40 },
    );
  });
}

type BuddyChange = Exclude<UserChange, { readonly kind: "set password" }>;

/** Users and buddies as simply as they can be kept. A Set keeps the order of adding. */
class Model {
  readonly users = new Map<UserId, Set<UserId>>();

  change(change: BuddyChange): ChangeOutcome {
    const buddies = this.users.get(change.user);
    if (change.kind === "register") {
      if (buddies !== undefined) return "exists";
      this.users.set(change.user, new Set());
      return "done";
    }
    if (buddies === undefined || !this.users.has(change.buddy)) return "no such user";
    if (change.kind === "remove") return buddies.delete(change.buddy) ? "done" : "absent";
    if (buddies.has(change.buddy)) return "exists";
    buddies.add(change.buddy);
    return "done";
  }
}

/**
 * What every store must do, whatever it is made of: run for each kind by its own test file.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { UserId } from "../../lib/core/user_id.ts";
import type { ChangeOutcome, Store, UserChange } from "../../lib/storage/store.ts";
import { id } from "../support/ids.ts";
import { add, atOnce, inTurn, register, remove } from "../support/changes.ts";
import { type Contract, testRoomContract } from "./room_contract.ts";

/** A store, open and empty. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
}

const [ann, bob, eve, nobody] = [id("ann"), id("bob"), id("eve"), id("nobody")];

/**
 * Registers the tests of the contract for one kind of store.
 *
 * @param missing what this kind of store lacks here: its tests are skipped, and say why
 */
export function testStoreContract(
  kind: string,
  open: () => Promise<StoreUnderTest>,
  missing?: string,
): void {
  const why = missing === undefined ? "" : `: ${missing}`;
  const ignore = missing !== undefined;
  const contract: Contract = (rule, check) => {
    Deno.test({ name: `${kind}: ${rule}${why}`, ignore }, async () => {
      await using opened = await open();
      await check(opened.store);
    });
  };
  testRoomContract(contract);

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

  contract(
    "who registers with a password hash has it at once, and nobody else's name",
    async (store) => {
      const withHash = (hash: string): UserChange => ({ kind: "register", user: ann, hash });
      assertEquals(await inTurn(store, withHash("scrypt$15$8$3$c2FsdA$aGFzaA")), ["done"]);
      assertEquals(await inTurn(store, withHash("another one"), register(ann)), [
        "exists",
        "exists",
      ]);
      assertEquals(await store.passwordOf(ann), "scrypt$15$8$3$c2FsdA$aGFzaA");
      assertEquals(await store.buddiesOf(ann), []);
      await inTurn(store, register(bob));
      assertEquals(await inTurn(store, { kind: "register", user: bob, hash: "late" }), ["exists"]);
      assertEquals(await store.passwordOf(bob), undefined);
    },
  );

  contract("those without a password are counted", async (store) => {
    assertEquals(await store.usersWithoutPassword(), 0);
    await inTurn(store, register(ann), { kind: "register", user: bob, hash: "a hash" });
    assertEquals(await store.usersWithoutPassword(), 1);
    await inTurn(store, { kind: "set password", user: ann, hash: "another one" });
    assertEquals(await store.usersWithoutPassword(), 0);
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

  contract("a store that works says that it takes changes", async (store) => {
    await inTurn(store, register(ann));
    assertEquals(store.health(), { writable: true });
  });

  contract("close() finishes what was asked for", async (store) => {
    const outcomes = atOnce(store, register(ann), register(bob), add(ann, bob));
    await store.close();
    assertEquals(await outcomes, ["done", "done", "done"]);
  });

  const rule = "any changes, in any batches, come to what a simple model says";
  Deno.test({ name: `${kind}: ${rule}${why}`, ignore }, async () => {
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

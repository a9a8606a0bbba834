/**
 * What every store must do about rooms: the part of the contract that `store_contract.ts` runs for
 * each kind.
 */

import { assert, assertEquals } from "@std/assert";
import type { Store, StoreChange } from "../../lib/storage/store.ts";
import { inTurn } from "../support/changes.ts";

/** Registers a test of the contract. */
export type Contract = (rule: string, check: (store: Store) => Promise<void>) => void;

function create(room: string, hash?: string): StoreChange {
  return { kind: "create room", room, host: "Ann B.", hash };
}

function join(room: string, member: string): StoreChange {
  return { kind: "join room", room, member, token: `token-${member}`, ip: "192.0.2.7" };
}

/** Registers the tests about rooms. */
export function testRoomContract(contract: Contract): void {
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
}

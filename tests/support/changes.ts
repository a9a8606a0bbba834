/**
 * Changes for tests, and any changes for property tests.
 */

import fc from "fast-check";
import type { UserId } from "../../lib/core/user_id.ts";
import type { ChangeOutcome, Store, StoreChange } from "../../lib/storage/store.ts";
import { id } from "./ids.ts";

export function register(user: UserId): StoreChange {
  return { kind: "register", user };
}

export function add(user: UserId, buddy: UserId): StoreChange {
  return { kind: "add", user, buddy };
}

export function remove(user: UserId, buddy: UserId): StoreChange {
  return { kind: "remove", user, buddy };
}

/** Changes to few users and few rooms, so that they meet. */
export const anyChanges: fc.Arbitrary<StoreChange[]> = fc.array(anyChange(), { maxLength: 60 });

/** Any one change. */
export function anyChange(): fc.Arbitrary<StoreChange> {
  const user = fc.constantFrom(...["ann", "bob", "eve", "kim", "zoe", "0", "a.b", "a-b"].map(id));
  const name = fc.constantFrom("lab", "the lab", "", "-", "50%", "Küche", "a\nb", "\u{1f600}");
  const kind = <Kind extends StoreChange["kind"]>(kind: Kind) => fc.constant(kind);
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: kind("register"), user }) },
    { weight: 4, arbitrary: fc.record({ kind: kind("add"), user, buddy: user }) },
    { weight: 2, arbitrary: fc.record({ kind: kind("remove"), user, buddy: user }) },
    { weight: 1, arbitrary: fc.record({ kind: kind("set password"), user, hash: name }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind("create room"),
        room: name,
        host: name,
        hash: fc.option(name.filter((text) => text !== ""), { nil: undefined }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind("create room"),
        ...{ room: name, host: name, hash: fc.constant(undefined) },
        hostSeat: fc.record({ token: name, ip: fc.constant("192.0.2.7") }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: kind("close room"), room: name }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind("join room"),
        room: name,
        member: name,
        token: name,
        ip: fc.constantFrom("192.0.2.7", "fe80::1%eth0"),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          ...["leave room", "doubt member", "vouch for member", "expire member"] as const,
        ),
        room: name,
        member: name,
      }),
    },
  );
}

/** Makes changes one after the other. */
export async function inTurn(store: Store, ...changes: StoreChange[]): Promise<ChangeOutcome[]> {
  const outcomes: ChangeOutcome[] = [];
  for (const change of changes) outcomes.push(await store.change(change));
  return outcomes;
}

/** Asks for changes all at once. */
export async function atOnce(store: Store, ...changes: StoreChange[]): Promise<ChangeOutcome[]> {
  return await Promise.all(changes.map((change) => store.change(change)));
}

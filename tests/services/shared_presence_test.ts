/**
 * Presence that servers share, over others that answer or do not.
 */

import { assertEquals } from "@std/assert";
import { SharingError } from "../../lib/core/errors.ts";
import type { UserId } from "../../lib/core/user_id.ts";
import { SharedPresence } from "../../lib/services/shared_presence.ts";
import type {
  PresenceRecord,
  PublishedListener,
  SharedState,
} from "../../lib/storage/shared_state.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";

const [ann, bob] = [id("ann"), id("bob")];
const HOME = { ip: "192.0.2.1", port: 4000 };
const FILES = new Map([["files", "yes"]]);

/** The others, as simple as they can be: what they were told, unless they are gone. */
class Others {
  isGone = false;
  readonly #published: PublishedListener<void>[] = [];
  readonly records = new Map<UserId, PresenceRecord>();
  readonly told: (readonly [UserId, lifetimeMs: number, isNewest: boolean])[] = [];
  readonly #returns: (() => void)[] = [];

  get state(): SharedState {
    const presence: SharedState["presence"] = {
      put: (user, record, lifetimeMs, isNewest) =>
        this.#answer(() => {
          this.records.set(user, record);
          this.told.push([user, lifetimeMs, isNewest]);
        }),
      get: (users) => this.#answer(() => users.map((user) => this.records.get(user))),
      publish: (user, info) =>
        this.#answer(() => {
          const record = this.records.get(user);
          if (record !== undefined) this.records.set(user, { ...record, info });
          return record !== undefined;
        }),
      tellPublished: (user, info, fromIp) =>
        this.#answer(() => {
          for (const tell of this.#published) tell(user, info, fromIp);
        }),
      onPublished: (listener) => void this.#published.push(listener),
    };
    return { presence, onReturn: (tell) => this.#returns.push(tell) } as Partial<
      SharedState
    > as SharedState;
  }

  comeBack(): void {
    this.isGone = false;
    for (const tell of this.#returns) tell();
  }

  #answer<T>(answer: () => T): Promise<T> {
    return this.isGone ? Promise.reject(new SharingError("gone")) : Promise.resolve(answer());
  }
}

function bench() {
  const others = new Others();
  const clock = new FakeClock();
  return { others, clock, presence: new SharedPresence(others.state, 30, clock.read) };
}

Deno.test("shared presence: what is asked for is what all servers know", async () => {
  const { others, presence } = bench();
  presence.set(ann, "ONLINE", HOME);
  others.records.set(bob, { status: "AWAY", address: HOME, info: FILES });
  assertEquals(others.told, [[ann, 30_000, true]]);
  assertEquals(await presence.ofAll([bob, ann]), [
    { buddy: bob, status: "AWAY", address: HOME },
    { buddy: ann, status: "ONLINE", address: HOME },
  ]);
  assertEquals(await presence.infoOf(bob), FILES);
  assertEquals(await presence.publish(bob, new Map(), HOME.ip), true);
});

Deno.test("shared presence: without the others it is what this server heard itself", async () => {
  const { others, presence } = bench();
  presence.set(ann, "ONLINE", HOME);
  others.records.set(bob, { status: "ONLINE", address: HOME, info: FILES });
  others.isGone = true;
  assertEquals(await presence.ofAll([ann, bob]), [
    { buddy: ann, status: "ONLINE", address: HOME },
    { buddy: bob, status: "OFFLINE" },
  ]);
  assertEquals(await presence.publish(ann, FILES, HOME.ip), true);
  assertEquals(await presence.infoOf(ann), FILES);
  assertEquals(await presence.infoOf(bob), new Map());
});

Deno.test("shared presence: when the others are back they are told what still holds", async () => {
  const { others, clock, presence } = bench();
  others.isGone = true;
  presence.set(bob, "ONLINE", HOME);
  clock.advance(20_000);
  presence.set(ann, "AWAY", HOME);
  await presence.publish(ann, FILES, HOME.ip);
  clock.advance(10_000);
  others.comeBack();
  assertEquals(others.told, [[ann, 20_000, false]]);
  assertEquals(others.records.get(ann), { status: "AWAY", address: HOME, info: FILES });
});

Deno.test("shared presence: what is published at another server is kept with what is heard here", async () => {
  const one = bench();
  const other = new SharedPresence(one.others.state, 30, one.clock.read);
  one.presence.set(ann, "ONLINE", HOME);
  assertEquals(await other.publish(ann, FILES, HOME.ip), true);
  one.others.records.clear();
  one.presence.set(ann, "AWAY", HOME);
  assertEquals(one.others.records.get(ann)?.info, FILES, "told again with the next SET");
  // From elsewhere it is not ann's.
  one.others.records.set(ann, { status: "ONLINE", address: HOME, info: FILES });
  await other.publish(ann, new Map([["files", "no"]]), "192.0.2.9");
  one.presence.set(ann, "ONLINE", HOME);
  assertEquals(one.others.records.get(ann)?.info, FILES);
});

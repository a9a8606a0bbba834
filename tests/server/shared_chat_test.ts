/** The login chat of several servers: whose name is whose, and what is said elsewhere. */

import { assertEquals } from "@std/assert";
import { SharedChat } from "../../lib/server/shared_chat.ts";
import type { LoginChat } from "../../lib/services/login_chat.ts";
import type { SharedNames } from "../../lib/storage/shared_state.ts";
import type { UserId } from "../../lib/core/user_id.ts";
import { eventually } from "../support/eventually.ts";
import { ExchangeHub } from "../support/exchange_hub.ts";
import { id } from "../support/ids.ts";

const [ANN, BOB] = [id("ann"), id("bob")];

/** The names of all servers, in memory. */
class Names {
  readonly owners = new Map<UserId, string>();
  /** What keeping waits for, so that something may happen meanwhile. */
  keeping: Promise<void> = Promise.resolve();
  /** How often names were kept. */
  kept = 0;
  isCutOff = false;

  of(server: string): SharedNames {
    const shared = <T>(work: () => T): Promise<T> =>
      this.isCutOff ? Promise.reject(new Error("cut off")) : Promise.resolve(work());
    const claim = (user: UserId): boolean => {
      if (this.owners.has(user)) return this.owners.get(user) === server;
      this.owners.set(user, server);
      return true;
    };
    return {
      claim: (user) => shared(() => claim(user)),
      keep: async (users) => {
        await this.keeping;
        this.kept++;
        return users.filter((user) => !claim(user));
      },
      release: (user) =>
        shared(() => void (this.owners.get(user) === server && this.owners.delete(user))),
      all: () => shared(() => [...this.owners.keys()]),
      count: () => shared(() => this.owners.size),
      serverOf: (user) => shared(() => this.owners.get(user)),
    };
  }
}

/** A server: who is in its chat, and what its chat is told. */
class Site implements Disposable {
  readonly chat: SharedChat;
  readonly users: UserId[] = [];
  readonly told: string[] = [];

  constructor(hub: ExchangeHub, names: Names, server: string) {
    this.chat = new SharedChat({ ...hub.state(server), names: names.of(server) });
    const { users, told } = this;
    const text = (piece: Uint8Array): string => new TextDecoder().decode(piece);
    const own: Partial<LoginChat<Uint8Array>> = {
      get users() {
        return [...users];
      },
      get size() {
        return users.length;
      },
      heard: (piece) => void told.push(text(piece)),
      heardFor: (to, piece) => void told.push(`${to}: ${text(piece)}`),
      lost: (user) => void told.push(`${user} is lost`),
    };
    this.chat.serve(own as LoginChat<Uint8Array>);
  }

  async enter(user: UserId): Promise<boolean> {
    const isIn = await this.chat.claim(user);
    if (isIn) this.users.push(user);
    return isIn;
  }

  [Symbol.dispose](): void {
    this.chat.stop();
  }
}

function site(): { hub: ExchangeHub; names: Names; one: Site; two: Site } & Disposable {
  const [hub, names] = [new ExchangeHub(), new Names()];
  const [one, two] = [new Site(hub, names, "1"), new Site(hub, names, "2")];
  const stop = (): void => [one, two].forEach((site) => site[Symbol.dispose]());
  return { ...{ hub, names, one, two }, [Symbol.dispose]: stop };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("a name is one server's until it is let go of", async () => {
  using all = site();
  assertEquals([await all.one.enter(ANN), await all.two.enter(ANN)], [true, false]);
  assertEquals(await all.two.chat.everybody(), [ANN]);
  all.one.chat.release(ANN);
  assertEquals(await all.two.enter(ANN), true);
});

Deno.test("whoever leaves while their name is kept lets go of it", async () => {
  using all = site();
  await all.one.enter(ANN);
  const kept = Promise.withResolvers<void>();
  all.names.keeping = kept.promise;
  all.hub.comeBack("1"); // which has it keep its names
  all.one.users.pop();
  all.one.chat.release(ANN);
  kept.resolve();
  await eventually("names are kept", () => all.names.kept === 1);
  await eventually("ann is nobody's", () => all.names.owners.size === 0);
});

Deno.test("a name that another server took meanwhile is lost", async () => {
  using all = site();
  await all.one.enter(ANN);
  all.names.owners.set(ANN, "2");
  all.hub.comeBack("1");
  await eventually("the chat is told", () => all.one.told.length > 0);
  assertEquals(all.one.told, ["ann is lost"]);
  assertEquals(all.names.owners.get(ANN), "2");
});

Deno.test("what is said goes to the others, and to whoever it is for", async () => {
  using all = site();
  await all.one.enter(ANN);
  await all.two.enter(BOB);
  assertEquals(await all.one.chat.sayElsewhere(bytes("hello")), 1);
  assertEquals(await all.one.chat.tellElsewhere(BOB, bytes("psst")), true);
  assertEquals(await all.one.chat.tellElsewhere(id("carol"), bytes("psst")), false);
  assertEquals(await all.one.chat.tellElsewhere(ANN, bytes("psst")), false);
  assertEquals([all.one.told, all.two.told], [[], ["hello", "bob: psst"]]);
});

Deno.test("while nothing is shared there are no others, and names are everybody's own", async () => {
  using all = site();
  await all.two.enter(BOB);
  all.names.isCutOff = true;
  assertEquals(await all.one.enter(BOB), true);
  assertEquals(await all.one.chat.everybody(), undefined);
  assertEquals(await all.one.chat.sayElsewhere(bytes("hello")), 0);
  assertEquals(await all.one.chat.tellElsewhere(BOB, bytes("psst")), false);
  all.one.chat.release(BOB);
});

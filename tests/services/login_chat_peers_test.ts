/**
 * The login chat with other servers, as simple as they can be.
 */

import { assertEquals } from "@std/assert";
import type { UserId } from "../../lib/core/user_id.ts";
import { type ChatPeers, LoginChat, type Outbox } from "../../lib/services/login_chat.ts";
import { id } from "../support/ids.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

/** What somebody here was told. */
class Box implements Outbox<string> {
  readonly told: string[] = [];
  isOut = false;

  deliver(piece: string): boolean {
    this.told.push(piece);
    return true;
  }

  giveWay(): void {
    this.isOut = true;
  }
}

/** Other servers with their people. */
class Elsewhere implements ChatPeers<string> {
  readonly there = new Set<UserId>();
  readonly here = new Set<UserId>();
  readonly told: string[] = [];

  claim(user: UserId): Promise<boolean> {
    if (this.there.has(user)) return Promise.resolve(false);
    this.here.add(user);
    return Promise.resolve(true);
  }

  release(user: UserId): void {
    this.here.delete(user);
  }

  everybody(): Promise<UserId[]> {
    return Promise.resolve([...this.here, ...this.there]);
  }

  sayElsewhere(piece: string): Promise<number> {
    this.told.push(`all: ${piece}`);
    return Promise.resolve(this.there.size);
  }

  tellElsewhere(to: UserId, piece: string): Promise<boolean> {
    this.told.push(`${to}: ${piece}`);
    return Promise.resolve(this.there.has(to));
  }
}

Deno.test("login chat: a name is online once, whatever server it is at", async () => {
  const peers = new Elsewhere();
  const chat = new LoginChat<string>(peers);
  peers.there.add(bob);
  const outcomes = [
    chat.join(ann, new Box()),
    chat.join(ann, new Box()),
    chat.join(bob, new Box()),
  ];
  assertEquals(await Promise.all(outcomes), [true, false, false]);
  assertEquals(await chat.othersOf(ann), [bob]);
  assertEquals(await chat.othersOf(eve), [ann, bob]);
});

Deno.test("login chat: whoever is let go of is released, and not by somebody else", async () => {
  const peers = new Elsewhere();
  const chat = new LoginChat<string>(peers);
  const box = new Box();
  await chat.join(ann, box);
  chat.leave(ann, new Box());
  assertEquals([...peers.here], [ann]);
  chat.leave(ann, box);
  assertEquals([...peers.here], []);
});

Deno.test("login chat: what is said goes to those here and to those elsewhere", async () => {
  const peers = new Elsewhere();
  const chat = new LoginChat<string>(peers);
  const boxes = [new Box(), new Box()] as const;
  await chat.join(ann, boxes[0]);
  await chat.join(eve, boxes[1]);
  peers.there.add(bob);
  assertEquals(await chat.tellOthers(ann, "hello"), 2);
  assertEquals(await chat.tell(ann, bob, "psst"), true);
  assertEquals(await chat.tell(ann, eve, "here"), true);
  assertEquals(await chat.tell(ann, id("nobody"), "hm"), false);
  assertEquals(peers.told, ["all: hello", "bob: psst", "nobody: hm"]);
  chat.heard("from elsewhere");
  chat.heardFor(ann, "for ann");
  chat.heardFor(bob, "for nobody here");
  assertEquals(boxes.map(({ told }) => told), [
    ["from elsewhere", "for ann"],
    ["hello", "here", "from elsewhere"],
  ]);
});

Deno.test("login chat: a name that another server has, too, gives way here", async () => {
  const chat = new LoginChat<string>(new Elsewhere());
  const box = new Box();
  await chat.join(ann, box);
  chat.lost(bob);
  assertEquals(box.isOut, false);
  chat.lost(ann);
  assertEquals(box.isOut, true);
});

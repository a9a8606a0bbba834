import { assert, assertEquals } from "@std/assert";
import { LoginChat, type Outbox } from "../../lib/services/login_chat.ts";
import { id } from "../support/ids.ts";

/** An outbox that keeps what it is given, as much as it may. */
class Kept implements Outbox<string> {
  readonly pieces: string[] = [];

  constructor(readonly most = Infinity) {}

  deliver(piece: string): boolean {
    return this.pieces.length < this.most && this.pieces.push(piece) > 0;
  }
}

const [ann, bob, kim] = [id("ann"), id("bob"), id("kim")];

function everybody(): { chat: LoginChat<string>; boxes: Map<string, Kept> } {
  const chat = new LoginChat<string>();
  const boxes = new Map([kim, ann, bob].map((user) => [user as string, new Kept()]));
  for (const [user, box] of boxes) assert(chat.join(id(user), box));
  return { chat, boxes };
}

Deno.test("join() lets a name in once, until it leaves", () => {
  const chat = new LoginChat<string>();
  const [one, two] = [new Kept(), new Kept()];
  assert(chat.join(ann, one));
  assertEquals(chat.join(ann, two), false);
  chat.leave(ann, two);
  assertEquals(chat.size, 1, "whoever was refused cannot take out who is there");
  chat.leave(ann, one);
  assertEquals(chat.size, 0);
  assert(chat.join(ann, two));
});

Deno.test("othersOf() is sorted and leaves the asker out", () => {
  const { chat } = everybody();
  assertEquals(chat.othersOf(bob), [ann, kim]);
  assertEquals(chat.othersOf(id("guest")), [ann, bob, kim]);
});

Deno.test("users are sorted, and the same list until somebody comes or goes", () => {
  const { chat, boxes } = everybody();
  const before = chat.users;
  assertEquals(before, [ann, bob, kim]);
  chat.leave(bob, new Kept());
  chat.join(bob, new Kept());
  assert(chat.users === before, "nobody came or went");
  chat.leave(bob, boxes.get("bob")!);
  assertEquals(chat.users, [ann, kim]);
  chat.join(bob, new Kept());
  assertEquals(chat.users, [ann, bob, kim]);
});

Deno.test("tellOthers() reaches everybody else once, in one order for all", () => {
  const { chat, boxes } = everybody();
  assertEquals([ann, bob, kim, ann].map((from, at) => chat.tellOthers(from, `${from} ${at}`)), [
    ...[2, 2, 2, 2],
  ]);
  assertEquals(boxes.get("ann")?.pieces, ["bob 1", "kim 2"]);
  assertEquals(boxes.get("bob")?.pieces, ["ann 0", "kim 2", "ann 3"]);
  assertEquals(boxes.get("kim")?.pieces, ["ann 0", "bob 1", "ann 3"]);
});

Deno.test("tellOthers() counts only who took it, also when somebody leaves because of it", () => {
  const { chat } = everybody();
  const full: Outbox<string> = {
    deliver() {
      chat.leave(id("full"), full);
      return false;
    },
  };
  chat.join(id("full"), full);
  assertEquals(chat.tellOthers(ann, "hello"), 2);
  assertEquals(chat.othersOf(ann), [bob, kim]);
});

Deno.test("tell() reaches one other, and nobody who is not online, nor oneself", () => {
  const { chat, boxes } = everybody();
  assert(chat.tell(ann, bob, "psst"));
  assertEquals(boxes.get("bob")?.pieces, ["psst"]);
  assertEquals(boxes.get("kim")?.pieces, []);
  assertEquals(chat.tell(ann, ann, "psst"), false);
  assertEquals(chat.tell(ann, id("carol"), "psst"), false);
  chat.join(id("full"), new Kept(0));
  assertEquals(chat.tell(ann, id("full"), "psst"), false);
});

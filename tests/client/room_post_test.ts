import { assertEquals } from "@std/assert";
import { RoomPost } from "../../lib/client/room_post.ts";

const PURE = { permissions: "none" } as const;

Deno.test(
  "RoomPost: what was said before an answer is sure, what was said since is not",
  PURE,
  () => {
    const post = new RoomPost();
    post.sent("one");
    const answered = post.asked();
    post.sent("two");
    answered();
    assertEquals(post.takeUnsure(), ["two"]);
    assertEquals(post.takeUnsure(), []);
  },
);

Deno.test("RoomPost: an answer that never comes makes nothing sure", PURE, () => {
  const post = new RoomPost();
  post.sent("one");
  post.asked();
  assertEquals(post.takeUnsure(), ["one"]);
});

Deno.test("RoomPost holds so many messages, in order, and remembers so many", PURE, () => {
  const post = new RoomPost();
  const held = Array.from({ length: 200 }, (_, at) => `line ${at}`);
  assertEquals(held.map((text) => post.hold(text)).every(Boolean), true);
  assertEquals(post.hold("one too many"), false);
  assertEquals(post.takeHeld(), held);
  assertEquals(post.takeHeld(), []);
  for (const text of held) post.sent(text);
  assertEquals(post.takeUnsure(), held.slice(-50));
});

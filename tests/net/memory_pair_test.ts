import { assertEquals, assertRejects } from "@std/assert";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { toBytes } from "../support/raw_tcp.ts";

async function read(stream: ByteStream, most = 100): Promise<string | null> {
  const into = new Uint8Array(most);
  const count = await stream.read(into);
  return count === null ? null : new TextDecoder().decode(into.subarray(0, count));
}

Deno.test("memoryPair() carries bytes both ways, in order, in the reader's pieces", async () => {
  const [left, right] = memoryPair();
  await left.write(toBytes("hel"));
  await left.write(toBytes("lo"));
  await right.write(toBytes("back"));
  assertEquals(await read(right, 4), "hell");
  assertEquals(await read(right, 4), "o");
  assertEquals(await read(left), "back");
});

Deno.test("memoryPair() lets a read wait for the write that answers it", async () => {
  const [left, right] = memoryPair();
  const reading = read(right);
  await left.write(toBytes("late"));
  assertEquals(await reading, "late");
});

Deno.test("closeWrite() ends one direction and leaves the other open", async () => {
  const [left, right] = memoryPair();
  await left.write(toBytes("last"));
  await left.closeWrite();
  assertEquals(await read(right), "last");
  assertEquals(await read(right), null);
  await right.write(toBytes("still here"));
  assertEquals(await read(left), "still here");
  await assertRejects(() => left.write(toBytes("x")), Deno.errors.BrokenPipe);
});

Deno.test("write() takes what fits and then waits for the reader", async () => {
  const [left, right] = memoryPair(4);
  assertEquals(await left.write(toBytes("abcdef")), 4);
  let waited = true;
  const second = left.write(toBytes("ef")).then((count) => {
    waited = false;
    return count;
  });
  await Promise.resolve();
  assertEquals(waited, true);
  assertEquals(await read(right, 2), "ab");
  assertEquals(await second, 2);
  assertEquals(await read(right), "cdef");
});

Deno.test("close() after all input was read ends the other side's stream cleanly", async () => {
  const [left, right] = memoryPair();
  await left.write(toBytes("reply"));
  left.close();
  assertEquals(await read(right), "reply");
  assertEquals(await read(right), null);
});

Deno.test("close() with unread input takes the unread reply with it", async () => {
  const [left, right] = memoryPair();
  await right.write(toBytes("junk"));
  await left.write(toBytes("reply"));
  left.close();
  await assertRejects(() => read(right), Deno.errors.ConnectionReset);
});

Deno.test("write() to a closed end resets the connection, unread reply and all", async () => {
  const [left, right] = memoryPair();
  await left.write(toBytes("reply"));
  left.close();
  await assertRejects(() => right.write(toBytes("junk")), Deno.errors.ConnectionReset);
  await assertRejects(() => read(right), Deno.errors.ConnectionReset);
});

Deno.test("close() ends a pending read of the same end, and closing twice throws", async () => {
  const [left] = memoryPair();
  const reading = read(left);
  left.close();
  await assertRejects(() => reading, Deno.errors.Interrupted);
  await assertRejects(() => read(left), Deno.errors.BadResource);
  await assertRejects(() => Promise.try(() => left.close()), Deno.errors.BadResource);
});

import { assert, assertEquals, assertFalse } from "@std/assert";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { SendQueue } from "../../lib/net/send_queue.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { readToEnd } from "../support/streams.ts";

Deno.test("SendQueue sends everything in order", async () => {
  const [left, right] = memoryPair(16);
  const received = readToEnd(right);
  const queue = new SendQueue(left);
  let sent = "";
  for (let number = 0; number < 500; number++) {
    sent += `line ${number}\n`;
    assert(queue.send(toBytes(`line ${number}\n`)));
    if (number % 7 === 0) await Promise.resolve();
  }
  assert(await queue.flush());
  left.close();
  assertEquals(await received, sent);
});

Deno.test("SendQueue joins what waits into one write", async () => {
  const [left, right] = memoryPair();
  const writes: number[] = [];
  const counting: ByteStream = {
    read: (into) => left.read(into),
    write: (bytes) => {
      writes.push(bytes.length);
      return left.write(bytes);
    },
    closeWrite: () => left.closeWrite(),
    close: () => left.close(),
  };
  const queue = new SendQueue(counting);
  for (let number = 0; number < 100; number++) queue.send(toBytes("0123456789"));
  await queue.flush();
  assertEquals(writes.reduce((sum, length) => sum + length), 1000);
  assert(writes.length <= 2, `${writes.length} writes`);
  left.close();
  assertEquals((await readToEnd(right)).length, 1000);
});

Deno.test("send() refuses what does not fit while a slow reader holds things up", async () => {
  const [left, right] = memoryPair(4);
  const queue = new SendQueue(left, 10);
  assert(queue.send(toBytes("0123456789")));
  // Taken out of the queue by the write that waits for the reader.
  await Promise.resolve();
  assert(queue.send(toBytes("abcdefghi")));
  assertFalse(queue.send(toBytes("xx")), "two bytes too many");
  assert(queue.send(toBytes("j")));
  assertFalse(queue.send(toBytes("k")), "full");
  const received = readToEnd(right);
  assert(await queue.flush());
  left.close();
  assertEquals(await received, "0123456789abcdefghij");
});

Deno.test("send() refuses a piece larger than the whole queue", () => {
  const [left] = memoryPair();
  assertFalse(new SendQueue(left, 10).send(new Uint8Array(11)));
});

Deno.test("flush() and send() tell when the connection is gone", async () => {
  const [left, right] = memoryPair();
  right.close();
  const queue = new SendQueue(left);
  queue.send(toBytes("anybody?"));
  assertFalse(await queue.flush());
  assertFalse(queue.send(toBytes("hello?")));
});

Deno.test("flush() of an empty queue resolves at once", async () => {
  const [left] = memoryPair();
  assert(await new SendQueue(left).flush());
});

Deno.test("room() waits while much waits, and no longer when the queue is given up", async () => {
  const [left, right] = memoryPair(1);
  const queue = new SendQueue(left, 40);
  await queue.room();
  for (const piece of ["01", "23456789", "abcdefghij"]) queue.send(toBytes(piece));
  let hasRoom = false;
  const waiting = queue.room().then(() => hasRoom = true);
  await new Promise((resume) => setTimeout(resume, 0));
  assertFalse(hasRoom, "18 of 40 bytes wait");
  const received = readToEnd(right);
  await waiting;
  await queue.flush();
  left.close();
  assertEquals(await received, "0123456789abcdefghij");

  const [stuck] = memoryPair(1);
  const full = new SendQueue(stuck, 10);
  for (const piece of ["0123", "4567"]) full.send(toBytes(piece));
  const given = full.room();
  full.giveUp();
  await given;
  assert(full.isGone);
  stuck.close();
});

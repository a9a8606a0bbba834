import { assert, assertEquals, assertRejects } from "@std/assert";
import { MAX_DRAIN_BYTES } from "../../lib/core/limits.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { closeNow, OrderlyCloser, writeAll } from "../../lib/net/orderly_close.ts";
import { readToEnd } from "../support/streams.ts";
import { within } from "../support/within.ts";
import { toBytes } from "../support/raw_tcp.ts";

/** Longer than any test here takes: it must not be what ends one. */
const LONG_SECONDS = 60;

async function isClosed(stream: ByteStream): Promise<boolean> {
  try {
    await stream.write(new Uint8Array(0));
    return false;
  } catch (error) {
    return error instanceof Deno.errors.BadResource;
  }
}

Deno.test("writeAll() writes all of it to a stream that takes little at a time", async () => {
  const [left, right] = memoryPair(3);
  const text = "a reply of more than three bytes";
  const received = readToEnd(right);
  await writeAll(left, toBytes(text));
  left.close();
  assertEquals(await received, text);
});

Deno.test("writeAll() rejects when the other side is gone", async () => {
  const [left, right] = memoryPair(3);
  const writing = writeAll(left, toBytes("too long to fit"));
  right.close();
  await assertRejects(() => writing, Deno.errors.ConnectionReset);
});

Deno.test("closeNow() does not mind a stream that was closed before", async () => {
  const [left] = memoryPair();
  closeNow(left);
  closeNow(left);
  assert(await isClosed(left));
});

Deno.test("OrderlyCloser.close() lets the other side read all, although its input is unread", async () => {
  const closer = new OrderlyCloser(LONG_SECONDS);
  const [server, client] = memoryPair();
  await client.write(toBytes("junk behind the request"));
  await server.write(toBytes("200 OK\r\n"));
  const closing = closer.close(server);
  assertEquals(await readToEnd(client), "200 OK\r\n");
  await client.write(toBytes("more junk"));
  client.close();
  await within("the close", closing);
  assert(await isClosed(server));
  closer.stop();
});

Deno.test("OrderlyCloser.close() waits for the other side's end", async () => {
  const closer = new OrderlyCloser(LONG_SECONDS);
  const [server, client] = memoryPair();
  const closing = closer.close(server);
  assertEquals(await readToEnd(client), "");
  assertEquals(await isClosed(server), false);
  await client.closeWrite();
  await within("the close", closing);
  assert(await isClosed(server));
  closer.stop();
});

Deno.test("OrderlyCloser.close() gives up on a side that never ends", async () => {
  const closer = new OrderlyCloser(0.02);
  const [server, client] = memoryPair();
  await within("the close", closer.close(server));
  assert(await isClosed(server));
  assertEquals(await readToEnd(client), "");
});

Deno.test("OrderlyCloser.close() drops a bounded amount, then closes", async () => {
  const closer = new OrderlyCloser(LONG_SECONDS);
  const [server, client] = memoryPair();
  const closing = closer.close(server);
  let sent = 0;
  const flood = (async () => {
    while (sent < 4 * MAX_DRAIN_BYTES) sent += await client.write(new Uint8Array(4096));
  })();
  await within("the close", closing);
  await assertRejects(() => flood, Deno.errors.ConnectionReset);
  assert(sent > MAX_DRAIN_BYTES, `only ${sent} bytes were dropped`);
  assert(sent < 2 * MAX_DRAIN_BYTES, `${sent} bytes were dropped`);
  closer.stop();
});

Deno.test("OrderlyCloser.close() resolves when the connection breaks meanwhile", async () => {
  const closer = new OrderlyCloser(LONG_SECONDS);
  const [server, client] = memoryPair();
  await server.write(toBytes("unread"));
  client.close();
  await within("the close", closer.close(server));
  assert(await isClosed(server));
  closer.stop();
});

Deno.test("OrderlyCloser.close() resolves for a stream that is closed already", async () => {
  const closer = new OrderlyCloser(LONG_SECONDS);
  const [server] = memoryPair();
  server.close();
  await within("the close", closer.close(server));
  closer.stop();
});

Deno.test("OrderlyCloser.closeLater() ends a read that would wait for ever", async () => {
  const closer = new OrderlyCloser(0.02);
  const [server] = memoryPair();
  const reading = server.read(new Uint8Array(1));
  closer.closeLater(server);
  await assertRejects(() => within("the read's end", reading), Deno.errors.Interrupted);
});

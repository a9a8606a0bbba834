import { assertEquals, assertRejects } from "@std/assert";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { PeekedStream } from "../../lib/net/peeked_stream.ts";
import { readToEnd } from "../support/streams.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function held(stream: PeekedStream): string {
  return new TextDecoder().decode(stream.held);
}

const LATER = (): number => performance.now() + 20_000;
const NOW = (): number => performance.now();

Deno.test("PeekedStream shows what has come, and the reader still gets all of it", async () => {
  const [far, near] = memoryPair();
  const peeked = new PeekedStream(near);
  await writeAll(far, bytes("REG "));
  assertEquals([await peeked.peekMore(LATER()), held(peeked)], ["more", "REG "]);
  await writeAll(far, bytes("ann\n"));
  assertEquals([await peeked.peekMore(LATER()), held(peeked)], ["more", "REG ann\n"]);
  await writeAll(far, bytes("later"));
  await far.closeWrite();
  assertEquals(await readToEnd(peeked), "REG ann\nlater");
});

Deno.test("PeekedStream leaves out what was dropped", async () => {
  const [far, near] = memoryPair();
  const peeked = new PeekedStream(near);
  await writeAll(far, bytes("PROXY UNKNOWN\r\nREG"));
  await far.closeWrite();
  await peeked.peekMore(LATER());
  peeked.skip(15);
  assertEquals(held(peeked), "REG");
  assertEquals(await peeked.peekMore(LATER()), "ended");
  assertEquals(await peeked.peekMore(LATER()), "ended");
  assertEquals(await readToEnd(peeked), "REG");
});

Deno.test("PeekedStream loses nothing that comes after the time was over", async () => {
  const [far, near] = memoryPair();
  const peeked = new PeekedStream(near);
  assertEquals(await peeked.peekMore(NOW()), "timeout");
  assertEquals(await peeked.peekMore(NOW()), "timeout");
  const small = new Uint8Array(2);
  const reading = peeked.read(small);
  await writeAll(far, bytes("late"));
  assertEquals([await reading, new TextDecoder().decode(small)], [2, "la"]);
  await far.closeWrite();
  assertEquals(await readToEnd(peeked), "te");
});

Deno.test("PeekedStream holds no more than it was told", async () => {
  const [far, near] = memoryPair();
  const peeked = new PeekedStream(near, 4);
  await writeAll(far, bytes("123456"));
  await far.closeWrite();
  assertEquals([await peeked.peekMore(LATER()), held(peeked)], ["more", "1234"]);
  assertEquals(await peeked.peekMore(LATER()), "full");
  assertEquals(await readToEnd(peeked), "123456");
});

Deno.test("PeekedStream writes, ends and closes its connection", async () => {
  const [far, near] = memoryPair();
  const peeked = new PeekedStream(near);
  await writeAll(peeked, bytes("200 OK"));
  await peeked.closeWrite();
  assertEquals(await readToEnd(far), "200 OK");
  await peeked.peekMore(NOW());
  peeked.close();
  await assertRejects(() => near.read(new Uint8Array(1)));
  await assertRejects(() => peeked.read(new Uint8Array(1)));
});

Deno.test("PeekedStream has room for what follows a header as long as itself", async () => {
  const [far, near] = memoryPair();
  const peeked = new PeekedStream(near, 8);
  await writeAll(far, bytes("12345678REG ann\n"));
  assertEquals(await peeked.peekMore(LATER()), "more");
  assertEquals(await peeked.peekMore(LATER()), "full");
  peeked.skip(8);
  assertEquals([await peeked.peekMore(LATER()), held(peeked)], ["more", "REG ann\n"]);
  await far.closeWrite();
  assertEquals(await readToEnd(peeked), "REG ann\n");
});

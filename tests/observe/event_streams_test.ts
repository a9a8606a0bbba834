import { assertEquals } from "@std/assert";
import { encodeEvent, EventStreams } from "../../lib/observe/event_streams.ts";

function event(text: string): Uint8Array<ArrayBuffer> {
  return encodeEvent("view", text);
}

/** Reads what is there of a page's stream: one event. */
async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | undefined> {
  const { value } = await reader.read();
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

Deno.test("send() tells every page that is open, a new one the newest first", {
  permissions: "none",
}, async () => {
  const streams = new EventStreams(2);
  const one = streams.answer(event("first")).body!.getReader();
  const two = streams.answer().body!.getReader();
  streams.send(event("second\nline"));
  assertEquals(await read(one), 'event: view\ndata: "first"\n\n');
  assertEquals(await read(one), 'event: view\ndata: "second\\nline"\n\n');
  assertEquals(await read(two), 'event: view\ndata: "second\\nline"\n\n');
  await two.cancel();
  assertEquals(streams.size, 1);
  streams.close();
  assertEquals(await read(one), undefined);
});

Deno.test("answer() refuses more pages than may be open, and any after the end", {
  permissions: "none",
}, async () => {
  const streams = new EventStreams(1);
  const first = streams.answer();
  assertEquals(streams.answer().status, 503);
  await first.body!.cancel();
  assertEquals(streams.answer().status, 200);
  streams.close();
  assertEquals(streams.answer().status, 503);
});

Deno.test("a page that does not read misses events, and costs no memory without end", {
  permissions: "none",
}, async () => {
  const streams = new EventStreams();
  const reader = streams.answer().body!.getReader();
  const long = event("x".repeat(100_000));
  for (let count = 0; count < 50; count++) streams.send(long);
  streams.close();
  let events = 0;
  while (await read(reader) !== undefined) events++;
  assertEquals(events, 2); // of 256 KiB
});

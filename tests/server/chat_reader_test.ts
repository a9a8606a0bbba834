import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { MAX_CHAT_FRAME_BYTES } from "../../lib/core/limits.ts";
import { ChatReader } from "../../lib/server/chat_reader.ts";
import type { ChatRequest } from "../../lib/wire/login_chat_request.ts";

/** Every request of bytes that come in pieces cut at these places. */
function requestsOf(bytes: Uint8Array, cuts: readonly number[] = []): ChatRequest[] {
  const reader = new ChatReader();
  const requests: ChatRequest[] = [];
  const ends = [...new Set(cuts), bytes.length].sort((a, b) => a - b);
  for (let at = 0; at < bytes.length;) {
    const end = ends.find((cut) => cut > at)!;
    const free = reader.free();
    const piece = bytes.subarray(at, Math.min(end, at + free.length));
    free.set(piece);
    reader.filled(piece.length);
    at += piece.length;
    for (let request; (request = reader.next()) !== undefined;) requests.push(request);
  }
  return requests;
}

const LONG = "x".repeat(MAX_CHAT_FRAME_BYTES);

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("lines are requests, wherever they are cut", () => {
  const bytes = encode(`C LOGIN alice\nC PASSWORD secret\nC WHO\n${LONG}${LONG}\nC PM\nD hi\n`);
  const whole = requestsOf(bytes);
  assertEquals(whole.length, 6);
  fc.assert(fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
    assertEquals(requestsOf(bytes, cuts), whole);
  }));
});

Deno.test("a line that is too long is one invalid request, and the next one is read", () => {
  const [tooLong, next, ...rest] = requestsOf(encode(`${LONG}${LONG}${LONG}\nC WHO\n`));
  assertEquals(tooLong?.kind, "invalid");
  assertEquals(next, requestsOf(encode("C WHO\n"))[0]);
  assertEquals(rest, []);
});

Deno.test("the longest frame is a request like any other", () => {
  const line = "D " + "x".repeat(MAX_CHAT_FRAME_BYTES - 3) + "\n";
  const [request] = requestsOf(encode(line));
  assertEquals(request?.kind === "invalid" && request.reason.startsWith("a frame has"), false);
});

Deno.test("it is empty until something has come", () => {
  const reader = new ChatReader();
  assertEquals(reader.isEmpty, true);
  reader.free()[0] = 0x43;
  reader.filled(1);
  assertEquals(reader.next(), undefined);
  assertEquals(reader.isEmpty, false);
});

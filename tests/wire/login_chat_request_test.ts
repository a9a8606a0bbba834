import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_CHAT_FRAME_BYTES } from "../../lib/core/limits.ts";
import { parseUserId } from "../../lib/core/user_id.ts";
import {
  type ChatRequest,
  encodeChatRequest,
  parseChatRequest,
  parseDirectMessage,
} from "../../lib/wire/login_chat_request.ts";
import { ReceiveBuffer } from "../../lib/wire/receive_buffer.ts";
import { CHAT_REQUEST_SAMPLES, DIRECT_MESSAGE_SAMPLES } from "../samples/login_chat_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { cutAnywhere, everyCutting, join, trickyBytes } from "./cuttings.ts";
import { userIds } from "./user_ids.ts";

/** Every request in what a client sends. */
function readRequests(pieces: readonly Uint8Array[]): ChatRequest[] {
  const buffer = new ReceiveBuffer(MAX_CHAT_FRAME_BYTES);
  const requests: ChatRequest[] = [];
  for (let piece of pieces) {
    while (piece.length > 0) {
      piece = piece.subarray(buffer.feed(piece));
      for (let line; (line = buffer.takeLine()) !== undefined;) {
        requests.push(parseChatRequest(line));
      }
    }
  }
  return requests;
}

const NEXT = latin1("C WHO\n");

for (const { name, bytes, expected } of CHAT_REQUEST_SAMPLES) {
  Deno.test(`parseChatRequest(): ${name}, however it is cut`, { permissions: "none" }, () => {
    for (const end of ["\n", "\r\n"]) {
      const line = join([bytes, latin1(end)]);
      for (const { how, pieces } of everyCutting(line)) {
        assertEquals(readRequests(pieces), [expected], how);
      }
      assertEquals(readRequests([join([line, NEXT])]), [expected, { kind: "who" }]);
    }
  });
}

for (const [name, text, expected] of DIRECT_MESSAGE_SAMPLES) {
  Deno.test(`parseDirectMessage(): ${name}`, { permissions: "none" }, () => {
    assertEquals(parseDirectMessage(text), expected);
  });
}

const texts = fc.string({ unit: "binary", minLength: 1, maxLength: 40 })
  .filter((text) => !/[\r\n]/.test(text) && text.trim() !== "");

const requests = fc.oneof(
  fc.record({ kind: fc.constant("login"), user: userIds }),
  fc.record({ kind: fc.constant("password"), password: texts }),
  fc.record({ kind: fc.constantFrom("public", "direct", "cancel", "who", "exit") }),
  fc.record({ kind: fc.constantFrom("ping", "pong"), text: fc.oneof(texts, fc.constant("")) }),
  fc.record({ kind: fc.constant("data"), text: texts }),
) as fc.Arbitrary<Exclude<ChatRequest, { kind: "invalid" }>>;

Deno.test("encodeChatRequest() writes one line that reads back as the same request", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(requests, (request) => {
    const bytes = encodeChatRequest(request);
    assertEquals(bytes.indexOf(10), bytes.length - 1);
    assertEquals(parseChatRequest(bytes.subarray(0, -1)), request);
  }));
});

Deno.test("parseChatRequest() never throws, whatever the bytes, and quotes nothing of them", {
  permissions: "none",
}, () => {
  const words = fc.constantFrom("C ", "D ", "LOGIN ", "PASSWORD ", "PM", "EX", "PING ", " ", "a");
  const line = fc.array(fc.oneof(words.map(latin1), trickyBytes(12)), { maxLength: 8 }).map(join);
  const known = new Set(
    CHAT_REQUEST_SAMPLES.flatMap(({ expected }) =>
      expected.kind === "invalid" ? [expected.reason] : []
    ),
  );
  fc.assert(
    fc.property(line, (bytes) => {
      const request = parseChatRequest(bytes);
      if (request.kind === "invalid") assert(known.has(request.reason), request.reason);
      if (request.kind === "login") assertEquals(parseUserId(request.user), request.user);
      if (request.kind === "data") assert(request.text.trim() !== "");
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseChatRequest(): requests do not depend on how their bytes are cut", {
  permissions: "none",
}, () => {
  const kinds = fc.constantFrom("C LOGIN ", "C PM\n", "D ").map(latin1);
  const stream = fc.array(fc.tuple(kinds, trickyBytes()).map(join)).map(join);
  fc.assert(fc.property(cutAnywhere(stream), (pieces) => {
    assertEquals(readRequests(pieces), readRequests([join(pieces)]));
  }));
});

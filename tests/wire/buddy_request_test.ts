import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { INFO_LIMITS, MAX_BUDDY_LINE_BYTES } from "../../lib/core/limits.ts";
import { parseUserId } from "../../lib/core/user_id.ts";
import {
  type BuddyRequest,
  encodeBuddyRequest,
  infoWords,
  parseBuddyRequest,
  parseInfoEntries,
} from "../../lib/wire/buddy_request.ts";
import { ReceiveBuffer } from "../../lib/wire/receive_buffer.ts";
import { REQUEST_SAMPLES } from "../samples/buddy_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { cutAnywhere, everyCutting, join, trickyBytes } from "./cuttings.ts";
import { userIds } from "./user_ids.ts";

/** The first request of what a client sends before it ends its side. */
function readRequest(pieces: readonly Uint8Array[]): BuddyRequest {
  const buffer = new ReceiveBuffer(MAX_BUDDY_LINE_BYTES);
  for (let piece of pieces) {
    while (piece.length > 0) {
      piece = piece.subarray(buffer.feed(piece));
      const line = buffer.takeLine();
      if (line !== undefined) return parseBuddyRequest(line);
      if (buffer.overflowed) return { kind: "invalid" };
    }
  }
  return parseBuddyRequest(buffer.takeRest());
}

for (const { name, bytes, expected } of REQUEST_SAMPLES) {
  Deno.test(`parseBuddyRequest(): ${name}, however it is cut`, { permissions: "none" }, () => {
    for (const { how, pieces } of everyCutting(bytes)) {
      assertEquals(readRequest(pieces), expected, how);
    }
  });
}

Deno.test("parseBuddyRequest(): bytes after the first line are ignored, for every sample", {
  permissions: "none",
}, () => {
  const trailing = ["\n", "REG mallory\n", "\0\xff", "x".repeat(1000)].map(latin1);
  for (const { name, bytes, expected } of REQUEST_SAMPLES) {
    if (!bytes.includes(10)) continue;
    for (const more of trailing) {
      assertEquals(readRequest([join([bytes, more])]), expected, name);
      assertEquals(readRequest([bytes, more]), expected, name);
    }
  }
});

Deno.test("parseBuddyRequest(): a line over 512 bytes is invalid, also one of 64 KiB", {
  permissions: "none",
}, () => {
  for (const length of [513, 514, 515, 4096, 65_536]) {
    const long = latin1("REG alice".padEnd(length) + "\n");
    assertEquals(readRequest([long]), { kind: "invalid" }, `${length} bytes`);
  }
});

const infoEntries = fc.uniqueArray(
  fc.tuple(
    fc.stringMatching(/^[a-z][a-z0-9-]{0,15}$/),
    fc.stringMatching(/^[!-~]{1,128}$/),
  ),
  { minLength: 1, maxLength: INFO_LIMITS.entries, selector: ([name]) => name },
).map((entries) => new Map(entries));

const requests = fc.oneof(
  fc.record({ kind: fc.constantFrom("register", "list", "info"), user: userIds }),
  fc.record({ kind: fc.constantFrom("add", "remove"), user: userIds, buddy: userIds }),
  fc.record({ kind: fc.constant("publish"), user: userIds, entries: infoEntries }),
  fc.constant({ kind: "capabilities" }),
) as fc.Arbitrary<Exclude<BuddyRequest, { kind: "invalid" | "blank" }>>;

Deno.test("encodeBuddyRequest() writes one line that reads back as the same request", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(requests, (request) => {
    const bytes = encodeBuddyRequest(request);
    assertEquals(bytes.indexOf(10), bytes.length - 1);
    assertEquals(parseBuddyRequest(bytes.subarray(0, -1)), request);
  }));
});

Deno.test("parseBuddyRequest() never throws, whatever the bytes, and lets no other id through", {
  permissions: "none",
}, () => {
  const words = fc.constantFrom("REG ", "add ", "DEL ", "INFO ", "GET ", " ", "a ", "=", "a=b ");
  const line = fc.array(fc.oneof(words.map(latin1), trickyBytes(12)), { maxLength: 8 }).map(join);
  fc.assert(
    fc.property(line, (bytes) => {
      const request = parseBuddyRequest(bytes);
      for (const id of [("user" in request) && request.user, "buddy" in request && request.buddy]) {
        if (typeof id === "string") assertEquals(parseUserId(id), id);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseBuddyRequest(): a request does not depend on how its bytes are cut", {
  permissions: "none",
}, () => {
  const command = fc.constantFrom("REG ", "ADD a ", "INFO a ").map(latin1);
  const stream = fc.tuple(command, trickyBytes()).map(join);
  fc.assert(fc.property(cutAnywhere(stream), (pieces) => {
    assertEquals(readRequest(pieces), readRequest([join(pieces)]));
  }));
});

Deno.test("parseBuddyRequest(): a command is ASCII, no other letter stands for one of its own", {
  permissions: "none",
}, () => {
  for (let byte = 0x80; byte <= 0xff; byte++) {
    for (const command of ["REG", "ADD", "DEL", "GET", "INFO", "CAP"]) {
      for (let at = 0; at < command.length; at++) {
        const line = latin1(`${command} a b`);
        line[at] = byte;
        assertEquals(parseBuddyRequest(line), { kind: "invalid" }, `${command} with ${byte}`);
      }
    }
  }
});

Deno.test("parseInfoEntries() takes lower-case names and visible ASCII values", {
  permissions: "none",
}, () => {
  assertEquals(parseInfoEntries([]), new Map());
  assertEquals(parseInfoEntries(["files=4001"]), new Map([["files", "4001"]]));
  assertEquals(parseInfoEntries(["a-1==x="]), new Map([["a-1", "=x="]]));
  for (const word of ["files", "=4001", "files=", "Files=1", "1a=1", "-a=1", "a.b=1", "a=\x7f"]) {
    assertEquals(parseInfoEntries([word]), undefined, word);
  }
  assertEquals(parseInfoEntries(["a=\xe9"]), undefined);
  assertEquals(parseInfoEntries(["a=1", "b=2", "a=3"]), undefined);
});

Deno.test("parseInfoEntries() bounds the count and the lengths of names and values", {
  permissions: "none",
}, () => {
  const { entries, nameLength, valueLength } = INFO_LIMITS;
  const many = Array.from({ length: entries + 1 }, (_, index) => `n${index}=v`);
  assertEquals(parseInfoEntries(many), undefined);
  assertEquals(parseInfoEntries(many.slice(1))?.size, entries);
  assert(parseInfoEntries([`${"n".repeat(nameLength)}=v`]));
  assertEquals(parseInfoEntries([`${"n".repeat(nameLength + 1)}=v`]), undefined);
  assert(parseInfoEntries([`n=${"v".repeat(valueLength)}`]));
  assertEquals(parseInfoEntries([`n=${"v".repeat(valueLength + 1)}`]), undefined);
});

Deno.test("parseBuddyRequest(): INFO with one entry too many is invalid, not cut", {
  permissions: "none",
}, () => {
  const words = Array.from({ length: INFO_LIMITS.entries + 1 }, (_, index) => `n${index}=v`);
  assertEquals(parseBuddyRequest(latin1(`INFO alice ${words.join(" ")}`)), { kind: "invalid" });
  const request = parseBuddyRequest(latin1(`INFO alice ${words.slice(1).join("  ")}`));
  assertEquals(request.kind === "publish" && infoWords(request.entries), words.slice(1).join(" "));
});

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TRANSFER_LIMITS } from "../../lib/core/limits.ts";
import {
  encodeTransfer,
  REFUSAL_REASONS,
  TRANSFER_PREFACE,
  type TransferMessage,
} from "../../lib/wire/transfer.ts";
import type { OfferedEntry } from "../../lib/wire/transfer_offer.ts";
import { type ReceivedMessage, TransferReader } from "../../lib/wire/transfer_reader.ts";
import { latin1 } from "../samples/sample.ts";
import { NO_TRANSFERS, TRANSFER_SAMPLES } from "../samples/transfer_samples.ts";
import { cutAnywhere, everyCutting, join } from "./cuttings.ts";
import { userIds } from "./user_ids.ts";

const PREFACE = latin1(TRANSFER_PREFACE);

/** The messages that come out of pieces; data that came in parts is put together. */
function readMessages(pieces: readonly Uint8Array[]): ReceivedMessage[] {
  const reader = new TransferReader();
  const messages: ReceivedMessage[] = [];
  for (const piece of pieces) {
    for (const message of reader.messages(piece)) {
      const last = messages.at(-1);
      if (message.kind !== "data") messages.push(message);
      else if (last?.kind !== "data") messages.push({ kind: "data", bytes: message.bytes.slice() });
      else {
        messages[messages.length - 1] = { ...last, bytes: join([last.bytes, message.bytes]) };
      }
    }
  }
  return messages;
}

const names = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
const path = fc.array(names, { minLength: 1, maxLength: 4 });
const count = fc.nat({ max: 2 ** 48 });
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const file = fc.nat({ max: 0xffff_ffff });
const reason = fc.string({ maxLength: 40, unit: "grapheme" });
const entries: fc.Arbitrary<OfferedEntry> = fc.oneof(
  fc.record({ kind: fc.constant("folder" as const), path }),
  fc.record({ kind: fc.constant("file" as const), path, size: count, modified: count }),
);
const messages: fc.Arbitrary<TransferMessage> = fc.oneof(
  fc.record({
    kind: fc.constant("offer" as const),
    offer: fc.record({
      ...{ from: userIds, to: userIds },
      entries: fc.array(entries, { minLength: 1, maxLength: 5 }),
    }),
  }),
  fc.record({ kind: fc.constant("accept" as const), files: file, bytes: count }),
  fc.record({ kind: fc.constant("refuse" as const), reason: fc.constantFrom(...REFUSAL_REASONS) }),
  fc.record({ kind: fc.constant("want" as const), file, from: count, digest }),
  fc.record({ kind: fc.constant("begin" as const), file, from: count }),
  fc.record({ kind: fc.constant("data" as const), bytes: fc.uint8Array({ minLength: 1 }) }),
  fc.record({ kind: fc.constant("end" as const), digest }),
  fc.record({ kind: fc.constantFrom("broken" as const, "cancel" as const), reason }),
  fc.record({ kind: fc.constant("kept" as const), file }),
  fc.record({ kind: fc.constant("lost" as const), file, reason }),
  fc.record({ kind: fc.constantFrom("done" as const, "alive" as const) }),
);

for (const { name, bytes, expected } of TRANSFER_SAMPLES) {
  Deno.test(`a transfer's ${name}`, { permissions: "none" }, () => {
    assertEquals(encodeTransfer(expected), bytes);
    const stream = join([PREFACE, bytes]);
    for (const { how, pieces } of everyCutting(stream)) {
      assertEquals(readMessages(pieces), [expected], how);
    }
  });
}

for (const { name, bytes, expected } of NO_TRANSFERS) {
  Deno.test(`TransferReader refuses ${name}, and reads nothing behind it`, {
    permissions: "none",
  }, () => {
    for (const pieces of [[bytes, PREFACE], Array.from(bytes, (byte) => Uint8Array.of(byte))]) {
      const found = readMessages(pieces);
      assertEquals(found.map(({ kind }) => kind), ["invalid"]);
      const [message] = found;
      assert(message?.kind === "invalid");
      assertMatch(message.why, expected);
    }
  });
}

Deno.test("TransferReader gives back any messages, however they are cut", {
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(
      fc.array(messages, { maxLength: 5 }),
      fc.array(fc.nat({ max: 80 })),
      (all, cuts) => {
        const stream = join([PREFACE, ...all.map(encodeTransfer)]);
        const pieces = [];
        let at = 0;
        for (const cut of cuts) pieces.push(stream.subarray(at, at += cut));
        const whole = readMessages([stream]);
        assertEquals(readMessages([...pieces, stream.subarray(at)]), whole);
        const hasNeighbours = all.some(({ kind }, at) =>
          kind === "data" && all[at - 1]?.kind === kind
        );
        if (!hasNeighbours) assertEquals(whole, all);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("TransferReader takes any bytes without failing, and the same however they are cut", {
  permissions: "none",
}, () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const framed = fc.tuple(fc.integer({ min: 0, max: 15 }), fc.nat({ max: 50 }), bytes)
    .map(([type, length, rest]) => join([PREFACE, Uint8Array.of(type, 0, 0, 0, length), rest]));
  fc.assert(
    fc.property(cutAnywhere(fc.oneof(bytes, framed)), (pieces) => {
      assertEquals(readMessages(pieces), readMessages([join(pieces)]));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("TransferReader hands bytes of a file on without copying them", {
  permissions: "none",
}, () => {
  const stream = join([PREFACE, encodeTransfer({ kind: "data", bytes: latin1("abc") })]);
  const [message] = new TransferReader().messages(stream);
  assert(message?.kind === "data");
  assertEquals(message.bytes.buffer, stream.buffer);
});

Deno.test("encodeTransfer() refuses more data than a frame takes, and cuts a long reason", {
  permissions: "none",
}, () => {
  const bytes = new Uint8Array(TRANSFER_LIMITS.dataBytes + 1);
  assertThrows(() => encodeTransfer({ kind: "data", bytes }), RangeError, "1048577 bytes");
  const frame = encodeTransfer({ kind: "cancel", reason: "é".repeat(400) + "x" });
  const [message] = readMessages([PREFACE, frame]);
  assertEquals(message, { kind: "cancel", reason: "é".repeat(256) });
});

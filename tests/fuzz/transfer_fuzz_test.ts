/** Files between clients: the frames of a transfer. */

import { assert, assertEquals } from "@std/assert";
import { TRANSFER_LIMITS } from "../../lib/core/limits.ts";
import { encodeTransfer, TRANSFER_PREFACE } from "../../lib/wire/transfer.ts";
import { encodeOffer, parseOffer } from "../../lib/wire/transfer_offer.ts";
import { type ReceivedMessage, TransferReader } from "../../lib/wire/transfer_reader.ts";
import { latin1 } from "../samples/sample.ts";
import { NO_TRANSFERS, TRANSFER_SAMPLES } from "../samples/transfer_samples.ts";
import { join } from "../wire/cuttings.ts";
import { fuzz, readHowever } from "./fuzz.ts";

const PREFACE = latin1(TRANSFER_PREFACE);

const TRANSFERS = [
  ...TRANSFER_SAMPLES.map(({ bytes }) => join([PREFACE, bytes])),
  join([PREFACE, ...TRANSFER_SAMPLES.map(({ bytes }) => bytes)]),
  ...NO_TRANSFERS.map(({ bytes }) => bytes),
];

/** What comes of pieces. Bytes of a file come in pieces of any size: they are put together. */
function messagesOf(pieces: readonly Uint8Array[]): ReceivedMessage[] {
  const reader = new TransferReader();
  const messages: ReceivedMessage[] = [];
  for (const piece of pieces) {
    for (const message of reader.messages(piece)) {
      const last = messages.at(-1);
      if (message.kind === "data" && last?.kind === "data") {
        messages[messages.length - 1] = { kind: "data", bytes: join([last.bytes, message.bytes]) };
      } else {messages.push(
          message.kind === "data" ? { ...message, bytes: message.bytes.slice() } : message,
        );}
    }
  }
  return messages;
}

fuzz("file transfers", TRANSFERS, (bytes, dice) => {
  const messages = readHowever(bytes, dice, messagesOf);
  for (const [at, message] of messages.entries()) {
    if (message.kind === "invalid") {
      assertEquals(at, messages.length - 1, "nothing comes behind what cannot be read");
      continue;
    }
    if (message.kind === "offer") assert(message.offer.entries.length <= TRANSFER_LIMITS.entries);
    // What is understood can be said so that it is understood the same.
    assertEquals(messagesOf([PREFACE, encodeTransfer(message)]), [message]);
  }
});

const OFFERS = TRANSFER_SAMPLES.flatMap(({ expected }) =>
  expected.kind === "offer" ? [encodeOffer(expected.offer)] : []
);

fuzz("offers of files", OFFERS, (bytes) => {
  const offer = parseOffer(bytes);
  if (offer === undefined) return;
  assertEquals(parseOffer(encodeOffer(offer)), offer);
  for (const { path } of offer.entries) {
    assert(path.length > 0 && path.length <= TRANSFER_LIMITS.depth);
    assert(path.every((name) => name !== ""));
  }
});

/** What a trace shows: any bytes, of any service, each of them once and nothing that is secret. */

import { assert, assertEquals } from "@std/assert";
import type { DescribedMessage, TracedService, WireSide } from "../../lib/core/wire_message.ts";
import { createDescriber } from "../../lib/wire/describe.ts";
import { MaskedBytes } from "../../lib/wire/masked_bytes.ts";
import { frameLength, lineLength, MessageCutter } from "../../lib/wire/message_cutter.ts";
import { ANSWER_SAMPLES, PRESENCE_SAMPLES, REQUEST_SAMPLES } from "../samples/buddy_samples.ts";
import { CHAT_ANSWER_SAMPLES, CHAT_REQUEST_SAMPLES } from "../samples/login_chat_samples.ts";
import { PEER_SAMPLES } from "../samples/peer_samples.ts";
import { ROOM_DATAGRAM_SAMPLES, ROOM_REQUEST_SAMPLES, TOKEN } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { fuzz, readHowever } from "./fuzz.ts";
import { cutAtRandom } from "./mutations.ts";

const SAMPLES = [
  ...REQUEST_SAMPLES,
  ...CHAT_REQUEST_SAMPLES,
  ...CHAT_ANSWER_SAMPLES,
  ...PEER_SAMPLES,
  ...ROOM_REQUEST_SAMPLES,
].map(({ bytes }) => latin1(String.fromCharCode(...bytes, 10)));

const SERVICES: readonly TracedService[] = ["buddy", "rooms", "chat", "peer", "any"];
const SIDES: readonly WireSide[] = ["client", "server"];

function lengthOf(messages: readonly DescribedMessage[]): number {
  return messages.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

fuzz("conversations as a trace reads them", SAMPLES, (bytes, dice) => {
  const conversation = createDescriber().conversation(dice.pick(SERVICES), dice.below(2) === 0);
  const messages: DescribedMessage[] = [];
  for (const piece of cutAtRandom(bytes, dice)) {
    messages.push(...conversation.take(dice.pick(SIDES), piece));
  }
  for (const side of SIDES) messages.push(...conversation.end(side));
  assertEquals(lengthOf(messages), bytes.length, "nothing is lost, and nothing told twice");
  for (const { bytes, hidden } of messages) {
    for (const { start, end } of hidden) {
      assert(bytes.subarray(start, end).every((byte) => byte === 42), "what is hidden is gone");
    }
  }
});

const DATAGRAMS = [...PRESENCE_SAMPLES, ...ANSWER_SAMPLES, ...ROOM_DATAGRAM_SAMPLES]
  .map(({ bytes }) => bytes);

fuzz("datagrams as a trace reads them", DATAGRAMS, (bytes, dice) => {
  const service = dice.pick(SERVICES);
  const told = createDescriber().datagram(service, bytes, {
    ...{ isToServer: dice.below(2) === 0, mayRelay: dice.below(2) === 0 },
  });
  assertEquals(told.bytes.length, bytes.length);
});

fuzz("messages cut for a trace", SAMPLES, (bytes, dice) => {
  const measure = dice.pick([lineLength, frameLength]);
  const most = 1 + dice.below(2 * bytes.length + 8);
  const cutOf = (pieces: readonly Uint8Array[]): (readonly [string, boolean])[] => {
    const cutter = new MessageCutter(measure, most);
    const cut = pieces.flatMap((piece) =>
      cutter.take(piece).map((part) => [String.fromCharCode(...part.bytes), part.isWhole] as const)
    );
    const rest = cutter.end();
    return rest === undefined ? cut : [...cut, [String.fromCharCode(...rest.bytes), false]];
  };
  const cut = readHowever(bytes, dice, cutOf);
  assertEquals(cut.map(([text]) => text).join(""), String.fromCharCode(...bytes));
  for (const [text] of cut) assert(text.length <= most);
});

fuzz("bytes with a token in them", [latin1(`x ${TOKEN} y`)], (bytes, dice) => {
  const at = dice.below(bytes.length + 1);
  const masked = new MaskedBytes(bytes, [{ start: at, end: Math.min(bytes.length, at + 4) }]);
  assertEquals(masked.bytes.length, bytes.length);
  for (const shown of [String.fromCharCode(...masked.bytes), masked.text()]) {
    assert(!/token_[0-9a-f]{32}/i.test(shown));
  }
});

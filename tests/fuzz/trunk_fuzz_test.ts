/** The trunk: what a balancer sends a server, and what a server sends back. */

import { assert, assertEquals } from "@std/assert";
import { ByteBuilder } from "../../lib/core/byte_builder.ts";
import { isIpAddress } from "../../lib/core/ip_address.ts";
import { MAX_BUDDY_LINE_BYTES, TRUNK_LIMITS } from "../../lib/core/limits.ts";
import {
  parseTrunkCall,
  putTrunkAnswer,
  putTrunkRequest,
  TrunkReplyReader,
} from "../../lib/wire/trunk.ts";
import { CALL_SAMPLES, REPLY_SAMPLES } from "../samples/trunk_samples.ts";
import { fuzz } from "./fuzz.ts";

const bytesOf = ({ bytes }: { readonly bytes: Uint8Array }): Uint8Array => bytes;

fuzz("trunk requests", CALL_SAMPLES.map(bytesOf), (input) => {
  const call = parseTrunkCall(input);
  if (call?.kind !== "request") return;
  const { number, ip, port, line } = call;
  assert(Number.isSafeInteger(number) && number >= 0 && port >= 0 && port <= 65_535);
  assert(isIpAddress(ip) && line.length <= MAX_BUDDY_LINE_BYTES);
  const builder = new ByteBuilder(16);
  putTrunkRequest(builder, number, ip, port, line);
  assertEquals(parseTrunkCall(builder.written.subarray(0, -1)), call);
});

fuzz("trunk answers", REPLY_SAMPLES.map(bytesOf), (input) => {
  const reader = new TrunkReplyReader();
  reader.free().set(input);
  reader.filled(input.length);
  for (let reply = reader.next(); reply !== "partial"; reply = reader.next()) {
    if (reply === "broken") return;
    if (reply.kind !== "answer") continue;
    assert(reply.isLast && reply.bytes.length <= TRUNK_LIMITS.pieceBytes);
    const builder = new ByteBuilder(16);
    putTrunkAnswer(builder, reply.number, reply.bytes);
    const again = new TrunkReplyReader();
    again.free().set(builder.written);
    again.filled(builder.length);
    assertEquals(again.next(), reply);
  }
});

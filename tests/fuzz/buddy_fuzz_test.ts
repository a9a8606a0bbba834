/** The buddy protocol: requests, replies, presence, lists, what clients say to each other. */

import { assert, assertEquals } from "@std/assert";
import { MAX_BUDDY_LINE_BYTES, MAX_PEER_LINE_BYTES } from "../../lib/core/limits.ts";
import { parseUserId } from "../../lib/core/user_id.ts";
import {
  buddyListText,
  encodePresenceRequest,
  parseBuddyList,
  parsePresenceRequest,
} from "../../lib/wire/buddy_presence.ts";
import { parseBuddyReply } from "../../lib/wire/buddy_reply.ts";
import { parseAccountRequest } from "../../lib/wire/account_request.ts";
import { encodeBuddyRequest, parseBuddyRequest } from "../../lib/wire/buddy_request.ts";
import { parseCapabilities } from "../../lib/wire/capabilities.ts";
import { encodePeerLine, PeerReader } from "../../lib/wire/peer.ts";
import { parseAuthenticatedAnswer, parseAuthenticatedLine } from "../../lib/wire/request_mac.ts";
import { userKey } from "../../lib/wire/routing_key.ts";
import {
  ANSWER_SAMPLES,
  FOREIGN_ANSWER_SAMPLES,
  PRESENCE_SAMPLES,
  REPLY_SAMPLES,
  REQUEST_SAMPLES,
} from "../samples/buddy_samples.ts";
import {
  ACCOUNT_REQUEST_SAMPLES,
  ANSWER_MAC_SAMPLES,
  AUTHENTICATED_SAMPLES,
  SAMPLE_KEY,
} from "../samples/account_samples.ts";
import { CALL_ANSWER_SAMPLES, PEER_SAMPLES } from "../samples/peer_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { fuzz, readHowever } from "./fuzz.ts";

const bytesOf = ({ bytes }: { readonly bytes: Uint8Array }): Uint8Array => bytes;

fuzz("buddy requests", REQUEST_SAMPLES.map(bytesOf), (line) => {
  const request = parseBuddyRequest(line);
  if (request.kind === "invalid" || request.kind === "blank") return;
  if ("user" in request) assertEquals(parseUserId(request.user), request.user);
  // What is understood can be said so that it is understood the same.
  assertEquals(parseBuddyRequest(encodeBuddyRequest(request).subarray(0, -1)), request);
  const key = userKey(line.includes(10) ? line : latin1(String.fromCharCode(...line, 10)), true);
  if (!line.includes(10) && line.length <= MAX_BUDDY_LINE_BYTES && "user" in request) {
    assertEquals(key, { state: "found", key: request.user });
  }
});

const AUTHENTIC = new Set(AUTHENTICATED_SAMPLES.map(({ line }) => line));

fuzz("requests of accounts", [
  ...ACCOUNT_REQUEST_SAMPLES.map(bytesOf),
  ...AUTHENTICATED_SAMPLES.map(bytesOf),
], (line) => {
  const { request, proof } = parseAccountRequest(line);
  if (proof.kind === "password") assert("user" in request && /[^ \t]/.test(proof.password));
  // Nothing that was changed is believed.
  if (AUTHENTIC.has(String.fromCharCode(...line))) return;
  for (const transport of ["TCP", "UDP"] as const) {
    assert(parseAuthenticatedLine(line)?.isFrom(SAMPLE_KEY.secret, transport) !== true);
  }
});

fuzz("answers to accounts", ANSWER_MAC_SAMPLES.map(bytesOf), (datagram) => {
  const isAuthentic = parseAuthenticatedAnswer(datagram)?.isFrom(SAMPLE_KEY.secret) ?? false;
  const text = String.fromCharCode(...datagram);
  assertEquals(isAuthentic, ANSWER_MAC_SAMPLES.some(({ answer }) => answer === text));
});

fuzz("buddy replies", REPLY_SAMPLES.map(bytesOf), (line) => {
  const reply = parseBuddyReply(line);
  parseCapabilities(reply);
});

fuzz("presence datagrams", PRESENCE_SAMPLES.map(bytesOf), (datagram) => {
  const request = parsePresenceRequest(datagram);
  if (request === undefined) return;
  assertEquals(parsePresenceRequest(encodePresenceRequest(request)), request);
});

fuzz("buddy lists", [...ANSWER_SAMPLES, ...FOREIGN_ANSWER_SAMPLES].map(bytesOf), (answer) => {
  const entries = parseBuddyList(answer);
  for (const { address } of entries) {
    assert(address === undefined || (address.port >= 0 && address.port <= 65_535));
  }
  assertEquals(parseBuddyList(latin1(buddyListText(entries))), entries);
});

fuzz("peer messages", PEER_SAMPLES.map(bytesOf), (bytes, dice) => {
  const read = (pieces: readonly Uint8Array[]): string[] => {
    const reader = new PeerReader();
    return [...pieces.flatMap((piece) => reader.messages(piece)), ...reader.end()];
  };
  for (const message of readHowever(bytes, dice, read)) {
    assert(!message.includes("\n"));
    assert(message.length <= MAX_PEER_LINE_BYTES);
    assertEquals(new PeerReader().messages(encodePeerLine(message)).join(""), unended(message));
  }
});

/** A CR at the end of a line belongs to the line's end. */
function unended(message: string): string {
  return message.endsWith("\r") ? message.slice(0, -1) : message;
}

fuzz("answers to calls", CALL_ANSWER_SAMPLES.map(bytesOf), (bytes, dice) => {
  const answered = (pieces: readonly Uint8Array[]): boolean | undefined => {
    const reader = new PeerReader();
    for (const [index, piece] of pieces.entries()) {
      const answer = reader.answer(piece, index === pieces.length - 1);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  const whole = readHowever(bytes, dice, answered);
  assert(whole !== undefined, "at its end, every answer is known");
});

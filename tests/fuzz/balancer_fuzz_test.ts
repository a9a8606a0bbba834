/** What a balancer decides by the first bytes of a connection, while it waits for more of them. */

import { assert, assertEquals } from "@std/assert";
import { parseBuddyReply } from "../../lib/wire/buddy_reply.ts";
import { parseCapabilities, retoldCapabilities } from "../../lib/wire/capabilities.ts";
import { decideProxyHeader } from "../../lib/wire/proxy_protocol.ts";
import { asksCapabilities, roomKey, userKey } from "../../lib/wire/routing_key.ts";
import { REPLY_SAMPLES, REQUEST_SAMPLES } from "../samples/buddy_samples.ts";
import { ROOM_REQUEST_SAMPLES } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { fuzz } from "./fuzz.ts";

type Decide = (bytes: Uint8Array, isEnd: boolean) => unknown;

/** Each with what it says while it cannot tell. */
const DECISIONS: readonly (readonly [Decide, undecided: (decision: unknown) => boolean])[] = [
  [userKey, isPartial],
  [roomKey, isPartial],
  [decideProxyHeader, (decision) => decision === undefined || isPartial(decision)],
  [asksCapabilities, (decision) => decision === undefined],
];

function isPartial(decision: unknown): boolean {
  return (decision as { state?: unknown }).state === "partial";
}

const REQUESTS = [
  ...REQUEST_SAMPLES.map(({ bytes }) => latin1(String.fromCharCode(...bytes, 13, 10))),
  ...ROOM_REQUEST_SAMPLES.map(({ bytes }) => bytes),
  ...["CAP\n", "cap\r\nREG alice\n", "PROXY TCP4 192.0.2.7 192.0.2.1 4000 1234\r\nCAP\n"].map(
    latin1,
  ),
];

fuzz("first bytes of connections", REQUESTS, (bytes) => {
  for (const [decide, isUndecided] of DECISIONS) {
    const whole = decide(bytes, true);
    // Half a header is none at its end, either: its balancer has gone.
    if (decide === decideProxyHeader && isUndecided(whole)) continue;
    assert(!isUndecided(whole), "at its end, everything is decided");
    // Whatever was decided before is what is decided of all.
    for (let end = 0; end <= bytes.length; end++) {
      const early = decide(bytes.subarray(0, end), false);
      if (!isUndecided(early)) assertEquals(early, whole, `after ${end} bytes`);
    }
  }
});

const REPLIES = [
  ...REPLY_SAMPLES.map(({ bytes }) => bytes),
  ...["200 OK parley/1 get info tls=1236 trunk", "200 OK parley/1 rooms=9090/9091 x", "201 INVALID"]
    .map(
      latin1,
    ),
];

fuzz("answers to CAP, retold", REPLIES, (line) => {
  const told = retoldCapabilities(line, 443);
  if (told === undefined) return;
  const { get, info, accounts } = parseCapabilities(parseBuddyReply(line));
  assertEquals(parseCapabilities(parseBuddyReply(told)), {
    ...{ get, info, accounts },
    ...{ trunk: false, tls: 443 },
  });
  assertEquals(told.indexOf(10), told.length - 1, "it stays one line");
});

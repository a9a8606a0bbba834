import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_BUDDY_LINE_BYTES } from "../../lib/core/limits.ts";
import type { SessionKey } from "../../lib/core/session_key.ts";
import { buddyRequestText } from "../../lib/wire/buddy_request.ts";
import {
  ANSWER_MAC_BYTES,
  authenticatedAnswer,
  encodeAuthenticatedLine,
  parseAuthenticatedAnswer,
  parseAuthenticatedLine,
  type Transport,
} from "../../lib/wire/request_mac.ts";
import {
  ANSWER_MAC_SAMPLES,
  AUTHENTICATED_SAMPLES,
  SAMPLE_KEY,
} from "../samples/account_samples.ts";
import { id } from "../samples/buddy_samples.ts";
import { latin1 } from "../samples/sample.ts";

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

const OTHER: Readonly<Record<Transport, Transport>> = { TCP: "UDP", UDP: "TCP" };

for (const sample of AUTHENTICATED_SAMPLES) {
  const { expected: { kind: transport }, bytes, line, request } = sample;
  Deno.test(`an authenticated "${request}" over ${transport}`, { permissions: "none" }, () => {
    assertEquals(
      text(encodeAuthenticatedLine(request, SAMPLE_KEY, sample, transport)),
      line + "\n",
    );
    const read = parseAuthenticatedLine(bytes);
    assert(read !== undefined);
    assertEquals(text(read.request), request);
    assertEquals(
      [read.session, read.counter, read.age],
      [SAMPLE_KEY.session, sample.counter, sample.age],
    );
    assert(read.isFrom(SAMPLE_KEY.secret, transport));
    assert(!read.isFrom(SAMPLE_KEY.secret, OTHER[transport]), "the other transport");
    assert(!read.isFrom(SAMPLE_KEY.secret.toReversed(), transport), "another secret");
  });

  Deno.test(`"${request}" over ${transport}: no byte can be another, go, or be added`, {
    permissions: "none",
  }, () => {
    const forged: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        forged.push(bytes.with(at, bytes[at]! ^ (1 << bit)));
      }
      forged.push(latin1(line.slice(0, at) + line.slice(at + 1)));
    }
    for (let at = 0; at <= bytes.length; at++) {
      for (const more of [" ", "\t", "0", "A", "\n"]) {
        forged.push(latin1(line.slice(0, at) + more + line.slice(at)));
      }
    }
    for (const bytes of forged) {
      const isTaken = parseAuthenticatedLine(bytes)?.isFrom(SAMPLE_KEY.secret, transport);
      assert(isTaken !== true, JSON.stringify(text(bytes)));
    }
  });
}

for (const { list, answer, bytes } of ANSWER_MAC_SAMPLES) {
  const what = `an answer of ${list.length} bytes`;
  Deno.test(`${what} and its tag`, { permissions: "none" }, () => {
    assertEquals(authenticatedAnswer(list, SAMPLE_KEY, 7), answer);
    const read = parseAuthenticatedAnswer(bytes);
    assert(read !== undefined);
    assertEquals([text(read.list), read.session, read.counter], [list, SAMPLE_KEY.session, 7]);
    assert(read.isFrom(SAMPLE_KEY.secret));
  });

  Deno.test(`${what}: no byte can be another, or go`, { permissions: "none" }, () => {
    for (let at = 0; at < bytes.length; at++) {
      const others = [bytes.with(at, bytes[at]! ^ 1), bytes.with(at, bytes[at]! ^ 32)];
      for (const forged of [...others, latin1(answer.slice(0, at) + answer.slice(at + 1))]) {
        const isTaken = parseAuthenticatedAnswer(forged)?.isFrom(SAMPLE_KEY.secret);
        assert(isTaken !== true, JSON.stringify(text(forged)));
      }
    }
  });
}

Deno.test("a request is no answer, and an answer no request", { permissions: "none" }, () => {
  // The same bytes in front of the tag, as far as both grammars allow it.
  const { session, secret } = SAMPLE_KEY;
  const line = `GET alice\nMAC ${session} 7`;
  const request = encodeAuthenticatedLine(line, SAMPLE_KEY, { counter: 1, age: 1 }, "UDP");
  assertEquals(parseAuthenticatedAnswer(request)?.isFrom(secret) ?? false, false);
  const answer = latin1(authenticatedAnswer(`GET alice MAC ${session} 1 1 `, SAMPLE_KEY, 7));
  assertEquals(parseAuthenticatedLine(answer.subarray(0, -1))?.isFrom(secret, "UDP"), undefined);
});

const keys: fc.Arbitrary<SessionKey> = fc.record({
  session: fc.stringMatching(/^[A-Za-z0-9_-]{16}$/),
  secret: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});
const counters = fc.integer({ min: 0, max: 999_999_999_999_999 });
const transports = fc.constantFrom<Transport>("TCP", "UDP");

Deno.test("encodeAuthenticatedLine(): what is written is read, and is from its key alone", {
  permissions: "none",
}, () => {
  const requests = fc.stringMatching(/^[ -~]{1,300}$/);
  fc.assert(fc.property(
    ...[requests, keys, keys, counters, counters, transports] as const,
    (request, key, other, counter, age, transport) => {
      fc.pre(text(key.secret) !== text(other.secret));
      const line = encodeAuthenticatedLine(request, key, { counter, age }, transport);
      const read = parseAuthenticatedLine(line.subarray(0, -1));
      assert(read !== undefined);
      assertEquals(text(read.request), request);
      assertEquals([read.session, read.counter, read.age], [key.session, counter, age]);
      assert(read.isFrom(key.secret, transport));
      assert(!read.isFrom(key.secret, OTHER[transport]));
      assert(!read.isFrom(other.secret, transport));
    },
  ));
});

Deno.test("parseAuthenticatedLine(): a blank parts a request from what authenticates it", {
  permissions: "none",
}, () => {
  const [{ line }] = AUTHENTICATED_SAMPLES as unknown as [{ readonly line: string }];
  assert(parseAuthenticatedLine(latin1(line)) !== undefined);
  assertEquals(parseAuthenticatedLine(latin1(line.replace(" MAC ", "MAC "))), undefined);
});

Deno.test("parseAuthenticatedLine(): any bytes are a line or none", { permissions: "none" }, () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 520 }), keys, (bytes, { secret }) => {
    assert(parseAuthenticatedLine(bytes)?.isFrom(secret, "TCP") !== true);
    assert(parseAuthenticatedAnswer(bytes)?.isFrom(secret) !== true);
  }));
});

Deno.test("the longest request with a tag is a line, and no answer has a longer tag", {
  permissions: "none",
}, () => {
  const most = { counter: 999_999_999_999_999, age: 999_999_999_999_999 };
  const user = id("a".repeat(32));
  const buddy = id("b".repeat(32));
  const request = buddyRequestText({ kind: "add", user, buddy });
  assert(
    encodeAuthenticatedLine(request, SAMPLE_KEY, most, "TCP").length - 1 <= MAX_BUDDY_LINE_BYTES,
  );
  assertEquals(authenticatedAnswer("", SAMPLE_KEY, most.counter).length, ANSWER_MAC_BYTES);
});

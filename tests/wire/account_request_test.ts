import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_BUDDY_LINE_BYTES, MAX_PASSWORD_BYTES } from "../../lib/core/limits.ts";
import {
  encodePasswordRequest,
  grantWords,
  parseAccountRequest,
  parseGrant,
} from "../../lib/wire/account_request.ts";
import { encodeOk, parseBuddyReply } from "../../lib/wire/buddy_reply.ts";
import {
  ACCOUNT_REQUEST_SAMPLES,
  type ReadAccountRequest,
  SAMPLE_KEY,
  SAMPLE_SECRET_TEXT,
} from "../samples/account_samples.ts";
import { id } from "../samples/buddy_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { userIds } from "./user_ids.ts";

function read(line: Uint8Array): ReadAccountRequest {
  const { request, proof } = parseAccountRequest(line);
  if (proof.kind === "password") return { request, password: proof.password };
  return proof.kind === "mac" ? { request, isAuthenticated: true } : { request };
}

for (const { name, bytes, expected } of ACCOUNT_REQUEST_SAMPLES) {
  Deno.test(`parseAccountRequest(): ${name}`, { permissions: "none" }, () => {
    assertEquals(read(bytes), expected);
  });
}

/** What a person may choose: text without line ends, not only blanks, within the bound. */
const passwords = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((text) => {
  const { length } = new TextEncoder().encode(text);
  return !/[\r\n]/.test(text) && /[^ \t]/.test(text) && length <= MAX_PASSWORD_BYTES;
});

Deno.test("encodePasswordRequest(): whatever the password, it is read as it was", {
  permissions: "none",
}, () => {
  const kinds = fc.constantFrom("register" as const, "log in" as const);
  fc.assert(fc.property(kinds, userIds, passwords, (kind, user, password) => {
    const line = encodePasswordRequest(kind, user, password);
    assertEquals(line.at(-1), 10);
    assertEquals(read(line.subarray(0, -1)), { request: { kind, user }, password });
  }));
});

Deno.test(
  "encodePasswordRequest(): a password may begin with U+FEFF",
  { permissions: "none" },
  () => {
    const line = encodePasswordRequest("log in", id("alice"), "\ufeffsecret").subarray(0, -1);
    assertEquals(read(line).password, "\ufeffsecret");
  },
);

Deno.test("encodePasswordRequest(): the longest request is a line", { permissions: "none" }, () => {
  const line = encodePasswordRequest(
    "register",
    id("a".repeat(32)),
    "x".repeat(MAX_PASSWORD_BYTES),
  );
  assert(line.length - 1 < MAX_BUDDY_LINE_BYTES);
});

Deno.test("parseAccountRequest(): any bytes are a request or none", { permissions: "none" }, () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 520 }), (line) => {
    parseAccountRequest(line);
  }));
});

Deno.test("grantWords(): session, secret and what became of the name", {
  permissions: "none",
}, () => {
  const words = grantWords({ key: SAMPLE_KEY, how: "welcome" });
  assertEquals(words, `${SAMPLE_KEY.session} ${SAMPLE_SECRET_TEXT} welcome`);
  for (const how of ["welcome", "registered"] as const) {
    const grant = { key: SAMPLE_KEY, how };
    assertEquals(parseGrant(parseBuddyReply(encodeOk(grantWords(grant)))), grant);
  }
});

Deno.test("parseGrant(): anything else gives no session", { permissions: "none" }, () => {
  const { session } = SAMPLE_KEY;
  const replies = [
    "204 DENIED",
    "200 OK",
    `200 OK ${session}`,
    `200 OK ${session} ${SAMPLE_SECRET_TEXT}`,
    `200 OK ${session} ${SAMPLE_SECRET_TEXT} hello`,
    `200 OK ${session} ${SAMPLE_SECRET_TEXT}A welcome`,
    `200 OK ${session} ${SAMPLE_SECRET_TEXT.slice(1)} welcome`,
    `200 OK ${session}x ${SAMPLE_SECRET_TEXT} welcome`,
    `200 OK ${session} ${SAMPLE_SECRET_TEXT.replace("A", "+")} welcome`,
    `204 DENIED ${session} ${SAMPLE_SECRET_TEXT} welcome`,
  ];
  for (const line of replies) {
    assertEquals(parseGrant(parseBuddyReply(latin1(line))), undefined, line);
  }
});

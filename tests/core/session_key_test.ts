import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  isSameTag,
  newSessionKey,
  parseSecret,
  secretText,
  tagOf,
} from "../../lib/core/session_key.ts";

Deno.test("a session has an id of 96 bits and a secret of 256, different each time", {
  permissions: "none",
}, () => {
  const [one, other] = [newSessionKey(), newSessionKey()];
  for (const { session, secret } of [one, other]) {
    assert(/^[A-Za-z0-9_-]{16}$/.test(session));
    assertEquals(secret.length, 32);
    assertEquals(parseSecret(secretText(secret)), secret);
  }
  assertNotEquals(one.session, other.session);
  assertNotEquals(one.secret, other.secret);
});

Deno.test("anything but 32 bytes is no secret", { permissions: "none" }, () => {
  const text = secretText(new Uint8Array(32));
  for (const wrong of ["", text.slice(1), `${text}A`, `${text}=`, text.replace("A", "+")]) {
    assertEquals(parseSecret(wrong), undefined, wrong);
  }
});

Deno.test("tagOf(): HMAC-SHA-256 of RFC 4231, test case 2, cut", { permissions: "none" }, () => {
  const bytes = new TextEncoder().encode("what do ya want for nothing?");
  const tag = tagOf(new TextEncoder().encode("Jefe"), "", bytes);
  const right = Uint8Array.fromHex("5bdcc146bf60754e6a042426089575c75a00");
  assertEquals(tag, right.toBase64({ alphabet: "base64url" }));
  assertEquals(tagOf(new TextEncoder().encode("Jefe"), "what do ", bytes.subarray(8)), tag);
});

Deno.test("isSameTag(): the same and nothing else", { permissions: "none" }, () => {
  assert(isSameTag("abc", "abc"));
  for (const other of ["abd", "ab", "abcd", ""]) assert(!isSameTag(other, "abc"));
});

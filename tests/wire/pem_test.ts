/** PEM: what is written is read back, whatever stands around it. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { firstOfPem, pemText } from "../../lib/wire/pem.ts";

const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 200 });

Deno.test("firstOfPem() reads the first block of its label, behind any text and other blocks", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(anyBytes, anyBytes, fc.lorem(), (first, second, words) => {
    const text = words + "\n" + pemText("PRIVATE KEY", second) + pemText("CERTIFICATE", first) +
      pemText("CERTIFICATE", second);
    assertEquals(firstOfPem("CERTIFICATE", text), first);
    assertEquals(firstOfPem("CERTIFICATE", text.replaceAll("\n", "\r\n")), first);
    assertEquals(firstOfPem("PRIVATE KEY", text), second);
  }));
});

Deno.test("pemText() writes lines of 64 characters", { permissions: "none" }, () => {
  const lines = pemText("CERTIFICATE", new Uint8Array(49)).split("\n");
  assertEquals(lines, [
    "-----BEGIN CERTIFICATE-----",
    "A".repeat(64),
    "AA==",
    "-----END CERTIFICATE-----",
    "",
  ]);
});

for (
  const text of [
    "",
    "AAAA",
    "-----BEGIN CERTIFICATE-----\nAAAA\n",
    "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
  ]
) {
  Deno.test(`firstOfPem() finds no certificate in ${JSON.stringify(text)}`, {
    permissions: "none",
  }, () => assertEquals(firstOfPem("CERTIFICATE", text), undefined));
}

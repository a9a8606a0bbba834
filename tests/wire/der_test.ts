/** Values of DER as its standard and `openssl asn1parse` write them. */

import { assertEquals } from "@std/assert";
import { assert as assertProperty, property, uint8Array } from "fast-check";
import {
  derBits,
  derExplicit,
  derInteger,
  derObjectId,
  derOctets,
  derSequence,
  derText,
  derTime,
  derTrue,
} from "../../lib/wire/der.ts";

const VALUES: readonly (readonly [what: string, value: Uint8Array, hex: string])[] = [
  ["nothing in a sequence", derSequence(), "3000"],
  ["true", derTrue(), "0101ff"],
  ["zero", derInteger(Uint8Array.of(0)), "020100"],
  ["no bytes are zero", derInteger(new Uint8Array()), "020100"],
  ["the largest number of one byte", derInteger(Uint8Array.of(127)), "02017f"],
  ["a number that needs a sign", derInteger(Uint8Array.of(128)), "02020080"],
  ["zeros in front are left out", derInteger(Uint8Array.of(0, 0, 1, 0)), "02020100"],
  ["bits", derBits(Uint8Array.of(0x80), 7), "03020780"],
  ["text", derText("é"), "0c02c3a9"],
  ["ecdsa-with-SHA256", derObjectId("1.2.840.10045.4.3.2"), "06082a8648ce3d040302"],
  ["a first arc of 2", derObjectId("2.5.29.17"), "0603551d11"],
  [
    "a year before 2050",
    derTime(new Date("2049-12-31T23:59:59Z")),
    "170d3439313233313233353935395a",
  ],
  ["one after", derTime(new Date("2050-01-01T00:00:00Z")), "180f32303530303130313030303030305a"],
  ["a place of its own", derExplicit(3, derTrue()), "a3030101ff"],
  ["a length of two bytes", derOctets(new Uint8Array(128)), "048180" + "00".repeat(128)],
  ["a length of three bytes", derOctets(new Uint8Array(256)), "04820100" + "00".repeat(256)],
];

for (const [what, value, hex] of VALUES) {
  Deno.test({
    name: `DER: ${what}`,
    permissions: "none",
    fn: () => assertEquals(value.toHex(), hex),
  });
}

Deno.test({
  name: "derInteger() is the number it was given, in as few bytes as can be",
  permissions: "none",
  fn() {
    assertProperty(property(uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      const contents = derInteger(bytes).subarray(2);
      assertEquals(BigInt(`0x${contents.toHex()}`), BigInt(`0x${bytes.toHex()}`));
      const [first = 0, second = 0] = contents;
      assertEquals(first < 0x80, true, "not negative");
      assertEquals(contents.length === 1 || first !== 0 || second >= 0x80, true, "no idle zero");
    }));
  },
});

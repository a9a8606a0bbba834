/** Fingerprints on the command line. */

import { assertEquals, assertThrows } from "@std/assert";
import { CLIENT_TLS_OPTIONS } from "../../lib/config/client_tls_options.ts";
import { UsageError } from "../../lib/core/errors.ts";

const HEX = "0123456789abcdef".repeat(4);
const SHOWN = HEX.toUpperCase().match(/../g)!.join(":");

function parse(given: string): string | undefined {
  return CLIENT_TLS_OPTIONS.acceptNewKey.parse([given], "--accept-new-key");
}

Deno.test("--accept-new-key takes a fingerprint with colons or without, in any case", {
  permissions: "none",
}, () => {
  for (const given of [HEX, HEX.toUpperCase(), SHOWN, SHOWN.toLowerCase()]) {
    assertEquals(parse(given), SHOWN);
  }
});

for (const given of ["", "yes", HEX.slice(1), `${HEX}0`, `g${HEX.slice(1)}`]) {
  Deno.test(`--accept-new-key refuses "${given}"`, { permissions: "none" }, () => {
    assertThrows(() => parse(given), UsageError, "64 hexadecimal digits");
  });
}

/** The file of remembered certificates. */

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../lib/core/errors.ts";
import {
  KNOWN_SERVERS_HEAD,
  knownServerLine,
  parseKnownServers,
} from "../../lib/config/known_servers.ts";

const word = fc.stringMatching(/^[!-~]{1,20}$/).filter((text) => !text.startsWith("#"));
const entry = fc.record({ place: word, name: word, bytes: fc.uint8Array({ minLength: 1 }) });

Deno.test("parseKnownServers() reads back what was written, the last one for a place counting", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.array(entry), (entries) => {
    const lines = entries.map(({ place, ...certificate }) => knownServerLine(place, certificate));
    const expected = new Map(entries.map(({ place, name, bytes }) => [place, { name, bytes }]));
    assertEquals(parseKnownServers(KNOWN_SERVERS_HEAD + lines.join(""), "f"), expected);
  }));
});

Deno.test("parseKnownServers() takes an empty file, comments and CRLF", {
  permissions: "none",
}, () => {
  assertEquals(parseKnownServers("", "f").size, 0);
  assertEquals(parseKnownServers("# mine\r\n\r\nlab:1 parley.invalid AAAA\r\n", "f").size, 1);
});

for (
  const line of [
    "lab:1",
    "lab:1 parley.invalid",
    "lab:1 parley.invalid %%%%",
    "lab:1 parley.invalid AAAA more",
    "lab:1  AAAA",
    " lab:1 parley.invalid AAAA",
    "lab:1 parley.invalid AAAA cut off in mid-w",
  ]
) {
  Deno.test(`parseKnownServers() refuses the line "${line}" by its number`, {
    permissions: "none",
  }, () => {
    const text = `${KNOWN_SERVERS_HEAD}a:1 n AAAA\n${line}\n`;
    assertThrows(() => parseKnownServers(text, "f"), UsageError, "line 3");
  });
}

/** What clients remember of servers, and certificates as files have them. */

import { assert, assertEquals } from "@std/assert";
import { knownServerLine, parseKnownServers } from "../../lib/config/known_servers.ts";
import { UsageError } from "../../lib/core/errors.ts";
import { firstOfPem, pemText } from "../../lib/wire/pem.ts";
import { AUTHORITY_CERT, CERT, KEY } from "../samples/tls_identity.ts";
import { fuzz } from "./fuzz.ts";

const encoder = new TextEncoder();

fuzz(
  "PEM",
  [CERT, AUTHORITY_CERT, `${CERT}${KEY}`].map((text) => encoder.encode(text)),
  (bytes) => {
    const held = firstOfPem("CERTIFICATE", new TextDecoder().decode(bytes));
    if (held === undefined) return;
    assertEquals(firstOfPem("CERTIFICATE", pemText("CERTIFICATE", held)), held);
  },
);

const KNOWN = ["labserver:1234", "[2001:db8::7]:9093"].map((place) =>
  knownServerLine(place, { name: "parley.invalid", bytes: Uint8Array.of(1, 2, 3) })
);

fuzz(
  "remembered servers",
  [KNOWN.join("\n"), ...KNOWN].map((line) => encoder.encode(line)),
  (bytes) => {
    const text = new TextDecoder().decode(bytes);
    try {
      const known = parseKnownServers(text, "known_servers.txt");
      const again = [...known].map(([place, seen]) => knownServerLine(place, seen)).join("");
      assertEquals(parseKnownServers(again, "known_servers.txt"), known);
    } catch (error) {
      // It tells whoever runs the client which line it is.
      assert(error instanceof UsageError && error.message.includes("line "), String(error));
    }
  },
);

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeOk, parseBuddyReply, REPLIES } from "../../lib/wire/buddy_reply.ts";
import {
  type Capabilities,
  capabilityWords,
  NO_CAPABILITIES,
  PARLEY_WORD,
  parseCapabilities,
  retoldCapabilities,
} from "../../lib/wire/capabilities.ts";
import { latin1 } from "../samples/sample.ts";

function read(line: Uint8Array): Capabilities {
  return parseCapabilities(parseBuddyReply(line));
}

Deno.test("parseCapabilities(): a client uses only what was offered", {
  permissions: "none",
}, () => {
  assertEquals(read(latin1("200 OK parley/1")), NO_CAPABILITIES);
  assertEquals(read(latin1("200 OK parley/1 get")), { ...NO_CAPABILITIES, get: true });
  const both = { ...NO_CAPABILITIES, get: true, info: true };
  assertEquals(read(latin1("200 OK parley/1 info get")), both);
  assertEquals(read(latin1("200 OK parley/1 trunk")), { ...NO_CAPABILITIES, trunk: true });
  assertEquals(read(latin1("200 OK parley/1 accounts")), { ...NO_CAPABILITIES, accounts: true });
  assertEquals(read(latin1("200 OK parley/1 tls=1236")), { ...NO_CAPABILITIES, tls: 1236 });
  for (
    const word of ["tls=", "tls=0", "tls=65536", "tls=12a", "tls=-1", "tls", "TLS=12", "xtls=12"]
  ) {
    assertEquals(read(latin1(`200 OK parley/1 ${word}`)), NO_CAPABILITIES, word);
  }
});

Deno.test("parseCapabilities(): an older server answers 201 INVALID and offers nothing", {
  permissions: "none",
}, () => {
  assertEquals(read(REPLIES[201]), NO_CAPABILITIES);
  const nothing = { get: false, info: false, accounts: false, tls: undefined, trunk: false };
  assertEquals(NO_CAPABILITIES, nothing);
});

Deno.test("parseCapabilities(): an answer that is not Parley's offers nothing", {
  permissions: "none",
}, () => {
  const answers = [
    "",
    "200 OK",
    "200 OK get info",
    "200 OK parley/2 get",
    "200 OK get parley/1",
    "201 parley/1 get",
  ];
  for (const answer of answers) assertEquals(read(latin1(answer)), NO_CAPABILITIES, answer);
});

Deno.test("parseCapabilities() ignores words it does not know", { permissions: "none" }, () => {
  const line = "200 OK parley/1 rooms=9090/9091 GET getx trunks get";
  assertEquals(read(latin1(line)), { ...NO_CAPABILITIES, get: true });
});

const anyOffer = fc.record({
  get: fc.boolean(),
  info: fc.boolean(),
  accounts: fc.boolean(),
  trunk: fc.boolean(),
  tls: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
});

Deno.test("capabilityWords() starts with parley/1 and reads back as the same offer", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(anyOffer, (offered) => {
    const words = capabilityWords(offered);
    assertEquals(words.split(" ")[0], PARLEY_WORD);
    assertEquals(read(encodeOk(words)), offered);
  }));
});

Deno.test(
  "retoldCapabilities() tells one TLS port and no trunk, keeps every other word, and reads back so",
  {
    permissions: "none",
  },
  () => {
    fc.assert(fc.property(anyOffer, fc.integer({ min: 1, max: 65_535 }), (offered, tls) => {
      const told = retoldCapabilities(encodeOk(capabilityWords(offered)), tls)!;
      assertEquals(read(told), { ...offered, trunk: false, tls });
      assertEquals(retoldCapabilities(told, tls), told);
    }));
    assertEquals(retoldCapabilities(REPLIES[201], 443), encodeOk("parley/1 tls=443"));
    for (const line of ["", "200 OK", "200 OK get", "500 STORAGE", "x"]) {
      assertEquals(retoldCapabilities(latin1(line), 443), undefined, line);
    }
  },
);

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  loginAddressText,
  parseLoginAddress,
  placeOf,
  userAddress,
} from "../../lib/config/login_address.ts";
import { UsageError } from "../../lib/core/errors.ts";
import { userIds } from "../support/ids.ts";

type Read = readonly [user?: string | undefined, host?: string, tcpPort?: number, udpPort?: number];

const GOOD: readonly (readonly [text: string, read: Read])[] = [
  ["alice", ["alice"]],
  ["Alice@labserver", ["alice", "labserver"]],
  ["@labserver", [undefined, "labserver"]],
  ["alice@labserver:5001", ["alice", "labserver", 5001]],
  ["alice@labserver:5001/6001", ["alice", "labserver", 5001, 6001]],
  ["alice@192.0.2.7:1234", ["alice", "192.0.2.7", 1234]],
  ["alice@[::1]", ["alice", "::1"]],
  ["alice@[2001:db8::7]:5001/6001", ["alice", "2001:db8::7", 5001, 6001]],
];

for (const [text, [user, host, tcpPort, udpPort]] of GOOD) {
  Deno.test(`parseLoginAddress() reads "${text}"`, { permissions: "none" }, () => {
    assertEquals<unknown>(parseLoginAddress(text, "LOGIN"), { user, host, tcpPort, udpPort });
  });
}

const BAD: readonly (readonly [text: string, what: string])[] = [
  ["", '"" is no user id, which is 1 to 32 of A-Z a-z 0-9 . _ -, a letter or digit first'],
  [
    "../x@lab",
    '"../x" is no user id, which is 1 to 32 of A-Z a-z 0-9 . _ -, a letter or digit first',
  ],
  ["alice@", "it needs a HOST"],
  ["alice@:1234", "it needs a HOST"],
  ["alice@bob@lab", '"bob@lab" is no host name and no address'],
  ["alice@127.0.0.300", '"127.0.0.300" is no host name and no address'],
  ["alice@::1", "an IPv6 address stands in brackets, [2001:db8::7]"],
  ["alice@[::1", "an IPv6 address stands in brackets, [2001:db8::7]"],
  ["alice@[lab]", '"lab" is no host name and no address'],
  ["alice@lab:", '"" is no port from 1 to 65535'],
  ["alice@lab:0", '"0" is no port from 1 to 65535'],
  ["alice@lab:65536", '"65536" is no port from 1 to 65535'],
  ["alice@lab:1/x", '"x" is no port from 1 to 65535'],
  ["alice@lab:1/2/3", "expected :TCP_PORT or :TCP_PORT/UDP_PORT"],
];

for (const [text, what] of BAD) {
  Deno.test(`parseLoginAddress() refuses "${text}"`, { permissions: "none" }, () => {
    const error = assertThrows(() => parseLoginAddress(text, "LOGIN"), UsageError);
    assertEquals(error.message, `Cannot use LOGIN "${text}": ${what}`);
  });
}

const hosts = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.stringMatching(/^[a-z][a-z0-9]{0,9}(?:[.-][a-z0-9]{1,9}){0,3}$/),
);
const ports = fc.integer({ min: 1, max: 65_535 });
const places = fc.record({ host: hosts, tcpPort: ports, udpPort: ports });

Deno.test("loginAddressText() is what parseLoginAddress() reads back", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.option(userIds, { nil: undefined }), places, (user, place) => {
    const read = parseLoginAddress(loginAddressText(user, place), "LOGIN");
    assertEquals([read.user, placeOf(read)], [user, place]);
  }));
});

Deno.test("parseLoginAddress() reads any text or refuses it as wrong usage", {
  permissions: "none",
}, () => {
  const pieces = fc.constantFrom("@", ":", "/", "[", "]", "::1", "lab", "alice", "1", "", " ", "é");
  const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseLoginAddress(text, "LOGIN");
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

const OPTIONS = { server: "elsewhere", tcpPort: 7001, udpPort: 7002 };

Deno.test("placeOf() takes the word, and options for what it leaves open", {
  permissions: "none",
}, () => {
  const at = (text: string, ...given: readonly string[]): unknown =>
    Object.values(placeOf(parseLoginAddress(text, ""), OPTIONS, new Set(given)));
  assertEquals(at("alice"), ["elsewhere", 7001, 7002]);
  assertEquals(at("alice@lab", "tcpPort"), ["lab", 7001, 7002]);
  assertEquals(at("alice@lab:5001"), ["lab", 5001, 5002]);
  assertEquals(at("alice@lab:5001", "udpPort"), ["lab", 5001, 7002]);
  assertEquals(at("alice@lab:65535"), ["lab", 65535, 7002]);
});

Deno.test("placeOf() refuses what the word and an option both say", { permissions: "none" }, () => {
  const login = parseLoginAddress("alice@lab:5001/5002", "");
  const refusals = [["server", "--server"], ["tcpPort", "--tcp-port"], ["udpPort", "--udp-port"]];
  for (const [name = "", flag = ""] of refusals) {
    assertThrows(() => placeOf(login, OPTIONS, new Set([name])), UsageError, `Cannot use ${flag}`);
  }
});

Deno.test("a word that needs a user is refused without one", { permissions: "none" }, () => {
  const option = userAddress("user", "");
  assertThrows(() => option.parse(["@lab"], "USER"), UsageError, "it needs a USER before the @");
});

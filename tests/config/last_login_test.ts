import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { lastLoginText, parseLastLogin } from "../../lib/config/last_login.ts";
import { loginAddressText, placeOf } from "../../lib/config/login_address.ts";
import { UsageError } from "../../lib/core/errors.ts";
import { userIds } from "../support/ids.ts";

Deno.test("parseLastLogin() reads what lastLoginText() wrote", { permissions: "none" }, () => {
  const ports = fc.integer({ min: 1, max: 65_535 });
  fc.assert(fc.property(userIds, ports, ports, (user, tcpPort, udpPort) => {
    const place = { host: "lab", tcpPort, udpPort };
    const read = parseLastLogin(lastLoginText(loginAddressText(user, place)), "last.txt");
    assertEquals([read.user, placeOf(read)], [user, place]);
  }));
});

Deno.test("parseLastLogin() reads a file edited on Windows", { permissions: "none" }, () => {
  const { user, host } = parseLastLogin("\r\n# a note\r\n  alice@lab  \r\n", "last.txt");
  assertEquals<unknown>([user, host], ["alice", "lab"]);
});

for (
  const [what, text, message] of [
    ["an empty file", "", "expected one line, USER@HOST"],
    ["two lines", "alice@lab\nbob@lab\n", "expected one line, USER@HOST"],
    ["a line without a host", "alice\n", "expected one line, USER@HOST"],
    ["a damaged line", "alice@la b\n", '"la b" is no host name and no address'],
  ] as const
) {
  Deno.test(`parseLastLogin() refuses ${what}`, { permissions: "none" }, () => {
    assertThrows(() => parseLastLogin(text, "last.txt"), UsageError, message);
  });
}

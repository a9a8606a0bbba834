import { assertEquals } from "@std/assert";
import { isHost, isIPv6 } from "../../lib/core/host_name.ts";

const HOSTS: readonly (readonly [text: string, isHost: boolean, isIPv6: boolean])[] = [
  ["labserver", true, false],
  ["lab-1.example.org", true, false],
  ["lab_1", true, false],
  ["127.0.0.1", true, false],
  ["127.0.0.300", false, false],
  ["::1", true, true],
  ["2001:db8::7", true, true],
  ["2001:db8::x", false, false],
  ["[::1]", false, false],
  ["-lab", false, false],
  ["lab..org", false, false],
  ["la b", false, false],
  ["", false, false],
  ["a".repeat(254), false, false],
];

for (const [text, host, ipv6] of HOSTS) {
  Deno.test(`isHost() and isIPv6() judge "${text.slice(0, 20)}"`, { permissions: "none" }, () => {
    assertEquals([isHost(text), isIPv6(text)], [host, ipv6]);
  });
}

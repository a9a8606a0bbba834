import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  addressGroup,
  AddressRangeError,
  canonicalIp,
  isIpAddress,
  isLoopback,
  isUnanswerable,
  parseAddressSet,
  socketIp,
} from "../../lib/core/ip_address.ts";

const MAPPED = [
  ...["::ffff:192.0.2.7", "::FFFF:192.0.2.7", "::ffff:c000:207", "::FFFF:C000:0207"],
  ...["0:0:0:0:0:ffff:192.0.2.7", "0:0::ffff:c000:207", "::0:ffff:c000:207"],
];

Deno.test("canonicalIp() writes an IPv4-mapped IPv6 address as IPv4, however it is spelled", {
  permissions: "none",
}, () => {
  for (const ip of MAPPED) assertEquals(canonicalIp(ip), "192.0.2.7", ip);
  assertEquals(socketIp("::ffff:192.0.2.7"), "192.0.2.7");
});

Deno.test("canonicalIp() has one spelling for an IPv6 address", { permissions: "none" }, () => {
  for (
    const [spelled, short] of [
      ["FD00::0005", "fd00::5"],
      ["0:0:0:0:0:0:0:1", "::1"],
      ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["FE80::1%eth0", "fe80::1%eth0"],
    ] as const
  ) {
    assertEquals(canonicalIp(spelled), short);
    assertEquals(canonicalIp(short), short);
  }
});

Deno.test("canonicalIp() leaves every other text as it is", { permissions: "none" }, () => {
  const others = ["192.0.2.7", "::1", "fd00::5", "::fffe:0:1", "::ffff:1.2.3", "1:2", "a:b@c", ""];
  for (const ip of others) assertEquals([canonicalIp(ip), socketIp(ip)], [ip, ip]);
});

Deno.test("isIpAddress() knows IPv4 and IPv6 from anything else", { permissions: "none" }, () => {
  for (const ip of ["127.0.0.1", "::", "fd00::5", "::ffff:1.2.3.4"]) assert(isIpAddress(ip), ip);
  const others = ["", "lab-1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", " ::1", "1.2.3.4\n"];
  for (const text of [...others, "[::1]", "::1/64", ":::", "unknown"]) {
    assert(!isIpAddress(text), text);
  }
});

Deno.test("isLoopback() is true for 127.0.0.0/8 and ::1 only", { permissions: "none" }, () => {
  for (const ip of ["127.0.0.1", "127.0.0.2", "127.255.255.255", "::1"]) assert(isLoopback(ip), ip);
  for (const ip of ["128.0.0.1", "12.7.0.0", "1.127.0.1", "::2", "::", "fd00::1", "::127.0.0.1"]) {
    assert(!isLoopback(ip), ip);
  }
});

Deno.test("isUnanswerable() is true for multicast, broadcast, reserved and unspecified addresses", {
  permissions: "none",
}, () => {
  for (const ip of ["224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1", "0.0.0.0"]) {
    assert(isUnanswerable(ip), ip);
  }
  for (const ip of ["ff02::1", "FF05::2", "::"]) assert(isUnanswerable(ip), ip);
  for (const ip of ["223.255.255.255", "1.0.0.1", "127.0.0.1", "::1", "fe80::1", "fd00::ff02"]) {
    assert(!isUnanswerable(ip), ip);
  }
});

Deno.test("addressGroup() of an IPv4 address is the address", { permissions: "none" }, () => {
  assertEquals(addressGroup("192.0.2.7"), "192.0.2.7");
});

Deno.test("addressGroup() is the same /64 for every spelling of an IPv6 address", {
  permissions: "none",
}, () => {
  const groups: Readonly<Record<string, readonly string[]>> = {
    "2001:db8:0:0::/64": [
      "2001:db8::1",
      "2001:DB8::1",
      "2001:0db8::0001",
      "2001:db8:0:0:0:0:0:1",
      "2001:db8:0:0::1",
      "2001:db8::ffff:1:2:3",
      "2001:db8::",
      "2001:db8:0:0:0:0:192.0.2.1",
      "2001:db8::192.0.2.1",
    ],
    "2001:0:0:1::/64": ["2001::1:2:3:4:5", "2001:0:0:1:2:3:4:5", "2001:0:0:1::5"],
    "1:2:3:4::/64": [
      "1:2:3:4:5:6:7:8",
      "1:2:3:4::8",
      "1:2:3:4::",
      "1:2:3:4:5:6:7.8.9.10",
    ],
    "1:0:4:5::/64": ["1::4:5:6:7:1.2.3.4", "1:0:4:5:6:7:102:304"],
    "0:1:2:3::/64": ["::1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"],
    "0:0:0:0::/64": ["::1", "::", "::ffff:192.0.2.1", "0:0:0:0:0:0:0:1"],
    "fe80:0:0:0::/64": ["fe80::1%eth0", "fe80::1", "fe80::1:2:3:4%3"],
  };
  for (const [group, spellings] of Object.entries(groups)) {
    for (const ip of spellings) assertEquals(addressGroup(ip), group, ip);
  }
});

Deno.test("addressGroup() is the same for two addresses just when their first 64 bits are", {
  permissions: "none",
}, () => {
  const part = fc.oneof(fc.constant(0), fc.nat({ max: 0xffff }));
  const address = fc.array(part, { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(address, address, fc.nat({ max: 8 }), (one, other, same) => {
      const second = [...one.slice(0, same), ...other.slice(same)];
      const isSame = one.slice(0, 4).join() === second.slice(0, 4).join();
      assertEquals(addressGroup(spell(one)) === addressGroup(shorten(second)), isSame);
      assertEquals(addressGroup(spell(one)), addressGroup(shorten(one)));
    }),
    { numRuns: 1000 },
  );
});

/** All eight parts, with leading zeros. */
function spell(parts: readonly number[]): string {
  return parts.map((part) => part.toString(16).padStart(4, "0")).join(":");
}

/** The spelling that systems print, with `::` for the longest run of zeros. */
function shorten(parts: readonly number[]): string {
  return new URL(`http://[${spell(parts)}]`).hostname.slice(1, -1);
}

Deno.test("parseAddressSet() reads single addresses and CIDR ranges of both families", {
  permissions: "none",
}, () => {
  const set = parseAddressSet([
    "10.0.0.0/8",
    "192.168.1.9",
    "fd00::/8",
    "2001:db8::7",
    "1.2.3.4/31",
  ]);
  for (const ip of ["10.0.0.0", "10.255.255.255", "192.168.1.9", "1.2.3.4", "1.2.3.5"]) {
    assert(set.has(ip), ip);
  }
  for (const ip of ["fd00::1", "fdff::1", "2001:db8::7", "2001:db8:0:0:0:0:0:7"]) {
    assert(set.has(ip), ip);
  }
  for (const ip of ["11.0.0.0", "9.255.255.255", "192.168.1.10", "1.2.3.6", "fc00::1"]) {
    assert(!set.has(ip), ip);
  }
  assert(!set.has("2001:db8::8"));
});

Deno.test("parseAddressSet() takes a range whose address has host bits", {
  permissions: "none",
}, () => {
  assert(parseAddressSet(["192.0.2.77/24"]).has("192.0.2.1"));
});

Deno.test("parseAddressSet() of nothing holds nothing", { permissions: "none" }, () => {
  const set = parseAddressSet([]);
  for (const ip of ["127.0.0.1", "::1", "0.0.0.0", ""]) assert(!set.has(ip), ip);
});

Deno.test("parseAddressSet(): a range of one family holds no address of the other", {
  permissions: "none",
}, () => {
  assert(parseAddressSet(["0.0.0.0/0"]).has("9.9.9.9"));
  assert(!parseAddressSet(["0.0.0.0/0"]).has("2001:db8::1"));
  assert(parseAddressSet(["::/0"]).has("2001:db8::1"));
  assert(!parseAddressSet(["::/0"]).has("9.9.9.9"));
  assert(!parseAddressSet(["::/80"]).has("9.9.9.9"));
});

Deno.test("parseAddressSet(): a mapped range is the IPv4 range, as addresses are asked for", {
  permissions: "none",
}, () => {
  const set = parseAddressSet(["::ffff:10.0.0.0/104", "::ffff:192.0.2.7"]);
  for (const ip of ["10.1.2.3", "192.0.2.7"]) assert(set.has(ip), ip);
  for (const ip of ["11.1.2.3", "192.0.2.8"]) assert(!set.has(ip), ip);
  assert(!parseAddressSet(["::ffff:10.0.0.0/64"]).has("10.1.2.3"));
  for (const ip of MAPPED) assert(parseAddressSet([ip]).has("192.0.2.7"), ip);
  assert(parseAddressSet(["::ffff:0:0/96"]).has("10.1.2.3"));
});

Deno.test("parseAddressSet() answers no for what is no address", { permissions: "none" }, () => {
  const set = parseAddressSet(["0.0.0.0/0", "::/0"]);
  for (const text of ["", "lab-1", "1.2.3", "a:b"]) assert(!set.has(text), text);
});

Deno.test("parseAddressSet() names the text that is neither an address nor a range", {
  permissions: "none",
}, () => {
  const bad = ["lab-1", "", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/8/8", "10.0.0.0/-1"];
  const odd = ["/8", "10.0.0.0/8x", "10.0.0.0/ 8", "10/8", "010.0.0.0/8", "fe80::1%eth0/64"];
  for (const range of [...bad, ...odd, "fe80::1%eth0", "10.0.0.0/1e1"]) {
    assertThrows(
      () => parseAddressSet(["127.0.0.1", range]),
      AddressRangeError,
      `Cannot read address range "${range}": expected an address or ADDRESS/PREFIX`,
    );
  }
});

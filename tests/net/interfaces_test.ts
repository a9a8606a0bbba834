import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  addressTowards,
  dialableAddresses,
  type OwnAddress,
  ownAddresses,
  ownAddressOf,
  rememberAddresses,
} from "../../lib/net/interfaces.ts";
import { FakeClock } from "../support/fake_clock.ts";

const LOOPBACK: OwnAddress = { ip: "127.0.0.1", cidr: "127.0.0.1/8" };
const LOOPBACK6: OwnAddress = { ip: "::1", cidr: "::1/128" };
const LAB: OwnAddress = { ip: "192.0.2.2", cidr: "192.0.2.2/24", broadcast: "192.0.2.255" };
const HOME: OwnAddress = { ip: "10.1.2.3", cidr: "10.1.2.3/8", broadcast: "10.255.255.255" };
const LINK6: OwnAddress = { ip: "fe80::1", cidr: "fe80::1/64" };
const LAB6: OwnAddress = { ip: "fd00::2", cidr: "fd00::2/64" };
const LINK: OwnAddress = { ip: "169.254.7.7", cidr: "169.254.7.7/16" };
const OWN = [LOOPBACK, LOOPBACK6, LINK, LAB, HOME, LINK6, LAB6];

Deno.test("ownAddressOf() works out the broadcast address of an IPv4 network", () => {
  assertEquals(
    ownAddressOf({ address: "192.0.2.2", cidr: "192.0.2.2/24", netmask: "255.255.255.0" }),
    LAB,
  );
  const wide = { address: "10.1.2.3", cidr: "10.1.2.3/12", netmask: "255.240.0.0" };
  assertEquals(ownAddressOf(wide).broadcast, "10.15.255.255");
  const small = { address: "10.1.2.5", cidr: "10.1.2.5/30", netmask: "255.255.255.252" };
  assertEquals(ownAddressOf(small).broadcast, "10.1.2.7");
});

Deno.test("ownAddressOf() finds no broadcast address in a network of one or two hosts", () => {
  const vpn = { address: "100.64.0.9", cidr: "100.64.0.9/32", netmask: "255.255.255.255" };
  assertEquals(ownAddressOf(vpn), { ip: "100.64.0.9", cidr: "100.64.0.9/32" });
  const line = { address: "10.0.0.2", cidr: "10.0.0.2/31", netmask: "255.255.255.254" };
  assertEquals(ownAddressOf(line).broadcast, undefined);
});

Deno.test("ownAddressOf() finds no broadcast address in IPv6", () => {
  const six = { address: "fd00::2", cidr: "fd00::2/64", netmask: "ffff:ffff:ffff:ffff::" };
  assertEquals(ownAddressOf(six), LAB6);
});

Deno.test("addressTowards() gives the address of the interface in the asker's network", () => {
  assertEquals(addressTowards("10.200.0.1", OWN), HOME.ip);
  assertEquals(addressTowards("192.0.2.99", OWN), LAB.ip);
  assertEquals(addressTowards("fd00::77", OWN), LAB6.ip);
  assertEquals(addressTowards("fe80::99", OWN), LINK6.ip);
  assertEquals(addressTowards("169.254.1.1", OWN), LINK.ip);
});

Deno.test("addressTowards() gives one that can be dialled from afar to an asker in no network of ours", () => {
  assertEquals(addressTowards("203.0.113.5", OWN), LAB.ip);
  assertEquals(addressTowards("2001:db8::5", OWN), LAB6.ip);
});

Deno.test("addressTowards() gives nothing where there is nothing to give", () => {
  assertEquals(addressTowards("203.0.113.5", [LOOPBACK, LOOPBACK6, LINK, LAB6]), undefined);
  assertEquals(addressTowards("2001:db8::5", [LOOPBACK6, LINK6, LAB]), undefined);
});

Deno.test("dialableAddresses() tells the address listened on, or those it stands for", () => {
  assertEquals(dialableAddresses("192.0.2.2", OWN), ["192.0.2.2"]);
  assertEquals(dialableAddresses("0.0.0.0", OWN), [LINK.ip, LAB.ip, HOME.ip]);
  assertEquals(dialableAddresses("::", OWN), [LINK.ip, LAB.ip, HOME.ip, LAB6.ip]);
});

Deno.test("dialableAddresses() tells loopback when there is nothing else", () => {
  assertEquals(dialableAddresses("0.0.0.0", [LOOPBACK, LOOPBACK6]), [LOOPBACK.ip]);
});

Deno.test("ownAddresses() knows this machine", () => {
  assert(ownAddresses().some(({ ip }) => ip === "127.0.0.1"));
});

Deno.test("rememberAddresses() asks the system at most every ten seconds", () => {
  const clock = new FakeClock();
  let asked = 0;
  const addresses = rememberAddresses(() => [OWN[asked++ % 2]!], clock.read);
  for (let second = 0; second <= 10; second++) {
    assertEquals(addresses(), [OWN[0]!]);
    clock.advance(1000);
  }
  assertEquals(addresses(), [OWN[1]!]);
  assertEquals(asked, 2);
});

Deno.test("rememberAddresses() stays with the last answer when the system gives none", () => {
  const clock = new FakeClock();
  let works = true;
  const addresses = rememberAddresses(() => {
    if (!works) throw new Error("Too many open files (os error 24)");
    return OWN;
  }, clock.read);
  assertEquals(addresses(), OWN);
  works = false;
  clock.advance(60_000);
  assertEquals(addresses(), OWN);
});

Deno.test("rememberAddresses() passes on why there never was an answer", () => {
  const addresses = rememberAddresses(() => {
    throw new Deno.errors.NotCapable("Requires sys access");
  }, new FakeClock().read);
  assertThrows(addresses, Deno.errors.NotCapable);
});

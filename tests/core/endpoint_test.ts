import { assertEquals } from "@std/assert";
import { hostPort, isSameAddress } from "../../lib/core/endpoint.ts";

Deno.test("hostPort() puts an IPv6 address in brackets", { permissions: "none" }, () => {
  assertEquals(hostPort("192.0.2.7", 1234), "192.0.2.7:1234");
  assertEquals(hostPort("2001:db8::7", 1234), "[2001:db8::7]:1234");
  assertEquals(hostPort("lab.example", 1234), "lab.example:1234");
});

Deno.test("isSameAddress() compares host and port, and nowhere is not the same", {
  permissions: "none",
}, () => {
  const ann = { ip: "192.0.2.7", port: 1 };
  assertEquals(isSameAddress({ ...ann }, ann), true);
  assertEquals(isSameAddress({ ...ann, port: 2 }, ann), false);
  assertEquals(isSameAddress({ ...ann, ip: "192.0.2.8" }, ann), false);
  assertEquals(isSameAddress(undefined, ann), false);
});

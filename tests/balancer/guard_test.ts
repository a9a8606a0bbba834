import { assertEquals } from "@std/assert";
import { Guard } from "../../lib/balancer/guard.ts";
import { serviceOptions } from "../support/test_balancer.ts";

Deno.test("Guard goes by changed limits and lists, and forgets nobody who is in", {
  permissions: "none",
}, () => {
  const guard = new Guard(serviceOptions({ maxConnectionsPerAddress: 1 }));
  const [ann, bob] = ["192.0.2.7", "192.0.2.8"];
  assertEquals([guard.admit(ann, 0), guard.admit(ann, 0)], [
    undefined,
    "too many from this address",
  ]);
  guard.reconfigure(serviceOptions({ maxConnections: 2, maxConnectionsPerAddress: 9 }));
  assertEquals([guard.admit(ann, 0), guard.admit(bob, 0)], [undefined, "too many connections"]);
  guard.leave(ann);
  guard.reconfigure(serviceOptions({ deny: [bob] }));
  assertEquals([guard.admit(bob, 0), guard.open], ["the address is not allowed", 1]);
  guard.leave(ann);
  assertEquals(guard.open, 0);
});

Deno.test("Guard holds new clients of one address to a rate, and other balancers not", {
  permissions: "none",
}, () => {
  const limits = { connectionRate: 1, connectionBurst: 2, acceptProxy: ["10.0.0.0/8"] };
  const guard = new Guard(serviceOptions(limits));
  const twice = ["192.0.2.7", "192.0.2.7", "192.0.2.7"].map((ip) => guard.admit(ip, 0));
  assertEquals(twice, [undefined, undefined, "too fast"]);
  assertEquals(guard.admit("192.0.2.7", 1000), undefined);
  for (let turn = 0; turn < 5; turn++) assertEquals(guard.admit("10.0.0.1", 0), undefined);
  assertEquals([guard.isProxy("10.0.0.1"), guard.isProxy("192.0.2.7")], [true, false]);
});

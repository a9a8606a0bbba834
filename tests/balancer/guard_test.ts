import { assertEquals } from "@std/assert";
import { Guard } from "../../lib/balancer/guard.ts";
import type { Place } from "../../lib/net/admission.ts";
import { serviceOptions } from "../support/test_balancer.ts";

/** Lets a client in, or says why not. */
function admit(guard: Guard, ip: string, now = 0): Place | string {
  const place = guard.enter();
  if (place === undefined) return "too many connections";
  const refusal = guard.judge(place, ip, now);
  if (refusal === undefined) return place;
  place.leave();
  return refusal;
}

/** Lets a client in that has to be. */
function mustAdmit(guard: Guard, ip: string, now = 0): Place {
  const place = admit(guard, ip, now);
  if (typeof place === "string") throw new Error(place);
  return place;
}

Deno.test("Guard goes by changed limits and lists, and forgets nobody who is in", {
  permissions: "none",
}, () => {
  const guard = new Guard(serviceOptions({ maxConnectionsPerAddress: 1 }));
  const [ann, bob] = ["192.0.2.7", "192.0.2.8"];
  const first = mustAdmit(guard, ann);
  assertEquals(admit(guard, ann), "too many from this address");
  guard.reconfigure(serviceOptions({ maxConnections: 2, maxConnectionsPerAddress: 9 }));
  const second = mustAdmit(guard, ann);
  assertEquals(admit(guard, bob), "too many connections");
  first.leave();
  guard.reconfigure(serviceOptions({ deny: [bob] }));
  assertEquals([admit(guard, bob), guard.open], ["the address is not allowed", 1]);
  second.leave();
  assertEquals(guard.open, 0);
});

Deno.test("Guard counts on rightly when a reload changes who is another balancer", {
  permissions: "none",
}, () => {
  const guard = new Guard(serviceOptions({ maxConnectionsPerAddress: 1 }));
  const ann = "192.0.2.7";
  const before = mustAdmit(guard, ann);
  guard.reconfigure(serviceOptions({ maxConnectionsPerAddress: 1, acceptProxy: [ann] }));
  const [between] = [mustAdmit(guard, ann), before.leave()];
  guard.reconfigure(serviceOptions({ maxConnectionsPerAddress: 1 }));
  between.leave();
  mustAdmit(guard, ann);
  assertEquals(admit(guard, ann), "too many from this address");
});

Deno.test("Guard holds new clients of one address to a rate, and other balancers not", {
  permissions: "none",
}, () => {
  const limits = { connectionRate: 1, connectionBurst: 2, acceptProxy: ["10.0.0.0/8"] };
  const guard = new Guard(serviceOptions(limits));
  mustAdmit(guard, "192.0.2.7");
  mustAdmit(guard, "192.0.2.7");
  assertEquals(admit(guard, "192.0.2.7"), "too fast");
  mustAdmit(guard, "192.0.2.7", 1000);
  for (let turn = 0; turn < 5; turn++) mustAdmit(guard, "10.0.0.1");
  assertEquals([guard.isProxy("10.0.0.1"), guard.isProxy("192.0.2.7")], [true, false]);
});

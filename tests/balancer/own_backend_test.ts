import { assertEquals, assertThrows } from "@std/assert";
import { refuseItself } from "../../lib/balancer/own_backend.ts";
import { UsageError } from "../../lib/core/errors.ts";
import { serviceOptions, type TestOptions } from "../support/test_balancer.ts";

const OWN = ["127.0.0.1", "192.0.2.1", "2001:db8::1"];

function check(options: TestOptions): void {
  refuseItself("buddy", serviceOptions({ listen: 1234, ...options }), OWN);
}

Deno.test("refuseItself() finds a service among its backends, by every address of it", {
  permissions: "none",
}, () => {
  for (
    const [host, backend] of [
      ["0.0.0.0", "127.0.0.1:1234"],
      ["0.0.0.0", "LocalHost:1234"],
      ["0.0.0.0", "192.0.2.1:1234"],
      ["0.0.0.0", "0.0.0.0:1234"],
      ["0.0.0.0", "[::ffff:c000:201]:1234"],
      ["::", "[::1]:1234"],
      ["::", "[2001:0db8::0001]:1234"],
      ["192.0.2.1", "192.0.2.1:1234"],
    ] as const
  ) {
    const error = assertThrows(() => check({ host, backends: ["a:1", backend] }), UsageError);
    assertEquals(error.message.includes("of buddy: it is this service itself"), true, backend);
  }
  assertThrows(() =>
    check({ host: "0.0.0.0", backends: ["a:1"], udpListen: 1235, udpBackends: ["127.0.0.1:1235"] })
  );
});

Deno.test("refuseItself() lets everything else be a backend", { permissions: "none" }, () => {
  check({
    host: "0.0.0.0",
    backends: ["127.0.0.1:1235", "192.0.2.2:1234", "[::1]:1234", "lab:1234"],
  });
  check({ host: "192.0.2.1", backends: ["127.0.0.1:1234", "localhost:1234"] });
  check({ host: "0.0.0.0", listen: 0, backends: ["127.0.0.1:1"] });
});

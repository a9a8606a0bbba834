import { assertEquals } from "@std/assert";
import { AffinityTable } from "../../lib/balancer/affinity.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("AffinityTable keeps a key for its lifetime, counted from the last use", {
  permissions: "none",
}, () => {
  const clock = new FakeClock();
  const table = new AffinityTable(clock.read);
  assertEquals(table.get("10.0.0.1"), undefined);
  table.use("10.0.0.1", "a:1", 10);
  clock.advance(9999);
  assertEquals(table.get("10.0.0.1"), "a:1");
  table.use("10.0.0.1", "a:1", 10);
  clock.advance(9999);
  assertEquals(table.get("10.0.0.1"), "a:1");
  clock.advance(1);
  assertEquals(table.get("10.0.0.1"), undefined);
  assertEquals(table.size, 0);
});

Deno.test("AffinityTable follows a key that moved", { permissions: "none" }, () => {
  const table = new AffinityTable(() => 0);
  table.use("k", "a:1", 10);
  table.use("k", "b:1", 10);
  assertEquals([table.get("k"), table.size], ["b:1", 1]);
});

Deno.test(
  "AffinityTable forgets the longest unused when it is full",
  { permissions: "none" },
  () => {
    const table = new AffinityTable(() => 0, 2);
    table.use("one", "a:1", 10);
    table.use("two", "a:1", 10);
    table.use("one", "a:1", 10);
    table.use("three", "a:1", 10);
    assertEquals(["one", "two", "three"].map((key) => table.get(key)), ["a:1", undefined, "a:1"]);
  },
);

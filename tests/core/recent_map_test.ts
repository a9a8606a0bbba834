import { assertEquals } from "@std/assert";
import { RecentMap } from "../../lib/core/recent_map.ts";

Deno.test("RecentMap forgets what was longest unused, never what is in use", () => {
  const map = new RecentMap<number>(3);
  for (const [at, key] of ["a", "b", "c"].entries()) map.set(key, at);
  assertEquals(map.get("a"), 0);
  map.set("d", 3);
  assertEquals(["a", "b", "c", "d"].map((key) => map.get(key)), [0, undefined, 2, 3]);
  map.set("a", 10);
  assertEquals(map.getOrMake("e", () => 4), 4);
  assertEquals(["a", "c", "d", "e"].map((key) => map.get(key)), [10, undefined, 3, 4]);
});

Deno.test("getOrMake() makes a value once", () => {
  const map = new RecentMap<object>(1);
  const made = map.getOrMake("a", () => ({}));
  assertEquals(map.getOrMake("a", () => ({ other: true })) === made, true);
});

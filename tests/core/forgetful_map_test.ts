import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ForgetfulMap } from "../../lib/core/forgetful_map.ts";

const keys = fc.nat({ max: 9 });
const step = fc.oneof(
  fc.record({ does: fc.constantFrom("add" as const, "delete" as const), key: keys }),
  fc.constant({ does: "clear" as const, key: 0 }),
);

Deno.test("ForgetfulMap holds what a Map would, in the same order", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const [map, model] = [new ForgetfulMap<number, object>(), new Map<number, object>()];
    for (const { does, key } of steps) {
      if (does === "clear") {
        map.clear();
        model.clear();
      } else if (does === "delete") {
        map.delete(key);
        model.delete(key);
      } else if (!model.has(key)) {
        const value = { key };
        map.add(key, value);
        model.set(key, value);
      }
      assertEquals([map.size, map.get(key)], [model.size, model.get(key)]);
      assertEquals(map.entries(), [...model]);
    }
  }));
});

Deno.test("what entries() gave does not change with the map", () => {
  const map = new ForgetfulMap<string, object>();
  map.add("a", {});
  const entries = map.entries();
  map.delete("a");
  map.add("b", {});
  assertEquals(entries, [["a", {}]]);
});

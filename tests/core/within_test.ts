import { assertEquals, assertRejects } from "@std/assert";
import { within } from "../../lib/core/within.ts";

const LONG_MS = 60_000;

function never(): Promise<string> {
  return new Promise(() => {});
}

Deno.test("work that ends in time gives its value, and leaves no timer behind", async () => {
  assertEquals(await within(LONG_MS, Promise.resolve("done"), () => "late"), "done");
});

Deno.test("what is there already is in time, however late it is", async () => {
  assertEquals(await within(-5, Promise.resolve("done"), () => "late"), "done");
});

Deno.test("work that fails in time rejects as it did", async () => {
  const failing = Promise.reject(new Error("broken"));
  await assertRejects(() => within(LONG_MS, failing, () => "late"), Error, "broken");
});

Deno.test("work that takes too long is what late makes of it", async () => {
  assertEquals(await within(1, never(), () => "late"), "late");
  assertEquals(await within(1, never(), () => Promise.resolve("later")), "later");
  await assertRejects(
    () =>
      within(1, never(), () => {
        throw new Error("no answer in time");
      }),
    Error,
    "no answer in time",
  );
});

Deno.test("work that fails after its time troubles nobody", async () => {
  const { promise, reject } = Promise.withResolvers<string>();
  assertEquals(await within(1, promise, () => "late"), "late");
  reject(new Error("too late to matter"));
  await promise.catch(() => {});
});

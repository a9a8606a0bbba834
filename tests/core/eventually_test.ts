import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { afterwards } from "../../lib/core/eventually.ts";

Deno.test("afterwards() goes on at once with what is there", () => {
  assertEquals(afterwards(20, (value) => value + 1), 21);
});

Deno.test("afterwards() waits for what is not there yet, before or behind", async () => {
  const late = afterwards(Promise.resolve(20), (value) => value + 1);
  assertInstanceOf(late, Promise);
  assertEquals(await late, 21);
  assertEquals(await afterwards(20, (value) => Promise.resolve(value + 1)), 21);
  assertEquals(await afterwards(Promise.resolve(20), (value) => Promise.resolve(value + 1)), 21);
});

Deno.test("afterwards() fails as what it waits for does", async () => {
  const failing: Promise<number> = Promise.reject(new Error("gone"));
  await assertRejects(async () => await afterwards(failing, (value) => value + 1), Error, "gone");
});

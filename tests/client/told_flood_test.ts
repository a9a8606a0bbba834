import { assertEquals } from "@std/assert";
import { ToldFlood } from "../../lib/client/told_flood.ts";
import { within } from "../support/within.ts";

Deno.test("ToldFlood lets a few be told, and then tells how many more there were", async () => {
  const told = Promise.withResolvers<number>();
  const flood = new ToldFlood(told.resolve, 20);
  const taken = Array.from({ length: 12 }, () => flood.takes());
  assertEquals(taken.filter((isTaken) => isTaken).length, 5);
  assertEquals(taken.indexOf(false), 5, "the first ones");
  assertEquals(await within("the number", told.promise), 7);
  assertEquals(flood.takes(), true, "it begins anew");
  flood.end();
});

Deno.test("ToldFlood: ended, it tells what was not told yet, and nothing of few", () => {
  const counts: number[] = [];
  const flood = new ToldFlood((count) => counts.push(count));
  for (let call = 0; call < 6; call++) flood.takes();
  flood.end();
  flood.takes();
  flood.end();
  assertEquals(counts, [1]);
});

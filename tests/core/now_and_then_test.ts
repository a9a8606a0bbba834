import { assertEquals } from "@std/assert";
import { CountsNews, NowAndThen } from "../../lib/core/now_and_then.ts";

Deno.test("NowAndThen tells of the first one, and then of many at a time", {
  permissions: "none",
}, () => {
  const refusals = new NowAndThen();
  const told: (number | undefined)[] = [];
  for (let now = 0; now <= 20_000; now += 5000) told.push(refusals.count(now));
  assertEquals(told, [1, undefined, 2, undefined, 2]);
});

Deno.test("CountsNews tells what grew, by how much, and not too often", {
  permissions: "none",
}, () => {
  const counts: Record<string, number> = { late: 3 };
  const news = new CountsNews(counts);
  assertEquals(news.take(0), undefined);
  counts.late = 5;
  counts.stray = 1;
  assertEquals(news.take(0), { late: 2, stray: 1 });
  counts.late = 6;
  assertEquals(news.take(9999), undefined);
  assertEquals(news.take(10_000), { late: 1 });
  counts.stray = 3;
  assertEquals(news.take(10_001, true), { stray: 2 });
  assertEquals(news.take(99_999, true), undefined);
});

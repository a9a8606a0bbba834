import { assertEquals } from "@std/assert";
import { Histogram } from "../../lib/core/histogram.ts";
import { History, HISTORY_LENGTH } from "../../lib/observe/history.ts";

Deno.test("sample() makes rates of totals, by the time that really passed", {
  permissions: "none",
}, () => {
  const history = new History();
  history.sample([{ name: "a", total: 5 }], 1000);
  history.sample([{ name: "a", total: 15 }], 2000);
  history.sample([{ name: "a", total: 25 }], 4000);
  assertEquals(history.courses(), [
    {
      name: "a",
      timed: "a",
      rates: [10, 5],
      medians: [undefined, undefined],
      highest: [undefined, undefined],
    },
  ]);
});

Deno.test("sample() tells how long it took since the last moment, not since the start", {
  permissions: "none",
}, () => {
  const history = new History();
  const seconds = new Histogram([1, 2, 4]);
  const moment = (total: number, now: number): void =>
    history.sample([{ name: "a", total, seconds }], now);
  seconds.observe(3);
  moment(1, 0);
  for (let count = 0; count < 10; count++) seconds.observe(0.5);
  moment(11, 1000);
  moment(11, 2000);
  const [course] = history.courses();
  assertEquals(course?.medians, [0.5, undefined]);
  assertEquals(course?.rates, [10, 0]);
});

Deno.test("sample() keeps the last two minutes, and begins anew with what is new", {
  permissions: "none",
}, () => {
  const history = new History();
  for (let second = 0; second <= HISTORY_LENGTH + 5; second++) {
    history.sample([{ name: "a", total: second * second }], second * 1000);
  }
  history.sample([{ name: "a", total: 0 }, { name: "b", total: 100 }], 1e6);
  const [a, b] = history.courses();
  assertEquals(a?.rates.length, HISTORY_LENGTH);
  assertEquals(b?.rates, []);
});

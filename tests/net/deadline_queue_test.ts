import { assert, assertEquals } from "@std/assert";
import { DeadlineQueue } from "../../lib/net/deadline_queue.ts";
import { within } from "../support/within.ts";

const SHORT_SECONDS = 0.02;

/** Resolves when a deadline set now in a queue of the same length has passed. */
function passed(queue: DeadlineQueue): Promise<void> {
  return within("a deadline", new Promise((resolve) => queue.add(resolve)));
}

Deno.test("DeadlineQueue calls each deadline once, in the order they were set", async () => {
  const queue = new DeadlineQueue(SHORT_SECONDS);
  const called: number[] = [];
  for (const number of [1, 2, 3]) queue.add(() => called.push(number));
  await passed(queue);
  await passed(queue);
  assertEquals(called, [1, 2, 3]);
});

Deno.test("DeadlineQueue never calls before the time has passed", async () => {
  const queue = new DeadlineQueue(SHORT_SECONDS);
  const set = performance.now();
  await passed(queue);
  assert(performance.now() - set >= SHORT_SECONDS * 1000);
});

Deno.test("cancel() forgets a deadline and no other", async () => {
  const queue = new DeadlineQueue(SHORT_SECONDS);
  const called: string[] = [];
  const first = queue.add(() => called.push("first"));
  queue.add(() => called.push("second"));
  first.cancel();
  first.cancel();
  await passed(queue);
  assertEquals(called, ["second"]);
});

Deno.test("cancel() after the deadline has passed does nothing", async () => {
  const queue = new DeadlineQueue(SHORT_SECONDS);
  let called = 0;
  const deadline = queue.add(() => called++);
  await passed(queue);
  deadline.cancel();
  assertEquals(called, 1);
});

Deno.test("a deadline may set the next one", async () => {
  const queue = new DeadlineQueue(SHORT_SECONDS);
  let rounds = 0;
  await within(
    "three rounds",
    new Promise<void>((resolve) => {
      const again = (): void => {
        if (++rounds === 3) resolve();
        else queue.add(again);
      };
      queue.add(again);
    }),
  );
  assertEquals(rounds, 3);
});

Deno.test("a deadline may cancel a later one that is due in the same moment", async () => {
  const queue = new DeadlineQueue(SHORT_SECONDS);
  const called: string[] = [];
  queue.add(() => {
    called.push("first");
    second.cancel();
  });
  const second = queue.add(() => called.push("second"));
  await passed(queue);
  assertEquals(called, ["first"]);
});

Deno.test("deadlines set at different times pass at different times", async () => {
  const queue = new DeadlineQueue(SHORT_SECONDS);
  const first = passed(queue);
  await passed(new DeadlineQueue(SHORT_SECONDS / 4));
  const set = performance.now();
  const second = passed(queue);
  await first;
  await second; // although nothing more is set
  assert(performance.now() - set >= SHORT_SECONDS * 1000);
});

Deno.test("close() leaves no timer behind", () => {
  const queue = new DeadlineQueue(3600);
  queue.add(() => {});
  queue.close();
});

Deno.test("close() forgets all deadlines", async () => {
  const queue = new DeadlineQueue(SHORT_SECONDS);
  let called = 0;
  queue.add(() => called++);
  queue.close();
  await passed(new DeadlineQueue(SHORT_SECONDS * 2));
  assertEquals(called, 0);
});

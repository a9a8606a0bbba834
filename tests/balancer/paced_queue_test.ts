import { assertEquals } from "@std/assert";
import { PacedQueue } from "../../lib/balancer/paced_queue.ts";
import { eventually } from "../support/eventually.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

Deno.test("PacedQueue does some at once and the others later, each once and in order", async () => {
  const done: number[] = [];
  const queue = new PacedQueue<number>((each) => done.push(each));
  queue.add(numbers(200));
  assertEquals(done, numbers(64));
  queue.add([199, 200]);
  await eventually("all are done", () => done.length >= 201);
  assertEquals(done, numbers(201));
  queue.add([0]);
  assertEquals(done.at(-1), 0);
  queue.stop();
});

Deno.test("PacedQueue forgets all when it is stopped", async () => {
  const done: number[] = [];
  const queue = new PacedQueue<number>((each) => done.push(each));
  queue.add(numbers(65));
  queue.stop();
  await new Promise((resume) => setTimeout(resume, 50));
  assertEquals(done.length, 64);
});

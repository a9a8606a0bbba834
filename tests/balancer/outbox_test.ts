import { assertEquals } from "@std/assert";
import { Outbox } from "../../lib/balancer/outbox.ts";

Deno.test("Outbox sends what is posted in a turn together, in its order", async () => {
  const sent: (readonly number[])[] = [];
  const arrivals: (() => void)[] = [];
  const outbox = new Outbox<number>((messages) => {
    sent.push(messages);
    arrivals.shift()?.();
  });
  const arrival = (): Promise<void> => new Promise((resolve) => arrivals.push(resolve));
  const first = arrival();
  outbox.post(1);
  await Promise.resolve().then(() => outbox.post(2));
  assertEquals(sent, []);
  await first;
  const second = arrival();
  outbox.post(3);
  await second;
  assertEquals(sent, [[1, 2], [3]]);
});

import { assertEquals } from "@std/assert";
import { Stay } from "../../lib/balancer/served_client.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("Stay lets a client be moved at once, and once after it was silent for a while", {
  permissions: "none",
}, () => {
  const clock = new FakeClock();
  const stay = new Stay(clock.read);
  for (let turn = 0; turn < 3; turn++) {
    assertEquals([stay.isFresh, stay.move(stay.isFresh)], [true, true]);
    stay.begin();
  }
  clock.advance(1000);
  assertEquals([stay.isFresh, stay.move(stay.isFresh)], [false, true]);
  stay.begin();
  assertEquals(stay.isFresh, true);
  clock.advance(1000);
  assertEquals(stay.move(stay.isFresh), false);
});

/** What the room service does every second. */

import { assertEquals } from "@std/assert";
import type { RoomDrops } from "../../lib/server/room_relay.ts";
import { RoomTicks } from "../../lib/server/room_ticks.ts";
import type { Rooms } from "../../lib/services/rooms.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { within } from "../support/within.ts";

interface Ticking extends AsyncDisposable {
  readonly log: RecordedLog;
  /** Resolves when the other servers are asked for the second time. */
  readonly asked: Promise<void>;
  readonly seen: readonly string[];
}

/** Ticks that note what they do; the store fails at the first when told to. */
function ticking(failsFirst: boolean): Ticking {
  const seen: string[] = [];
  const log = new RecordedLog();
  const asked = Promise.withResolvers<void>();
  const tick = (now: number): Promise<void> => {
    seen.push(`tick at ${now}`);
    return failsFirst && seen.length === 1 ? Promise.reject(new Error("no")) : Promise.resolve();
  };
  const settle = (): Promise<void> => {
    seen.push("settle");
    asked.resolve();
    return Promise.resolve();
  };
  const ticks = new RoomTicks({
    rooms: { tick } as Partial<Rooms> as Rooms,
    settle,
    drops: {} as RoomDrops,
    clock: () => 7,
    log,
  });
  return { log, asked: asked.promise, seen, [Symbol.asyncDispose]: () => ticks.stop() };
}

Deno.test("a tick sees to the silent, then asks the other servers whom they hear", async () => {
  await using ticks = ticking(false);
  await within("a tick", ticks.asked);
  assertEquals(ticks.seen, ["tick at 7", "settle"]);
});

Deno.test("a tick that fails is followed by another", async () => {
  await using ticks = ticking(true);
  await within("the second tick", ticks.asked);
  assertEquals(ticks.seen, ["tick at 7", "tick at 7", "settle"]);
  assertEquals(ticks.log.messages("debug"), [
    "Cannot see to silent members now",
  ]);
});

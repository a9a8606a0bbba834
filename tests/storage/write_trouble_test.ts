import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { StorageError } from "../../lib/core/errors.ts";
import { WriteTrouble } from "../../lib/storage/write_trouble.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordedLog } from "../support/recorded_log.ts";

interface Desk {
  readonly trouble: WriteTrouble;
  readonly clock: FakeClock;
  readonly log: RecordedLog;
}

function begin(): Desk {
  const [clock, log] = [new FakeClock(), new RecordedLog()];
  return { trouble: new WriteTrouble(clock.read, log), clock, log };
}

Deno.test("WriteTrouble: without any, changes are taken", () => {
  const { trouble, log } = begin();
  assertEquals(trouble.health(), { writable: true });
  assertEquals([trouble.exists, trouble.isRetryDue], [false, false]);
  trouble.requireNone();
  assertEquals(log.entries, []);
});

Deno.test("WriteTrouble: what failed is told once, and refuses changes with its reason", () => {
  const { trouble, log } = begin();
  const error = trouble.failed(new Error("No space left on device"));
  trouble.failed(new Error("No space left on device"));
  assertEquals(error instanceof StorageError, true);
  assertEquals(trouble.health(), { writable: false, reason: "No space left on device" });
  assertThrows(() => trouble.requireNone(), StorageError, "No space left on device");
  assertEquals(log.messages("error").length, 1);
});

Deno.test("WriteTrouble: an error of storage stays as it is", () => {
  const error = new StorageError("Cannot lock the data directory");
  assertStrictEquals(begin().trouble.failed(error), error);
});

Deno.test("WriteTrouble: it is tried again after a while, also when the clock was set back", () => {
  for (const step of [1000, -1000]) {
    const { trouble, clock } = begin();
    trouble.failed(new Error("broken"));
    clock.advance(step / 2);
    assertEquals(trouble.isRetryDue, false);
    clock.advance(step / 2);
    assertEquals(trouble.isRetryDue, true);
    trouble.failed(new Error("still broken"));
    assertEquals(trouble.isRetryDue, false);
  }
});

Deno.test("WriteTrouble: when it ended, changes are taken, and that is told", () => {
  const { trouble, log } = begin();
  trouble.failed(new Error("broken"));
  trouble.ended();
  assertEquals(trouble.health(), { writable: true });
  trouble.requireNone();
  assertEquals(log.messages("info"), ["Storage works again, changes are taken"]);
});

import { assertEquals } from "@std/assert";
import {
  bytesText,
  durationText,
  reportPauses,
  TransferProgress,
} from "../../lib/client/transfer_progress.ts";

const PURE = { permissions: "none" } as const;

Deno.test("bytesText() uses the unit that is read easiest", PURE, () => {
  const table: readonly (readonly [number, string])[] = [
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [9_940, "9.9 kB"],
    [9_960, "10 kB"],
    [999_400, "999 kB"],
    [999_600, "1.0 MB"],
    [1_234_567_890, "1.2 GB"],
    [Number.MAX_SAFE_INTEGER, "9.0 PB"],
  ];
  for (const [bytes, text] of table) assertEquals(bytesText(bytes), text);
});

Deno.test("durationText() uses two units at most, and is never nothing", PURE, () => {
  assertEquals([0, 7.2, 59.1, 125, 12_000].map(durationText), [
    ...["1 s", "8 s", "1 min 0 s", "2 min 5 s", "3 h 20 min"],
  ]);
});

Deno.test("TransferProgress tells the share, the rate of late, and the time left", PURE, () => {
  const progress = new TransferProgress(100_000_000, 0);
  assertEquals(progress.text(0), "0 % of 100 MB");
  progress.add(10_000_000, 1000);
  assertEquals(progress.text(1000), "10 % of 100 MB, 10 MB/s, 9 s left");
  // It was fast long ago; what counts is what it is now.
  for (let second = 2; second <= 12; second++) progress.add(1_000_000, second * 1000);
  assertEquals(progress.text(12_000), "21 % of 100 MB, 1.0 MB/s, 1 min 19 s left");
  progress.more(100_000_000);
  assertEquals(progress.text(12_000), "10 % of 200 MB, 1.0 MB/s, 2 min 59 s left");
  assertEquals(progress.summary(12_000), "21 MB in 12 s, 1.8 MB/s");
});

Deno.test("TransferProgress: nothing to send is all of it", PURE, () => {
  const progress = new TransferProgress(0, 0);
  assertEquals(progress.text(10), "100 % of 0 bytes");
  assertEquals(progress.summary(10), "0 bytes in 0.0 s");
});

Deno.test("reportPauses() get longer, and go on", PURE, () => {
  const pauses = reportPauses();
  const first = Array.from({ length: 6 }, () => pauses.next().value);
  assertEquals(first, [2000, 5000, 10_000, 30_000, 30_000, 30_000]);
});

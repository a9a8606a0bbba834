import { assertEquals } from "@std/assert";
import { bytesText, durationText, rateText, uptimeText } from "../../lib/observe/figures_text.ts";

Deno.test("figures are short, and keep their unit on the line", { permissions: "none" }, () => {
  const cases: readonly (readonly [text: string, expected: string])[] = [
    [durationText(0.00005), "0.05\u00A0ms"],
    [durationText(0.0123), "12\u00A0ms"],
    [durationText(0.25), "250\u00A0ms"],
    [durationText(1.5), "1.5\u00A0s"],
    [rateText(0), "0/s"],
    [rateText(0.333), "0.33/s"],
    [rateText(1250.4), "1250/s"],
    [bytesText(0), "0\u00A0B"],
    [bytesText(1023), "1023\u00A0B"],
    [bytesText(1536), "1.5\u00A0KiB"],
    [bytesText(2 ** 30), "1\u00A0GiB"],
    [bytesText(2 ** 60), "1048576\u00A0TiB"],
    [uptimeText(59_999), "59 s"],
    [uptimeText(61_000), "1 min 1 s"],
    [uptimeText(3_600_000), "1 h 0 min"],
    [uptimeText(90_000_000), "1 d 1 h"],
  ];
  for (const [text, expected] of cases) assertEquals(text, expected);
});

/** `docs/learn.md` says what is so: its commands print what it shows, and the trace tells what it says. */

import { assert, assertEquals } from "@std/assert";
import { CANNOT_PLAY, LearnPage } from "../support/learn_page.ts";
import { ROOT } from "../support/process.ts";

/** What is another one each time: times, ports the system chose, tokens. */
function withoutChance(text: string): string {
  const fixed = new Set([
    "1234",
    "1235",
    "9090",
    "9091",
    "9092",
    "9443",
    "5001",
    "5002",
    "5003",
    "5004",
  ]);
  return text
    // Whether the end of a side is seen depends on who is faster.
    .replace(/^.* {2}\(ends its side\)\n/gm, "")
    .replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z/gm, "TIME")
    .replace(
      /(127\.0\.0\.1 ?:?)(\d{4,5})\b/g,
      (whole, ip, port) => fixed.has(port) || port.startsWith("20") ? whole : `${ip}PORT`,
    )
    .replace(/(PROXY TCP4 \S+ \S+ )\d+/g, "$1PORT")
    .replace(/(balancer :)\d+/g, (whole) => whole === "balancer :1235" ? whole : "balancer :PORT")
    .replace(/token_[0-9a-f]{32}/g, "TOKEN");
}

Deno.test({
  name: "docs/learn.md shows what its commands print and what the trace tells of them" +
    (CANNOT_PLAY === undefined ? "" : ` (${CANNOT_PLAY})`),
  ignore: CANNOT_PLAY !== undefined,
  async fn() {
    const text = await Deno.readTextFile(`${ROOT}/docs/learn.md`);
    assert(/^```trace\n.+ trace TCP /m.test(text), "the page shows a trace");
    await using page = await LearnPage.make();
    assertEquals(
      withoutChance(await page.play(text)).split("\n"),
      withoutChance(text).split("\n"),
    );
  },
});

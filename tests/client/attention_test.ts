import { assertEquals } from "@std/assert";
import { Attention, mentions } from "../../lib/client/attention.ts";
import type { About, ScreenLine } from "../../lib/client/screen_line.ts";
import { FakeClock } from "../support/fake_clock.ts";

const PURE = { permissions: "none" } as const;

function line(about?: About): ScreenLine {
  return { text: "x", ...(about && { about }) };
}

Deno.test("Attention rings as it is told, and not for every one of a flood", PURE, () => {
  const clock = new FakeClock();
  const attention = new Attention(clock.read);
  const rings = (about?: About): boolean => {
    clock.advance(1000);
    return attention.shown(line(about));
  };
  const kinds = [undefined, "own", "news", "message", "direct", "mention", "call"] as const;
  const ringing = (): string => kinds.filter((about) => rings(about)).join(" ");
  assertEquals(ringing(), "direct mention call");
  attention.bell = "all";
  assertEquals(ringing(), "message direct mention call");
  attention.bell = "off";
  assertEquals(ringing(), "");
  attention.bell = "all";
  assertEquals([rings("call"), attention.shown(line("call"))], [true, false]);
});

Deno.test("Attention rings for a chat of two where its user may look elsewhere", PURE, () => {
  const clock = new FakeClock();
  const attention = new Attention(clock.read);
  clock.advance(10_000);
  assertEquals(attention.shown(line("chat")), false, "they are here");
  clock.advance(10_000);
  assertEquals([attention.shown(line("chat")), attention.unread], [true, "1 new, 1 for you"]);
  clock.advance(10_000);
  attention.bell = "off";
  assertEquals(attention.shown(line("chat")), false);
});

Deno.test("Attention counts what is new to somebody who pressed no key for a while", PURE, () => {
  const clock = new FakeClock();
  const attention = new Attention(clock.read);
  attention.shown(line("message"));
  assertEquals(attention.unread, "", "they were here a moment ago");
  clock.advance(20_000);
  attention.shown(line("message"));
  attention.shown(line("news"));
  assertEquals(attention.unread, "1 new");
  attention.shown(line("mention"));
  assertEquals(attention.unread, "2 new, 1 for you");
  attention.keyPressed();
  assertEquals(attention.unread, "");
});

Deno.test("Attention tells the time of what was said, and the day when it is another", PURE, () => {
  const clock = new FakeClock(new Date(2026, 10, 21, 23, 59).getTime());
  const attention = new Attention(clock.read);
  assertEquals(attention.times(line()), { day: undefined, time: "" });
  assertEquals(attention.times(line("message")), { day: undefined, time: "23:59 " });
  clock.advance(60_000);
  const day = "-- Sun Nov 22 2026 --";
  assertEquals(attention.times(line("message")), { day, time: "00:00 " });
  assertEquals(attention.times(line("own")), { day: undefined, time: "00:00 " });
});

Deno.test("mentions() finds a name as a word of its own, in any case", PURE, () => {
  for (const text of ["ann", "Ann, look", "ask ANN?", "@ann!", "日本ann", "x ann"]) {
    assertEquals(mentions(text, "ann"), text !== "日本ann", text);
  }
  for (const text of ["annoying", "joann", "an n", "ann_x", ""]) {
    assertEquals(mentions(text, "ann"), false, text);
  }
  assertEquals(mentions("a.b?", "a.b"), true);
  assertEquals(mentions("axb", "a.b"), false, "a name is no pattern");
});

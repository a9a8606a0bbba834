import { assertEquals } from "@std/assert";
import { callHandlers } from "../../lib/client/call_events.ts";
import { ToldFlood } from "../../lib/client/told_flood.ts";
import type { MenuEvent } from "../../lib/client/menu_state.ts";

Deno.test("lines that are lost are told and kept as such; what was still typed is only told", {
  permissions: "none",
}, () => {
  const events: MenuEvent[] = [];
  const kept: (readonly [string, boolean | undefined])[] = [];
  const handlers = callHandlers({
    terminal: { dropTyped: () => ["half ty"] },
    presence: { list: undefined },
    flood: new ToldFlood(() => {}),
    happened: (event) => events.push(event),
    keep: (text, isDelivered) => kept.push([text, isDelivered]),
  });
  handlers.chatEnded("stuck", { lost: ["one", "two"], unsure: [], before: 0 });
  assertEquals(kept.splice(0), [["one", false], ["two", false]]);
  assertEquals(events, [
    { kind: "chatEnded", end: "stuck" },
    { kind: "notice", line: { text: "(not delivered) one / two / half ty", tone: "bad" } },
  ]);
  handlers.chatEnded("lost", { lost: [], unsure: ["three"], before: 0 });
  assertEquals(kept, [["(perhaps not delivered) three", undefined]]);
});

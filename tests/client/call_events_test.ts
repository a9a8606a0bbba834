import { assertEquals } from "@std/assert";
import { callHandlers } from "../../lib/client/call_events.ts";
import { ToldFlood } from "../../lib/client/told_flood.ts";
import type { MenuEvent } from "../../lib/client/menu_state.ts";

Deno.test("lines that are lost are told and kept as such; what was still typed is only told", {
  permissions: "none",
}, () => {
  const events: MenuEvent[] = [];
  const kept: string[] = [];
  const handlers = callHandlers({
    terminal: { dropTyped: () => ["half ty"] },
    presence: { list: undefined },
    flood: new ToldFlood(() => {}),
    happened: (event) => events.push(event),
    lost: (text) => kept.push(text),
  });
  handlers.chatEnded("stuck", { lost: ["one", "two"], unsure: [], before: 0 });
  assertEquals(kept, ["one", "two"]);
  assertEquals(events, [
    { kind: "chatEnded", end: "stuck" },
    { kind: "notice", line: { text: "(not delivered) one / two / half ty", tone: "bad" } },
  ]);
});

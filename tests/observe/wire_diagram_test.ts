import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { WireMessage, WireParty } from "../../lib/core/wire_message.ts";
import {
  diagramSvg,
  headMarkup,
  isShown,
  layoutOf,
  rowMarkup,
} from "../../lib/observe/wire_diagram.js";
import { wireJson } from "../../lib/observe/wire_json.ts";
import { hexDump, transcriptText } from "../../lib/observe/wire_transcript.js";
import { latin1 } from "../samples/sample.ts";
import { wireMessage } from "../support/wire_messages.ts";

const NONE = { permissions: "none" } as const;

function party(name: string): WireParty {
  return { name, ip: "192.0.2.7", port: 1000 };
}

function between(from: string, to: string, changes: Partial<WireMessage> = {}) {
  return wireJson(wireMessage({ ...changes, from: party(from), to: party(to) }));
}

Deno.test("layoutOf() puts clients, then balancers, then servers, as they appeared", NONE, () => {
  const messages = [
    between("server 10.0.0.1:5001", "balancer"),
    between("bob", "balancer"),
    between("balancer", "server 10.0.0.2:5001"),
    between("alice", "balancer"),
  ];
  const parties = ["bob", "alice", "balancer", "server 10.0.0.1:5001", "server 10.0.0.2:5001"];
  assertEquals(layoutOf(messages, 1000).parties, parties);
});

Deno.test("layoutOf() takes the room there is, within reason", NONE, () => {
  const messages = [between("alice", "server")];
  assertEquals([0, 500, 5000].map((room) => layoutOf(messages, room).spacing), [130, 200, 260]);
  assertEquals(layoutOf([], 500), { parties: [], spacing: 260, width: 360 });
});

Deno.test("isShown() goes by user, protocol, and whether connections are wanted", NONE, () => {
  const all = { user: "", protocol: "", connections: false };
  const message = between("alice", "server");
  assert(isShown(message, all));
  assert(isShown(message, { ...all, user: "alice", protocol: "buddy" }));
  assert(!isShown(message, { ...all, user: "bob" }));
  assert(!isShown(message, { ...all, protocol: "presence" }));
  assert(isShown(between("balancer", "server", { user: "alice" }), { ...all, user: "alice" }));
  const open = between("alice", "server", { kind: "open" });
  assert(!isShown(open, all) && isShown(open, { ...all, connections: true }));
});

Deno.test(
  "rowMarkup() draws an arrow from column to column, with time, text and ports",
  NONE,
  () => {
    const message = between("alice", "server", { transport: "UDP", id: 7 });
    const layout = layoutOf([message], 620);
    const row = rowMarkup(message, layout, 1);
    assertMatch(row, /^<g class="row message udp" data-id="7" role="button"/);
    assertMatch(row, /d="M230 76H486"/, "to the right");
    assertMatch(rowMarkup(between("server", "alice"), layout, 1), /d="M490 76H234"/, "to the left");
    assertMatch(
      rowMarkup(between("alice", "alice"), layout, 1),
      /d="M230 72h90v8h-86"/,
      "and back",
    );
    assertMatch(row, />REG alice<\/text>/);
    assertMatch(row, />UDP 1000 \u2192 1000<\/text>/);
    assertMatch(row, /aria-label="[\d:.]+, UDP, alice port 1000 to server port 1000: REG alice"/);
  },
);

Deno.test(
  "rowMarkup() cuts a text that is longer than its arrow, and keeps it in the diagram",
  NONE,
  () => {
    const message = between("alice", "server", { text: "\u{1F600}".repeat(500) });
    const layout = layoutOf([message], 300);
    const [, x, shown = ""] = /class="say" x="([\d.]+)"[^>]*>([^<]*)</.exec(
      rowMarkup(message, layout, 0),
    )!;
    assertEquals(shown, "\u{1F600}".repeat(30) + "\u2026");
    assert(Number(x) + 31 * 7.3 / 2 <= layout.width + 1, x);
  },
);

/** Any text a message may hold; the trace has made it visible before. */
const texts = fc.string({ unit: "grapheme" });

/** Whether markup is nothing but the elements the diagram is drawn with. */
function isDrawn(markup: string): boolean {
  const text = `[^<>"&]|&(?:amp|lt|gt|quot|#39);`;
  const tag = `</?(?:svg|g|rect|text|title|path|line)(?: [a-zA-Z0-9-]+="(?:${text})*")*/?>`;
  return new RegExp(`^(?:${tag}|${text})*$`, "u").test(markup);
}

Deno.test("no text of a message becomes markup", NONE, () => {
  assert(!isDrawn("<b>") && !isDrawn('<g id="&">') && !isDrawn('"'), "the check can fail");
  fc.assert(fc.property(texts, texts, texts, (from, to, text) => {
    const tricky = `<script>&"'${text}`;
    const message = between(`${from}<i>`, `"${to}`, { text: tricky });
    const layout = layoutOf([message], 800);
    assert(isDrawn(rowMarkup(message, layout, 0)));
    assert(isDrawn(headMarkup(layout)));
    const svg = diagramSvg([message]);
    assert(isDrawn(svg.slice(svg.indexOf("</style>") + "</style>".length)));
  }));
});

Deno.test("transcriptText() tells of each message with its fields", NONE, () => {
  assertEquals(
    transcriptText([wireJson(wireMessage())]),
    `2026-11-21T14:03:22.005Z TCP alice port 40112 -> server port 1234
  REG alice
    command  REG
    user     alice
`,
  );
});

Deno.test("hexDump() shows bytes in lines of eight, and what is hidden as stars", NONE, () => {
  const bytes = latin1("GET x\r\n\xe9**z");
  assertEquals(
    hexDump(bytes, [{ start: 8, end: 10 }]),
    "0000  47 45 54 20 78 0d 0a e9  GET x...\n0008  ** ** 7a                 **z\n",
  );
  assertEquals(hexDump(new Uint8Array(), []), "");
});

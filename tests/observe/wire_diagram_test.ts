import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { visibleText } from "../../lib/core/visible_text.ts";
import { endMarkup, headMarkup, rowMarkup, timeMarkup } from "../../lib/observe/wire_diagram.js";
import { wireJson } from "../../lib/observe/wire_json.ts";
import { layoutOf } from "../../lib/observe/wire_layout.js";
import { diagramSvg } from "../../lib/observe/wire_picture.js";
import { hexDump, transcriptText } from "../../lib/observe/wire_transcript.js";
import { latin1 } from "../samples/sample.ts";
import { between, wireMessage } from "../support/wire_messages.ts";

const NONE = { permissions: "none" } as const;

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
    assertMatch(timeMarkup(message, 1), /<g data-id="7">.*>[\d:.]+<\/text><\/g>$/);
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
    const layout = layoutOf([message], 360);
    const [, x, shown = ""] = /class="say" x="([\d.]+)"[^>]*>([^<]*)</.exec(
      rowMarkup(message, layout, 0),
    )!;
    assertEquals(shown, "\u{1F600}".repeat(30) + "\u2026");
    assert(Number(x) + 31 * 7.3 / 2 <= layout.width + 1, x);
  },
);

Deno.test(
  "rowMarkup() has its words where they are seen, however long the arrow, however far it was moved",
  NONE,
  () => {
    const messages = Array.from({ length: 28 }, (_, index) => between(`student${index}`, "server"));
    const layout = layoutOf(messages, 900);
    for (const left of [0, 700, layout.width - 900]) {
      for (const [index, message] of messages.entries()) {
        const [, x = ""] = /class="say" x="([\d.]+)"/.exec(
          rowMarkup(message, layout, index, left),
        )!;
        const [from, to] = [left + 100, left + 900 - layout.spacing];
        const how = /class="how"[^>]*>([^<]*)</.exec(rowMarkup(message, layout, index, left))![1]!;
        assert(/^(?:student\d+: )?TCP 1000 \u2192 1000$/.test(how), how);
        const half = how.length * 7.3 / 2;
        assert(Number(x) - half >= from && Number(x) + half <= to, `${index} at ${left}: ${x}`);
      }
    }
  },
);

Deno.test(
  "endMarkup() draws what reaches the columns that stay, and what is between them",
  NONE,
  () => {
    const messages = [
      ...Array.from({ length: 9 }, (_, index) => between(`student${index}`, "balancer")),
      between("balancer", "server 1"),
    ];
    const layout = layoutOf(messages, 900);
    const [one, last] = [
      endMarkup(messages[0]!, layout, 0),
      endMarkup(messages.at(-1)!, layout, 9),
    ];
    assertMatch(one, /^<g class="message tcp" data-id="1">.*<path class="tip" d="M1335 30l-10/);
    assert(!one.includes("<text") && last.includes(">REG alice</text>"));
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

Deno.test("a picture of any text that came is XML", NONE, () => {
  // What XML 1.0 allows as a character ("Char"), beside the tags that are checked above.
  const isXml = (svg: string): boolean =>
    /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u.test(svg);
  assert(!isXml("\uffff") && !isXml("\x1b") && !isXml("\ud800"), "the check can fail");
  const said = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(said, fc.constantFrom("", "\uffff", "\ufffe", "\0", "\ud800"), (text, odd) => {
      const svg = diagramSvg([between("alice", "server", { text: visibleText(text + odd) })]);
      assert(isXml(svg) && isDrawn(svg.slice(svg.indexOf("</style>") + "</style>".length)), svg);
    }),
  );
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

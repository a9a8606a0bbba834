import { assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../lib/core/version.ts";
import { readScreen } from "../../tools/picture/cells.ts";
import { drawTerminals } from "../../tools/picture/svg.ts";
import { ROOT } from "../support/process.ts";

Deno.test("readScreen() keeps a look until it is ended, over lines, too", {
  permissions: "none",
}, () => {
  const screen = "a\x1b[32mb\x1b[1;2mc\n\x1b[0md\x1b[7me\x1b[27m\x1b[94mf\x1b[39mg\n\n";
  assertEquals(readScreen(screen), [
    [
      { text: "a", look: {} },
      { text: "b", look: { colour: 2 } },
      { text: "c", look: { colour: 2, bold: true, faint: true } },
    ],
    [
      { text: "d", look: {} },
      { text: "e", look: { inverse: true } },
      { text: "f", look: { colour: 12 } },
      { text: "g", look: {} },
    ],
  ]);
});

Deno.test("readScreen() takes colours one by one away", { permissions: "none" }, () => {
  const [line] = readScreen("\x1b[1;31ma\x1b[22mb\x1b[mc");
  assertEquals(line, [
    { text: "a", look: { colour: 1, bold: true } },
    { text: "b", look: { colour: 1 } },
    { text: "c", look: {} },
  ]);
});

Deno.test("drawTerminals() puts text at its column, and escapes what is markup", {
  permissions: "none",
}, () => {
  const lines = readScreen("> \x1b[31m<b>&\x1b[0m");
  const view = { title: "a<", lines, cursor: [4, 0] as const, columns: 10, rows: 2 };
  const svg = drawTerminals([view, view], 'two "<"');
  assertStringIncludes(svg, '<title>two "&lt;"</title>');
  assertStringIncludes(svg, 'width="220" height="88"');
  assertStringIncludes(svg, '<text x="27.6" y="53" textLength="31.2" style="fill:#e06c75"');
  assertStringIncludes(svg, ">&lt;b&gt;&amp;</text>");
  assertEquals(svg.match(/a&lt;/g)?.length, 2);
});

Deno.test("docs/conversation.svg was drawn of this version (deno task picture)", async () => {
  const picture = await Deno.readTextFile(`${ROOT}/docs/conversation.svg`);
  for (
    const shown of [`Parley ${VERSION}, server`, "alice is calling", "Nice to meet you buddy!"]
  ) {
    assertStringIncludes(picture, shown);
  }
});

import { assertEquals, assertStringIncludes } from "@std/assert";
import { chart } from "../../lib/observe/chart.ts";

const text = (value: number): string => `${value}u`;

/** The heights of the points of each line. */
function heights(drawing: string): number[][] {
  return [...drawing.matchAll(/class="line c\d" d="(M\d[^"]* [^"]*)"/g)]
    .map(([, path = ""]) => [...path.matchAll(/ ([\d.]+)/g)].map(([, y]) => Number(y)))
    .filter((line) => line.length > 1);
}

Deno.test("chart() draws ten times as much one step higher, and zero at the bottom", {
  permissions: "none",
}, () => {
  const values = [0, 1, 10, 100];
  const drawing = chart({ title: "T", lines: [{ name: "a", style: 0, values }], text }).text;
  const [points = []] = heights(drawing);
  const [start, zero, one, ten, hundred] = points;
  assertEquals([start, zero, one], [140, 140, 140]);
  assertEquals([ten, hundred], [74, 8]);
  for (const label of ["1u", "10u", "100u"]) assertStringIncludes(drawing, `>${label}</text>`);
});

Deno.test("chart() leaves a gap where nothing was measured", { permissions: "none" }, () => {
  const values = [1, undefined, 1];
  const drawing = chart({ title: "T", lines: [{ name: "a", style: 0, values }], text }).text;
  assertEquals(drawing.match(/d="M[^"]*L[^"]*M[^"]*L[^"]*"/g)?.length, 1);
});

Deno.test("chart() has no scale where nothing was measured, and says so", {
  permissions: "none",
}, () => {
  const lines = [{ name: "a", style: 0, values: [undefined, undefined] }];
  for (
    const empty of [chart({ title: "T", lines: [], text }), chart({ title: "T", lines, text })]
  ) {
    assertStringIncludes(empty.text, ">Nothing in this time</text>");
    assertEquals(empty.text.includes('class="grid"'), false);
  }
  const nought = chart({ title: "T", lines: [{ name: "a", style: 0, values: [0] }], text }).text;
  assertStringIncludes(nought, 'class="grid"');
  assertEquals(nought.includes("Nothing"), false);
});

Deno.test("chart() says in words what it shows now, and nothing of it is markup", {
  permissions: "none",
}, () => {
  const lines = [{ name: "<a>", style: 0, values: [1, 2] }, {
    ...{ name: "b", style: 7 },
    values: [1, undefined],
  }];
  const drawing = chart({ title: "Rates", lines, text }).text;
  assertStringIncludes(drawing, 'aria-label="Rates, now: &lt;a&gt; 2u, b none"');
  assertEquals(drawing.match(/class="line c1"/g)?.length, 2); // six styles, then over again
  assertStringIncludes(chart({ title: "T", lines: [], text }).text, "now: nothing");
});

/** Every ratio that has a bar to reach, with its bars: `must` drawn through, `aim` dashed. */

import type { Row } from "../bench/table.ts";
import { drawing, element, words } from "./svg.ts";

/** Where things stand, in pixels. */
const WIDTH = 760;
const LEFT = 380;
const RIGHT = 70;
const TOP = 84;
const BAR = 14;
const STEP = 22;

/** The largest ratio that is drawn as long as it is. */
const LONGEST = 4;

/** Draws rows of one kind: rates, where long is good, or latencies, where short is. */
export function ratiosOf(title: string, note: string, rows: readonly Row[]): string {
  const bounds = rows.flatMap((
    { ratio, must = 0, aim = 0 },
  ) => [Math.min(ratio, LONGEST), must, aim]);
  const scale = (WIDTH - LEFT - RIGHT) / Math.max(1, ...bounds);
  const height = TOP + rows.length * STEP + 16;
  const one = LEFT + scale;
  const body = [
    words({ class: "note", x: 20, y: 52 }, note),
    words({ class: "note", x: one, y: TOP - 8, "text-anchor": "middle" }, "1"),
    element("line", { class: "grid", x1: one, y1: TOP - 4, x2: one, y2: height - 12 }),
    ...rows.flatMap((row, index) => ratioOf(row, TOP + index * STEP, scale)),
  ];
  const description = rows.map(({ what, against, ratio, must, aim }) => {
    const bars = [
      must === undefined ? "" : `, must ${must}`,
      aim === undefined ? "" : `, aim ${aim}`,
    ];
    return `${what} against ${against}: ${ratio}${bars.join("")}.`;
  }).join(" ");
  return drawing({ width: WIDTH, height, title, description }, body);
}

function ratioOf(row: Row, y: number, scale: number): string[] {
  const { what, against, ratio, must, aim } = row;
  const length = Math.min(ratio, LONGEST) * scale;
  const bar = (kind: "must" | "aim", at: number | undefined): string[] => {
    if (at === undefined) return [];
    const x = LEFT + at * scale;
    return [element("line", { class: kind, x1: x, y1: y - 2, x2: x, y2: y + BAR + 2 })];
  };
  const end = LEFT + Math.max(length, (must ?? 0) * scale, (aim ?? 0) * scale);
  return [
    words({ x: LEFT - 10, y: y + 12, "text-anchor": "end" }, `${what} : ${against}`),
    element("rect", { class: "ours", x: LEFT, y, width: Math.max(1, length), height: BAR, rx: 2 }),
    ...bar("must", must),
    ...bar("aim", aim),
    words({ x: end + 8, y: y + 12 }, ratio.toFixed(2)),
  ];
}

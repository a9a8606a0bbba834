/** Everybody under the same loads, as bars: the median, and a line from the lowest to the highest. */

import type { LoadResult, Outcome } from "../bench/results.ts";
import { figureText } from "../bench/table.ts";
import { drawing, element, words } from "./svg.ts";

/** Where things stand, in pixels. */
const WIDTH = 760;
const LEFT = 150;
const RIGHT = 110;
const TOP = 50;
const BAR = 16;
const STEP = 22;
const HEAD = 30;

/** Draws loads below each other, each with a scale of its own: what is compared is one load. */
export function barsOf(title: string, loads: readonly LoadResult[]): string {
  const body: string[] = [];
  let y = TOP;
  for (const load of loads) {
    const scale = (WIDTH - LEFT - RIGHT) / Math.max(...load.outcomes.map(({ highest }) => highest));
    body.push(words({ x: 20, y: y + 18 }, `${load.name}, ${load.unit} a second`));
    y += HEAD;
    for (const [index, outcome] of load.outcomes.entries()) {
      body.push(...barOf(outcome, index === 0, y, scale));
      y += STEP;
    }
    y += 8;
  }
  const description = loads.map(({ name, unit, outcomes }) => {
    const all = outcomes.map(({ contender, perSecond }) => `${contender} ${figureText(perSecond)}`);
    return `${name}, ${unit} a second: ${all.join(", ")}.`;
  }).join(" ");
  return drawing({ width: WIDTH, height: y + 12, title, description }, body);
}

function barOf(outcome: Outcome, isOurs: boolean, y: number, scale: number): string[] {
  const { contender, perSecond, lowest, highest } = outcome;
  const middle = y + BAR / 2;
  const [from, to] = [LEFT + lowest * scale, LEFT + highest * scale];
  const bar = { x: LEFT, y, width: Math.max(1, perSecond * scale), height: BAR, rx: 2 };
  return [
    words({ x: LEFT - 10, y: y + 13, "text-anchor": "end" }, contender),
    element("rect", { class: isOurs ? "ours" : "theirs", ...bar }),
    element("line", { class: "range", x1: from, y1: middle, x2: to, y2: middle }),
    words({ x: Math.max(to, LEFT + perSecond * scale) + 8, y: y + 13 }, figureText(perSecond)),
  ];
}

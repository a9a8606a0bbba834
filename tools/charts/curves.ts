/** What one operation costs as something grows: a panel for each load with an axis. */

import type { LoadResult, Outcome } from "../bench/results.ts";
import { figureText } from "../bench/table.ts";
import { drawing, element, pixel, words } from "./svg.ts";

/** Where things stand, in pixels. */
const WIDTH = 760;
const TOP = 96;
const PANEL_HEIGHT = 150;
const HEIGHT = TOP + PANEL_HEIGHT + 56;
const MARGIN = 40;
const GAP = 60;

/** A point of a curve. */
export interface Point {
  readonly at: number;
  /** Microseconds for each operation. */
  readonly cost: number;
}

/** The points of a load, by its axis; processor time, or time passed where that is not known. */
export function pointsOf(outcomes: readonly Outcome[]): Point[] {
  const isKnown = outcomes.every(({ at, cpuMicroseconds }) => {
    return at === undefined || cpuMicroseconds !== undefined;
  });
  return outcomes.flatMap(({ at, cpuMicroseconds, perSecond }): Point[] => {
    if (at === undefined) return [];
    return [{ at, cost: isKnown ? cpuMicroseconds! : 1e6 / perSecond }];
  }).sort((a, b) => a.at - b.at);
}

/** Draws the panels beside each other. The axes begin at nothing, and grow tenfold a step. */
export function curvesOf(title: string, loads: readonly LoadResult[]): string {
  const panel = (WIDTH - MARGIN) / Math.max(1, loads.length);
  const body = loads.flatMap((load, index) => panelOf(load, MARGIN + index * panel, panel - GAP));
  const description = loads.map(({ name, axis, outcomes }) => {
    const points = pointsOf(outcomes).map(({ at, cost }) => `${at} ${axis}: ${figureText(cost)}`);
    return `${name}, microseconds: ${points.join(", ")}.`;
  }).join(" ");
  return drawing({ width: WIDTH, height: HEIGHT, title, description }, body);
}

function panelOf({ name, axis, outcomes }: LoadResult, left: number, width: number): string[] {
  const points = pointsOf(outcomes);
  const most = Math.max(...points.map(({ cost }) => cost)) * 1.15;
  const [first, last] = [Math.log(points[0]!.at), Math.log(points.at(-1)!.at)];
  const bottom = TOP + PANEL_HEIGHT;
  const places = points.map(({ at, cost }) => ({
    x: left + (Math.log(at) - first) / Math.max(1e-9, last - first) * width,
    y: bottom - cost / most * PANEL_HEIGHT,
    ...{ at, cost },
  }));
  const line = places.map(({ x, y }) => `${pixel(x)},${pixel(y)}`).join(" ");
  return [
    words({ x: left, y: TOP - 36 }, name.split(",")[0]!),
    words({ class: "note", x: left, y: TOP - 20 }, `us for each, by ${axis}`),
    element("line", { class: "grid", x1: left, y1: bottom, x2: left + width, y2: bottom }),
    element("polyline", { class: "curve", points: line }),
    ...places.flatMap(({ x, y, at, cost }) => [
      element("circle", { class: "ours", cx: x, cy: y, r: 4 }),
      words({ x, y: y - 10, "text-anchor": "middle" }, figureText(cost)),
      words({ class: "note", x, y: bottom + 18, "text-anchor": "middle" }, shortOf(at)),
    ]),
  ];
}

/** A count in the space of a label: `1,000`, `10 k`, `1 M`. */
function shortOf(count: number): string {
  if (count >= 1e6) return `${count / 1e6} M`;
  return count >= 10_000 ? `${count / 1000} k` : count.toLocaleString("en-US");
}

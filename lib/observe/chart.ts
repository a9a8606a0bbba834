/**
 * A line chart as inline SVG, for the last two minutes. Pure. The scale is logarithmic: of two
 * services, the one with a hundredth of the requests is seen as well.
 */

import { HISTORY_LENGTH } from "./history.ts";
import { type Markup, markup } from "./markup.ts";

/** One thing in a chart. */
export interface ChartLine {
  /** What it is. */
  readonly name: string;
  /** Which colour and dash it has: the same one in every chart. */
  readonly style: number;
  /** One second apart, the newest last; `undefined` where nothing was measured. */
  readonly values: readonly (number | undefined)[];
}

/** What a chart shows. */
export interface ChartContent {
  /** What it is a chart of. */
  readonly title: string;
  /** In the order of the legend. */
  readonly lines: readonly ChartLine[];
  /** A value as people read it. */
  readonly text: (value: number) => string;
}

const WIDTH = 400;
const HEIGHT = 160;
/** Where the lines are: the rest is for the axes. */
const BOX = { left: 52, right: WIDTH - 6, top: 8, bottom: HEIGHT - 20 } as const;

/** Colours and dashes there are. */
const STYLES = 6;

/** The values at the bottom and at the top, as powers of ten. */
interface Scale {
  readonly from: number;
  readonly to: number;
}

/** What stands where a scale would be that nothing is measured by. */
const NOTHING = markup`<text x="${(BOX.left + BOX.right) / 2}" y="${
  (BOX.top + BOX.bottom) / 2
}" text-anchor="middle">Nothing in this time</text>`;

/** Draws a chart with its legend. */
export function chart({ title, lines, text }: ChartContent): Markup {
  const values = lines.flatMap((line) => line.values);
  const scale = scaleOf(values);
  const said = lines.map(({ name, values }) => `${name} ${latest(values, text)}`).join(", ");
  return markup`
    <figure>
      <figcaption>${title}</figcaption>
      <svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"
        aria-label="${title}, now: ${said === "" ? "nothing" : said}">
    ${values.every((value) => value === undefined) ? NOTHING : grid(scale, text)}
    <text x="${BOX.left}" y="${HEIGHT - 5}">${HISTORY_LENGTH} s ago</text>
    <text x="${BOX.right}" y="${HEIGHT - 5}" text-anchor="end">now</text>
    ${lines.map(({ values, style }) => drawn(path(values, scale), style))}
      </svg>
      <ul class="legend">${lines.map((line) => legend(line, text))}</ul>
    </figure>
  `;
}

function drawn(path: string, style: number): Markup {
  return markup`<path class="line c${style % STYLES}" d="${path}" />`;
}

function legend(
  { name, values, style }: ChartLine,
  text: ChartContent["text"],
): Markup {
  return markup`<li><svg class="key" viewBox="0 0 24 8" aria-hidden="true">${
    drawn("M0 4H24", style)
  }</svg> ${name} <b>${latest(values, text)}</b></li>`;
}

/** Whole powers of ten around all values, two at least: axes that jump would be hard to follow. */
function scaleOf(values: readonly (number | undefined)[]): Scale {
  const powers = values.filter((value) => value !== undefined && value > 0)
    .map((value) => Math.log10(value!));
  if (powers.length === 0) return { from: 0, to: 2 };
  const from = Math.floor(Math.min(...powers));
  return { from, to: Math.max(from + 2, Math.ceil(Math.max(...powers))) };
}

function grid({ from, to }: Scale, text: ChartContent["text"]): Markup[] {
  const powers = Array.from({ length: to - from + 1 }, (_, step) => from + step);
  return powers.map((power) => {
    const y = heightOf(10 ** power, { from, to });
    return markup`<path class="grid" d="M${BOX.left} ${y}H${BOX.right}" /><text x="${
      BOX.left - 5
    }" y="${y + 4}" text-anchor="end">${text(10 ** power)}</text>`;
  });
}

/** How far down a value is drawn; zero, which has no logarithm, is at the bottom. */
function heightOf(value: number, { from, to }: Scale): number {
  const share = value <= 0 ? 0 : Math.max(0, (Math.log10(value) - from) / (to - from));
  return Number((BOX.bottom - share * (BOX.bottom - BOX.top)).toFixed(1));
}

/** A line with gaps where nothing was measured. */
function path(values: readonly (number | undefined)[], scale: Scale): string {
  const step = (BOX.right - BOX.left) / (HISTORY_LENGTH - 1);
  let isDown = false;
  return values.map((value, index) => {
    if (value === undefined) {
      isDown = false;
      return "";
    }
    const x = (BOX.right - (values.length - 1 - index) * step).toFixed(1);
    const y = heightOf(value, scale);
    // A point between two gaps would draw nothing: it is a line as long as the pen is wide.
    const pen = isDown ? "L" : `M${x} ${y}L`;
    isDown = true;
    return `${pen}${x} ${y}`;
  }).join("");
}

function latest(values: readonly (number | undefined)[], text: (value: number) => string): string {
  const value = values.at(-1);
  return value === undefined ? "none" : text(value);
}

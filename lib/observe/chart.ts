/** A line chart as inline SVG, for the last two minutes. Pure. */

import { HISTORY_LENGTH } from "./history.ts";
import { type Markup, markup } from "./markup.ts";

/** What a chart shows. */
export interface ChartContent {
  /** What it is a chart of. */
  readonly title: string;
  /** Each in its own colour and dash; values are one second apart, the newest last. */
  readonly lines: readonly {
    readonly name: string;
    readonly values: readonly (number | undefined)[];
  }[];
  /** A value as people read it. */
  readonly text: (value: number) => string;
}

const WIDTH = 600;
const HEIGHT = 200;
/** Where the lines are: the rest is for the axes. */
const BOX = { left: 56, right: WIDTH - 8, top: 8, bottom: HEIGHT - 22 } as const;

/** Draws a chart with its legend. */
export function chart({ title, lines, text }: ChartContent): Markup {
  const most = niceTop(Math.max(0, ...lines.flatMap(({ values }) => values.map((v) => v ?? 0))));
  const legend = lines.map(({ name, values }, index) =>
    markup`<li><svg class="key" viewBox="0 0 24 8" aria-hidden="true"><path class="line c${
      index % 6
    }" d="M0 4H24"/></svg> ${name} <b>${latest(values, text)}</b></li>`
  );
  const said = lines.map(({ name, values }) => `${name} ${latest(values, text)}`).join(", ");
  return markup`
    <figure>
      <figcaption>${title}</figcaption>
      <svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"
        aria-label="${title}, now: ${said}">
    ${[0, 0.5, 1].map((share) => gridLine(share, text(most * share)))}
    <text x="${BOX.left}" y="${HEIGHT - 6}">${HISTORY_LENGTH} s ago</text>
    <text x="${BOX.right}" y="${HEIGHT - 6}" text-anchor="end">now</text>
    ${
    lines.map(({ values }, index) =>
      markup`
        <path class="line c${index % 6}" d="${path(values, most)}" />
      `
    )
  }
      </svg>
      <ul class="legend">${legend}</ul>
    </figure>
  `;
}

function gridLine(share: number, label: string): Markup {
  const y = BOX.bottom - share * (BOX.bottom - BOX.top);
  return markup`
    <path class="grid" d="M${BOX.left} ${y}H${BOX.right}" />
    <text x="${BOX.left - 6}" y="${y + 4}" text-anchor="end">${label}</text>
  `;
}

/** A line with gaps where nothing was measured. */
function path(values: readonly (number | undefined)[], most: number): string {
  const step = (BOX.right - BOX.left) / (HISTORY_LENGTH - 1);
  let isDown = false;
  return values.map((value, index) => {
    if (value === undefined) {
      isDown = false;
      return "";
    }
    const x = BOX.right - (values.length - 1 - index) * step;
    const y = BOX.bottom - (value / most) * (BOX.bottom - BOX.top);
    // A point between two gaps would draw nothing: it is a line as long as the pen is wide.
    const pen = isDown ? "L" : `M${x.toFixed(1)} ${y.toFixed(1)}L`;
    isDown = true;
    return `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
  }).join("");
}

/** The top of the axis: 1, 2 or 5 times a power of ten, so that it seldom changes. */
function niceTop(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((times) => times * power).find((top) => top >= most) ?? most;
}

function latest(values: readonly (number | undefined)[], text: (value: number) => string): string {
  const value = values.at(-1);
  return value === undefined ? "none" : text(value);
}

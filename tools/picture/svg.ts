/** Terminals drawn as SVG, so that a document can show them. Pure. */

import type { Look, Run } from "./cells.ts";

/** A terminal: its title, what is on it, and its size in characters. */
export interface TerminalView {
  readonly title: string;
  readonly lines: readonly (readonly Run[])[];
  /** Column and row, from 0. */
  readonly cursor: readonly [column: number, row: number];
  readonly columns: number;
  readonly rows: number;
}

const CELL = { width: 7.8, height: 18 };
const PADDING = 12;
const BAR = 28;
const GAP = 16;
const TEXT_COLOUR = "#d8dee9";
/** The 16 colours of a terminal, as they are read well on a dark one. */
const PALETTE = [
  ...["#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9"],
  ...["#7f8794", "#f08a93", "#b5e08f", "#f5d78e", "#84c5ff", "#dc9ced", "#7fd5df", "#ffffff"],
];

/** Draws terminals side by side. @param description what is to be seen, for who cannot see it */
export function drawTerminals(views: readonly TerminalView[], description: string): string {
  const sizes = views.map(({ columns, rows }) => ({
    width: Math.ceil(columns * CELL.width) + 2 * PADDING,
    height: rows * CELL.height + 2 * PADDING + BAR,
  }));
  const width = sizes.reduce((sum, size) => sum + size.width + GAP, -GAP);
  const height = Math.max(...sizes.map((size) => size.height));
  let left = 0;
  const drawn = views.map((view, index) => {
    const window = drawWindow(view, sizes[index]!, left);
    left += sizes[index]!.width + GAP;
    return window;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" role="img">`,
    `<title>${escaped(description)}</title>`,
    "<style>text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;" +
    `fill:${TEXT_COLOUR};white-space:pre}</style>`,
    ...drawn.flat(),
    "</svg>",
    "",
  ].join("\n");
}

function drawWindow(
  view: TerminalView,
  { width, height }: { readonly width: number; readonly height: number },
  left: number,
): string[] {
  const dots = ["#ff5f57", "#febc2e", "#28c840"].map((colour, index) =>
    `<circle cx="${18 + index * 18}" cy="14" r="5" fill="${colour}"/>`
  );
  const [column, row] = view.cursor;
  return [
    `<g transform="translate(${left} 0)">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#1e222a"/>`,
    ...dots,
    `<text x="${width / 2}" y="19" text-anchor="middle" opacity="0.7">${
      escaped(view.title)
    }</text>`,
    `<rect x="${x(column)}" y="${baseline(row) - 13}" width="${CELL.width}" height="16" ` +
    `fill="${TEXT_COLOUR}" opacity="0.6"/>`,
    ...view.lines.flatMap(drawLine),
    "</g>",
  ];
}

function drawLine(runs: readonly Run[], row: number): string[] {
  let column = 0;
  return runs.flatMap(({ text, look }) => {
    const at = column;
    column += [...text].length;
    if (text.trim() === "" && !look.inverse) return [];
    const [start, length] = [x(at), round((column - at) * CELL.width)];
    const written = `<text x="${start}" y="${baseline(row)}" textLength="${length}"` +
      `${attributes(look)} xml:space="preserve">${escaped(text)}</text>`;
    if (!look.inverse) return [written];
    const box = `<rect x="${start}" y="${baseline(row) - 13}" width="${length}" ` +
      `height="${CELL.height}" fill="${TEXT_COLOUR}"/>`;
    return [box, written];
  });
}

function attributes({ colour, bold, faint, inverse }: Look): string {
  const fill = inverse ? "#1e222a" : colour === undefined ? undefined : PALETTE[colour];
  return (fill === undefined ? "" : ` style="fill:${fill}"`) +
    (bold ? ' font-weight="bold"' : "") + (faint ? ' opacity="0.65"' : "");
}

function x(column: number): number {
  return round(PADDING + column * CELL.width);
}

function baseline(row: number): number {
  return BAR + PADDING + row * CELL.height + 13;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

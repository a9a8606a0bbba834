/** SVG as text: elements, and a drawing that is readable on light and on dark pages. Pure. */

import { escapeHtml } from "../../lib/observe/markup.ts";

/** What stands in an element's start tag. */
export type Attributes = Readonly<Record<string, string | number>>;

/** An element with what is in it: other elements, or text that {@linkcode words} made safe. */
export function element(
  name: string,
  attributes: Attributes,
  children: readonly string[] = [],
): string {
  const start = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(value)}"`);
  const open = `<${name}${start.join("")}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join("")}</${name}>`;
}

/** A line of text. */
export function words(attributes: Attributes, text: string): string {
  return element("text", attributes, [escapeHtml(text)]);
}

/** What a drawing is about. */
export interface DrawingHead {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** What is to be seen, for those who cannot see it. */
  readonly description: string;
}

/**
 * Colours by class, so that a page's theme decides. The ground is painted: a page may be dark where
 * the system is light, and text without a ground of its own would vanish.
 */
const STYLE = `
  .ground { fill: #fcfcfb; stroke: #e1e0d9 }
  text { font: 13px system-ui, sans-serif; fill: #0b0b0b }
  .title { font-size: 16px; font-weight: 600 }
  .note { fill: #52514e; font-size: 12px }
  .ours { fill: #2a78d6 }
  .theirs { fill: #a9a79e }
  .range, .grid { stroke: #52514e; stroke-width: 1 }
  .grid { stroke: #e1e0d9 }
  .must { stroke: #d03b3b; stroke-width: 2 }
  .aim { stroke: #52514e; stroke-width: 2; stroke-dasharray: 3 3 }
  .curve { stroke: #2a78d6; stroke-width: 2; fill: none }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #1a1a19; stroke: #383835 }
    text { fill: #ffffff }
    .note { fill: #c3c2b7 }
    .ours { fill: #3987e5 }
    .theirs { fill: #77756e }
    .range { stroke: #c3c2b7 }
    .grid { stroke: #383835 }
    .must { stroke: #e66767 }
    .aim { stroke: #c3c2b7 }
    .curve { stroke: #3987e5 }
  }
`;

/** A whole file, an element a line. */
export function drawing(head: DrawingHead, body: readonly string[]): string {
  const { width, height, title, description } = head;
  const edge = { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 6 };
  const lines = [
    `<title>${escapeHtml(title)}</title>`,
    `<desc>${escapeHtml(description)}</desc>`,
    `<style>${STYLE}</style>`,
    element("rect", { class: "ground", ...edge }),
    words({ class: "title", x: 20, y: 30 }, title),
    ...body,
  ];
  const attributes = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${attributes} role="img">\n` +
    `${lines.join("\n")}\n</svg>\n`;
}

/** A coordinate as it is written: a tenth of a pixel is more than anybody sees. */
export function pixel(value: number): number {
  return Math.round(value * 10) / 10;
}

function attribute(value: string | number): string {
  return typeof value === "number" ? String(pixel(value)) : escapeHtml(value);
}

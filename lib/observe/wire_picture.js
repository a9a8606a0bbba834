// @ts-check
/**
 * The sequence diagram as a file of its own. Pure, and JavaScript for the same reason as
 * `wire_diagram.js`.
 *
 * @import { WireJson } from "./wire_json.ts"
 */

import { headMarkup, lifelineMarkup, rowMarkup, timeMarkup } from "./wire_diagram.js";
import { HEAD_HEIGHT, heightOf, layoutOf } from "./wire_layout.js";

/** Room for the columns. */
const EXPORT_WIDTH = 1200;

const EXPORT_STYLE =
  `text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: #1c2128; }
.party rect { fill: #eaeef2; stroke: #57606a; } .back { fill: none; } .life { stroke: #8c959f; }
.arrow { stroke: #1c2128; stroke-width: 1.5; fill: none; } .udp .arrow { stroke-dasharray: 6 4; }
.tls .arrow { stroke-width: 3; }
.say, .how { paint-order: stroke; stroke: #ffffff; stroke-width: 3px; } .tip { fill: #1c2128; } .time, .how, .which { fill: #57606a; font-size: 11px; }`;

/**
 * A whole diagram as a file of its own.
 *
 * @param {readonly WireJson[]} messages
 * @returns {string}
 */
export function diagramSvg(messages) {
  const { width } = layoutOf(messages, EXPORT_WIDTH);
  // All of a picture can be seen: nothing in it has to stay in view.
  const layout = layoutOf(messages, Math.max(width, EXPORT_WIDTH));
  const height = heightOf(messages.length);
  const rows = messages.map((message, index) =>
    rowMarkup(message, layout, index) + timeMarkup(message, index)
  ).join("\n");
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${layout.width}" height="${
    HEAD_HEIGHT + height
  }" viewBox="0 0 ${layout.width} ${HEAD_HEIGHT + height}">
<style>${EXPORT_STYLE}</style>
<rect width="100%" height="100%" fill="#ffffff"/>
${headMarkup(layout)}
<g transform="translate(0 ${HEAD_HEIGHT})">
${lifelineMarkup(layout, height)}
${rows}
</g>
</svg>
`;
}

// @ts-check
/**
 * The sequence diagram of the wire view: messages in, SVG out. Pure, and JavaScript, because it runs
 * in two places: in the browser, which is served this very file, and in the program that exports.
 *
 * @import { WireJson } from "./wire_json.ts"
 */

/** Width of the column of times, and height of a row. */
const GUTTER = 100;
const ROW = 46;

/** Between the columns of parties: as much as there is room for, within these bounds. */
const SPACING = { least: 130, most: 260 };

/** Room for the columns of an exported diagram. */
const EXPORT_WIDTH = 1200;

/** Height of the names above the rows. */
export const HEAD_HEIGHT = 47;

/** Width of a character of the font, which is a monospaced one. */
const CHARACTER = 7.3;

/** How far an arrow to oneself goes out and back. */
const LOOP = 90;

/** A text may be so wide, however short its arrow is. */
const LEAST_TEXT = 230;

/**
 * Where everything stands.
 *
 * @typedef {object} Layout
 * @property {readonly string[]} parties in the order of their columns
 * @property {number} spacing between two columns, in pixels
 * @property {number} width in pixels
 */

/**
 * Which messages are shown.
 *
 * @typedef {object} WireFilter
 * @property {string} user whose messages, sent or received; empty for everybody's
 * @property {string} protocol empty for all
 * @property {boolean} connections whether beginnings and ends of connections are shown
 */

/**
 * Whether a message is shown.
 *
 * @param {WireJson} message
 * @param {WireFilter} filter
 * @returns {boolean}
 */
export function isShown({ kind, user, from, to, protocol }, filter) {
  if (kind !== "message" && !filter.connections) return false;
  if (filter.protocol !== "" && filter.protocol !== protocol) return false;
  return filter.user === "" || [user, from.name, to.name].includes(filter.user);
}

/**
 * Columns for the parties of some messages: clients, then balancers, then servers, each in the order
 * in which they appeared.
 *
 * @param {readonly WireJson[]} messages
 * @param {number} room for all of it, in pixels
 * @returns {Layout}
 */
export function layoutOf(messages, room) {
  const names = new Set(messages.flatMap(({ from, to }) => [from.name, to.name]));
  const parties = [...names].map((name) => ({ name, rank: rankOf(name) }))
    .sort((one, other) => one.rank - other.rank).map(({ name }) => name);
  const columns = Math.max(1, parties.length);
  const fitting = Math.floor((room - GUTTER) / columns);
  const spacing = Math.min(SPACING.most, Math.max(SPACING.least, fitting));
  return { parties, spacing, width: GUTTER + columns * spacing };
}

/** @param {string} name */
function rankOf(name) {
  if (/^server( |$)/.test(name)) return 2;
  return /^balancer( |$)/.test(name) ? 1 : 0;
}

/**
 * @param {Layout} layout
 * @param {string} name
 */
function columnOf({ parties, spacing }, name) {
  return GUTTER + (parties.indexOf(name) + 0.5) * spacing;
}

/**
 * How high so many rows are.
 *
 * @param {number} rows
 * @returns {number}
 */
export function heightOf(rows) {
  return Math.max(1, rows) * ROW + 10;
}

/**
 * The names above the columns.
 *
 * @param {Layout} layout
 * @returns {string}
 */
export function headMarkup(layout) {
  return layout.parties.map((name) => {
    const x = columnOf(layout, name);
    const width = layout.spacing - 12;
    // Which server, or balancer, stands below what it is.
    const [, what = name, which = ""] = /^(server|balancer) (.+)$/.exec(name) ?? [];
    const line = (/** @type {string} */ text, /** @type {number} */ y, kind = "") =>
      text === ""
        ? ""
        : `<text${kind} x="${x}" y="${y}" text-anchor="middle">${
          escapeMarkup(fit(text, width - 8))
        }</text>`;
    return `<g class="party"><title>${escapeMarkup(name)}</title>` +
      `<rect x="${x - width / 2}" y="5" width="${width}" height="36" rx="6"/>` +
      line(what, which === "" ? 28 : 20) + line(which, 34, ' class="which"') + "</g>";
  }).join("");
}

/**
 * The lines below the names.
 *
 * @param {Layout} layout
 * @param {number} height
 * @returns {string}
 */
export function lifelineMarkup(layout, height) {
  return layout.parties.map((name) => {
    const x = columnOf(layout, name);
    return `<line class="life" x1="${x}" y1="0" x2="${x}" y2="${height}"/>`;
  }).join("");
}

/**
 * One message as a row: the time, an arrow from party to party, the text above it, and how it went
 * below.
 *
 * @param {WireJson} message
 * @param {Layout} layout
 * @param {number} index of the row
 * @returns {string}
 */
export function rowMarkup(message, layout, index) {
  const { id, kind, transport, from, to, text } = message;
  const y = index * ROW + 30;
  const [start, end] = [columnOf(layout, from.name), columnOf(layout, to.name)];
  const shown = fit(text, Math.max(LEAST_TEXT, Math.abs(end - start) - 24));
  const half = [...shown].length * CHARACTER / 2;
  const centre = start === end ? start + LOOP / 2 : (start + end) / 2;
  // A text that is wider than its arrow stays within the diagram.
  const middle = Math.max(GUTTER + half, Math.min(layout.width - 4 - half, centre));
  const kinds = `row ${kind} ${transport.toLowerCase()}`;
  return `<g class="${kinds}" data-id="${id}" role="button" tabindex="-1" aria-label="${
    escapeMarkup(sentenceOf(message))
  }">` +
    `<rect class="back" x="0" y="${y - 28}" width="${layout.width}" height="${ROW}"/>` +
    `<text class="time" x="8" y="${y + 4}">${timeOf(message)}</text>` +
    arrowMarkup(start, end, y) +
    `<text class="say" x="${middle}" y="${y - 7}" text-anchor="middle">${
      escapeMarkup(shown)
    }</text>` +
    `<text class="how" x="${middle}" y="${y + 13}" text-anchor="middle">${
      escapeMarkup(`${transport} ${from.port} \u2192 ${to.port}`)
    }</text></g>`;
}

/**
 * @param {number} start
 * @param {number} end
 * @param {number} y
 */
function arrowMarkup(start, end, y) {
  if (start === end) {
    const path = `M${start} ${y - 4}h${LOOP}v8h${4 - LOOP}`;
    return `<path class="arrow" d="${path}"/>` + tipMarkup(start, y + 4, 1);
  }
  const side = Math.sign(start - end);
  return `<path class="arrow" d="M${start} ${y}H${end + side * 4}"/>` + tipMarkup(end, y, side);
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} side
 */
function tipMarkup(x, y, side) {
  return `<path class="tip" d="M${x} ${y}l${side * 10} -5v10z"/>`;
}

/**
 * A message in words, for those who hear it.
 *
 * @param {WireJson} message
 * @returns {string}
 */
export function sentenceOf(message) {
  const { transport, from, to, text } = message;
  return `${
    timeOf(message)
  }, ${transport}, ${from.name} port ${from.port} to ${to.name} port ${to.port}: ${text}`;
}

/**
 * The time of day of a message, as clocks here show it.
 *
 * @param {WireJson} message
 * @returns {string}
 */
export function timeOf({ time }) {
  const at = new Date(time);
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return `${clock}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/**
 * As much of a text as fits so many pixels.
 *
 * @param {string} text
 * @param {number} width
 */
function fit(text, width) {
  const characters = [...text];
  const most = Math.max(4, Math.floor(width / CHARACTER));
  return characters.length <= most ? text : characters.slice(0, most - 1).join("") + "\u2026";
}

/** @type {Readonly<Record<string, string>>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * Any text as it may stand in markup, in content and in attributes: what `escapeHtml` of `markup.ts`
 * does for pages. It was made visible before.
 *
 * @param {string} text
 * @returns {string}
 */
export function escapeMarkup(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

const EXPORT_STYLE =
  `text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: #1c2128; }
.party rect { fill: #eaeef2; stroke: #57606a; } .back { fill: none; } .life { stroke: #8c959f; }
.arrow { stroke: #1c2128; stroke-width: 1.5; fill: none; } .udp .arrow { stroke-dasharray: 6 4; }
.say, .how { paint-order: stroke; stroke: #ffffff; stroke-width: 3px; } .tip { fill: #1c2128; } .time, .how, .which { fill: #57606a; font-size: 11px; }`;

/**
 * A whole diagram as a file of its own.
 *
 * @param {readonly WireJson[]} messages
 * @returns {string}
 */
export function diagramSvg(messages) {
  const layout = layoutOf(messages, EXPORT_WIDTH);
  const height = heightOf(messages.length);
  const rows = messages.map((message, index) => rowMarkup(message, layout, index)).join("\n");
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

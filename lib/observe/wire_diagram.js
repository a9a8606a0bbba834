// @ts-check
/**
 * The sequence diagram of the wire view: messages in, SVG out. Pure, and JavaScript, because it runs
 * in two places: in the browser, which is served this very file, and in the program that exports.
 *
 * @import { WireJson } from "./wire_json.ts"
 * @import { Layout } from "./wire_layout.js"
 */

import { columnOf, GUTTER, openPart, pinnedAt, ROW } from "./wire_layout.js";

/** Width of a character of the font, which is a monospaced one. */
const CHARACTER = 7.3;

/** How far an arrow to oneself goes out and back. */
const LOOP = 90;

/** A text may be so wide, however short its arrow is. */
const LEAST_TEXT = 230;

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
 * One message as a row: an arrow from party to party, the text above it, and how it went below.
 *
 * @param {WireJson} message
 * @param {Layout} layout
 * @param {number} index of the row
 * @param {number} [left] how far the diagram has been moved sideways
 * @returns {string}
 */
export function rowMarkup(message, layout, index, left = 0) {
  return `<g class="row ${kindsOf(message)}" data-id="${message.id}" role="button" tabindex="-1" ` +
    `aria-label="${escapeMarkup(sentenceOf(message))}">` +
    backMarkup(index, layout.width) + arrowMarkup(message, layout, index) +
    wordsMarkup(message, layout, index, left) + "</g>";
}

/**
 * The time of a row, for a layer that stays at the left.
 *
 * @param {WireJson} message
 * @param {number} index
 * @returns {string}
 */
export function timeMarkup(message, index) {
  return `<g data-id="${message.id}">${backMarkup(index, GUTTER)}` +
    `<text class="time" x="8" y="${lineOf(index) + 4}">${timeOf(message)}</text></g>`;
}

/**
 * What of a row reaches the columns that stay at the right, for the layer of these.
 *
 * @param {WireJson} message
 * @param {Layout} layout
 * @param {number} index
 * @returns {string}
 */
export function endMarkup(message, layout, index) {
  const ends = endsOf(message, layout);
  const isWithin = Math.min(...ends) > pinnedAt(layout);
  return `<g class="${kindsOf(message)}" data-id="${message.id}">` +
    backMarkup(index, layout.width) + arrowMarkup(message, layout, index) +
    (isWithin ? wordsMarkup(message, layout, index, 0) : "") + "</g>";
}

/**
 * The words of a row, as much of them as there is room for, and where they are seen.
 *
 * @param {WireJson} message
 * @param {Layout} layout
 * @param {number} left how far the diagram has been moved sideways
 * @returns {{ say: string, how: string, middle: number }}
 */
export function wordsOf(message, layout, left) {
  const ends = endsOf(message, layout);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const [from, to] = openPart(layout, ends, left);
  const say = fit(message.text, Math.min(Math.max(LEAST_TEXT, high - low - 24), to - from));
  const how = fit(howOf(message, ends, [from, to]), to - from);
  const half = Math.max([...say].length, [...how].length) * CHARACTER / 2;
  const centre = low === high
    ? low + LOOP / 2
    : (Math.max(low, Math.min(from, high)) + Math.min(high, Math.max(to, low))) / 2;
  // A text that is wider than its arrow stays within what is seen.
  return { say, how, middle: Math.max(from + half, Math.min(to - half, centre)) };
}

/**
 * How a message went, and whose it is where their column is out of view.
 *
 * @param {WireJson} message
 * @param {readonly [start: number, end: number]} ends
 * @param {readonly [from: number, to: number]} seen
 */
function howOf({ transport, from, to }, ends, seen) {
  const how = `${transport} ${from.port} \u2192 ${to.port}`;
  const client = ends[0] < ends[1] ? from : to;
  const column = Math.min(...ends);
  return column < seen[0] || column > seen[1] ? `${client.name}: ${how}` : how;
}

/**
 * @param {WireJson} message
 * @param {Layout} layout
 * @param {number} index
 * @param {number} left
 */
function wordsMarkup(message, layout, index, left) {
  const { say, how, middle } = wordsOf(message, layout, left);
  const text = (/** @type {string} */ kind, /** @type {number} */ y, /** @type {string} */ words) =>
    `<text class="${kind}" x="${middle}" y="${y}" text-anchor="middle">${
      escapeMarkup(words)
    }</text>`;
  return text("say", lineOf(index) - 7, say) + text("how", lineOf(index) + 13, how);
}

/** @param {WireJson} message */
function kindsOf({ kind, transport }) {
  return `${kind} ${transport.toLowerCase()}`;
}

/**
 * @param {WireJson} message
 * @param {Layout} layout
 * @returns {readonly [start: number, end: number]}
 */
function endsOf({ from, to }, layout) {
  return [columnOf(layout, from.name), columnOf(layout, to.name)];
}

/** @param {number} index */
function lineOf(index) {
  return index * ROW + 30;
}

/**
 * @param {number} index
 * @param {number} width
 */
function backMarkup(index, width) {
  return `<rect class="back" x="0" y="${lineOf(index) - 28}" width="${width}" height="${ROW}"/>`;
}

/**
 * @param {WireJson} message
 * @param {Layout} layout
 * @param {number} index
 */
function arrowMarkup(message, layout, index) {
  const [start, end] = endsOf(message, layout);
  const y = lineOf(index);
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

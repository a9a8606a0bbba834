// @ts-check
/**
 * Where everything of the sequence diagram stands: which messages are shown, and in which columns and
 * rows. Pure, and JavaScript for the same reason as `wire_diagram.js`.
 *
 * @import { WireJson } from "./wire_json.ts"
 */

/** Width of the column of times, and height of a row. */
export const GUTTER = 100;
export const ROW = 46;

/** Between the columns of parties: as much as there is room for, within these bounds. */
const SPACING = { least: 130, most: 260 };

/** Beside columns that stay in view there is at least so much room for those that move. */
const LEAST_OPEN = 80;

/** Height of the names above the rows. */
export const HEAD_HEIGHT = 47;

/**
 * Where everything stands.
 *
 * @typedef {object} Layout
 * @property {readonly string[]} parties in the order of their columns
 * @property {number} spacing between two columns, in pixels
 * @property {number} width in pixels
 * @property {number} room how much of the width can be seen at the same time
 * @property {number} pinned how many columns stay at the right edge of what is seen: programs, where
 *   not all fits
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
 * Whether a message is shown. A name is taken as people type it: `Alice` is alice, and `server` every
 * server.
 *
 * @param {WireJson} message
 * @param {WireFilter} filter
 * @returns {boolean}
 */
export function isShown({ kind, user, from, to, protocol }, filter) {
  if (kind !== "message" && !filter.connections) return false;
  if (filter.protocol !== "" && filter.protocol !== protocol) return false;
  const wanted = filter.user.toLowerCase();
  return wanted === "" || [user, from.name, to.name].some((name = "") => {
    const [kind] = PROGRAM.exec(name) ?? [];
    return name.toLowerCase() === wanted || kind === wanted;
  });
}

/** What a program is, where its name says which one. */
const PROGRAM = /^(?:server|balancer)(?= )/;

/**
 * Columns for the parties of some messages: clients, then balancers, then servers, each in the order
 * in which they appeared.
 *
 * @param {readonly WireJson[]} messages
 * @param {number} room for all of it, in pixels
 * @returns {Layout}
 */
export function layoutOf(messages, room) {
  const ranked = [...partiesOf(messages)].map((name) => ({ name, rank: rankOf(name) }))
    .sort((one, other) => one.rank - other.rank);
  const parties = ranked.map(({ name }) => name);
  const columns = Math.max(1, parties.length);
  const fitting = Math.floor((room - GUTTER) / columns);
  const spacing = Math.min(SPACING.most, Math.max(SPACING.least, fitting));
  const width = GUTTER + columns * spacing;
  const programs = ranked.filter(({ rank }) => rank > 0).length;
  const isPinned = width > room && GUTTER + programs * spacing + LEAST_OPEN <= room;
  return { parties, spacing, width, room, pinned: isPinned ? programs : 0 };
}

/**
 * Who takes part in some messages.
 *
 * @param {readonly WireJson[]} messages
 * @returns {Set<string>}
 */
export function partiesOf(messages) {
  return new Set(messages.flatMap(({ from, to }) => [from.name, to.name]));
}

/** @param {string} name */
function rankOf(name) {
  if (/^server( |$)/.test(name)) return 2;
  return /^balancer( |$)/.test(name) ? 1 : 0;
}

/**
 * Where the column of a party is.
 *
 * @param {Layout} layout
 * @param {string} name
 * @returns {number}
 */
export function columnOf({ parties, spacing }, name) {
  return GUTTER + (parties.indexOf(name) + 0.5) * spacing;
}

/**
 * Where the columns begin that stay in view.
 *
 * @param {Layout} layout
 * @returns {number}
 */
export function pinnedAt({ width, pinned, spacing }) {
  return width - pinned * spacing;
}

/**
 * Where a text between two columns may stand, so that it is seen.
 *
 * @param {Layout} layout
 * @param {readonly [number, number]} ends of the arrow
 * @param {number} left how far the diagram has been moved sideways
 * @returns {readonly [from: number, to: number]}
 */
export function openPart(layout, [one, other], left) {
  const pins = pinnedAt(layout);
  const { width, room } = layout;
  // Between two columns that stay in view, a text does so, too.
  if (layout.pinned > 0 && Math.min(one, other) > pins) return [pins + 4, width - 4];
  const seen = Math.min(width, left + room) - (width - pins);
  return [left + GUTTER, seen - 4];
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

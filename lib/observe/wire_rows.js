/**
 * The sequence diagram as it stands in the page: what is drawn stays, new rows are added below, old
 * ones go from the top. Five layers lie on one another, so that names, times and the columns of
 * programs stay in view however the diagram is moved.
 */

import {
  endMarkup,
  headMarkup,
  lifelineMarkup,
  rowMarkup,
  timeMarkup,
  wordsOf,
} from "./wire_diagram.js";
import {
  GUTTER,
  HEAD_HEIGHT,
  heightOf,
  layoutOf,
  partiesOf,
  pinnedAt,
  ROW,
} from "./wire_layout.js";

/** So many rows may go from the top before all are numbered anew: pictures count in short floats. */
const MOST_GONE = 100_000;

/** Lifelines go on below what is seen of them. */
const LONGEST = 2 * MOST_GONE * ROW;

/** Draws messages into `box`, the element with id `diagram` of the page. */
export class WireRows {
  #box;
  #layers;
  #layout = layoutOf([], 0);
  #visible = [];
  /** How many rows have gone from the top: those that are left stay where they are. */
  #gone = 0;

  constructor(box) {
    this.#box = box;
    const layer = (name) => box.querySelector(`.${name}`);
    this.#layers = {
      ...{ head: layer("head"), headEnds: layer("head-ends") },
      ...{ rows: layer("rows"), times: layer("times"), ends: layer("ends") },
    };
    box.addEventListener("scroll", () => requestAnimationFrame(() => this.#placeWords()));
  }

  /** What is drawn, oldest first. */
  get visible() {
    return this.#visible;
  }

  /** How many columns there are where they do not fit beside one another; 0 where they do. */
  get crowd() {
    return this.#layout.width > this.#box.clientWidth ? this.#layout.parties.length : 0;
  }

  /** Shows messages, which go on where those shown before do; the reader stays where they are. */
  show(visible) {
    const isAtEnd = this.isAtEnd;
    const { scrollTop } = this.#box;
    const topmost = this.#visible[Math.floor(scrollTop / ROW)];
    const parties = partiesOf(visible);
    const { parties: drawn } = this.#layout;
    const isKnown = parties.size === drawn.length && drawn.every((name) => parties.has(name));
    if (isKnown && visible.length > 0 && this.#gone < MOST_GONE) this.#goOn(visible);
    else this.draw(visible);
    const at = visible.indexOf(topmost);
    if (isAtEnd) this.toEnd();
    else if (at >= 0) this.#box.scrollTop = at * ROW + scrollTop % ROW;
  }

  /** Draws everything anew. */
  draw(visible) {
    this.#visible = visible;
    this.#gone = 0;
    this.#layout = layoutOf(visible, this.#box.clientWidth);
    const { head, headEnds, rows, times, ends } = this.#layers;
    const { width, pinned } = this.#layout;
    const lines = `<g>${lifelineMarkup(this.#layout, LONGEST)}</g>`;
    head.innerHTML = headMarkup(this.#layout);
    headEnds.innerHTML = pinned > 0 ? headMarkup(this.#layout) : "";
    rows.innerHTML = `${lines}<g class="list"></g>`;
    times.innerHTML = `<g class="list"></g>`;
    ends.innerHTML = pinned > 0 ? `${lines}<g class="list"></g>` : "";
    this.#add(visible, 0);
    const pins = pinnedAt(this.#layout);
    setView(head, { x: 0, y: 0, width, height: HEAD_HEIGHT });
    setView(headEnds, { x: pins, y: 0, width: width - pins, height: HEAD_HEIGHT });
    this.#setHeight();
  }

  /** Whether the last row is in view. */
  get isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.#box;
    return scrollTop + clientHeight >= scrollHeight - 80;
  }

  /** Brings the last row into view. */
  toEnd() {
    this.#box.scrollTop = this.#box.scrollHeight;
  }

  /** Brings the row of a message into view, below the names; its words are placed then. */
  bring(message) {
    const at = this.#visible.indexOf(message);
    if (at < 0) return;
    const { scrollTop, clientHeight } = this.#box;
    const lowest = heightOf(at + 1) + HEAD_HEIGHT - clientHeight;
    this.#box.scrollTop = Math.min(at * ROW, Math.max(lowest, scrollTop));
  }

  /** The row of a message, where it is shown. */
  rowOf(message) {
    return message && this.#layers.rows.querySelector(`[data-id="${message.id}"]`);
  }

  /** The message whose row an element belongs to. */
  messageAt(part) {
    const id = Number(part.closest(".row")?.dataset.id);
    return this.#visible.find((message) => message.id === id);
  }

  /** Marks the row that is selected; the keyboard comes in there, or at the last one. */
  mark(selected) {
    for (const part of this.#box.querySelectorAll(".picked")) part.classList.remove("picked");
    for (const row of this.#layers.rows.querySelectorAll("[aria-pressed], [tabindex='0']")) {
      row.removeAttribute("aria-pressed");
      row.setAttribute("tabindex", "-1");
    }
    const row = this.rowOf(selected);
    row?.setAttribute("aria-pressed", "true");
    (row ?? this.#lists.rows?.lastElementChild)?.setAttribute("tabindex", "0");
    if (row === null || row === undefined) return;
    for (const part of this.#box.querySelectorAll(`[data-id="${selected.id}"]`)) {
      part.classList.add("picked");
    }
  }

  get #lists() {
    const { rows, times, ends } = this.#layers;
    const listOf = (layer) => layer.querySelector(".list");
    return { rows: listOf(rows), times: listOf(times), ends: listOf(ends) };
  }

  /** Takes away what is not among `visible` any more, and adds what is new. */
  #goOn(visible) {
    const shown = this.#visible;
    const firstId = visible[0].id;
    const lastId = shown.at(-1)?.id ?? 0;
    const left = shown.findIndex(({ id }) => id >= firstId);
    const gone = left < 0 ? shown.length : left;
    for (const list of Object.values(this.#lists)) {
      for (let times = 0; times < gone; times++) list?.firstElementChild.remove();
    }
    this.#gone += gone;
    this.#visible = visible;
    const fresh = visible.filter(({ id }) => id > lastId);
    this.#add(fresh, this.#gone + visible.length - fresh.length);
    this.#setHeight();
  }

  /** Adds rows from one number on. */
  #add(messages, from) {
    const { rows, times, ends } = this.#lists;
    const left = this.#box.scrollLeft;
    const layout = this.#layout;
    const add = (list, markupOf) =>
      list?.insertAdjacentHTML(
        "beforeend",
        messages.map((m, at) => markupOf(m, from + at)).join(""),
      );
    add(rows, (message, index) => rowMarkup(message, layout, index, left));
    add(times, timeMarkup);
    add(ends, (message, index) => endMarkup(message, layout, index));
  }

  #setHeight() {
    const { rows, times, ends } = this.#layers;
    const { width } = this.#layout;
    const pins = pinnedAt(this.#layout);
    const down = { y: this.#gone * ROW, height: heightOf(this.#visible.length) };
    setView(rows, { x: 0, width, ...down });
    setView(times, { x: 0, width: GUTTER, ...down });
    setView(ends, { x: pins, width: width - pins, ...down });
    this.#box.classList.toggle("bare", this.#visible.length === 0);
  }

  /** Brings the words of the rows in view to where they are seen. */
  #placeWords() {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.#box;
    if (this.#layout.width <= clientWidth) return;
    const first = Math.max(0, Math.floor((scrollTop - HEAD_HEIGHT) / ROW));
    const last = Math.min(this.#visible.length, first + Math.ceil(clientHeight / ROW) + 1);
    const parts = this.#lists.rows.children;
    for (let at = first; at < last; at++) {
      const { middle, how } = wordsOf(this.#visible[at], this.#layout, scrollLeft);
      for (const text of parts[at].querySelectorAll("text")) text.setAttribute("x", middle);
      parts[at].querySelector(".how").textContent = how;
    }
  }
}

/** Which part of the diagram a layer shows. */
function setView(layer, { x, y, width, height }) {
  layer.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  layer.setAttribute("width", width);
  layer.setAttribute("height", height);
}

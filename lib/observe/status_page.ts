/** The status page: sections that stand for themselves and are replaced as they change. Pure. */

import { VERSION } from "../core/version.ts";
import { chart } from "./chart.ts";
import { durationText, rateText, uptimeText } from "./figures_text.ts";
import type { Course } from "./history.ts";
import { type Markup, markup } from "./markup.ts";
import { pageResponse } from "./page.ts";
import { STATUS_SCRIPT } from "./status_script.ts";
import type { Action, Cell, List, Table, Tile, View } from "./status_view.ts";

/** What the page is made of. */
export interface StatusContent {
  /** Why no work should be sent here. */
  readonly troubles: readonly string[];
  /** For how long the program runs. */
  readonly upMs: number;
  /** For the charts. */
  readonly courses: readonly Course[];
  /** What the parts of the program show, in order. */
  readonly views: readonly View[];
}

/** A part of the page that is replaced as a whole. */
export interface Section {
  /** Of the element that holds it. */
  readonly id: string;
  /** What stands in it. */
  readonly content: Markup;
}

/** Makes every part of the page. */
export function statusSections(
  { troubles, upMs, courses, views }: StatusContent,
): Section[] {
  return [
    { id: "health", content: health(troubles, upMs) },
    {
      id: "tiles",
      content: markup`<dl class="tiles">${views.flatMap(({ tiles = [] }) => tiles.map(tile))}</dl>`,
    },
    { id: "charts", content: markup`${charts(courses)}` },
    ...views.flatMap(({ lists = [] }) => lists).map((one) => ({ id: one.id, content: list(one) })),
    ...views.flatMap(({ tables = [] }) => tables).map((one) => ({
      id: one.id,
      content: table(one),
    })),
  ];
}

/** Everything on the page. */
export interface WholePage {
  /** The program's name. */
  readonly program: string;
  /** Where else there is something to see: address and name. */
  readonly links: readonly (readonly [href: string, name: string])[];
  /** What is replaced as it changes. */
  readonly sections: readonly Section[];
  /** Whether there is anything to change, and whether whoever looks may. */
  readonly changes: "none" | "here" | "elsewhere";
}

/** Answers with the whole page. */
export function statusPage({ program, links, sections, changes }: WholePage): Response {
  const body = markup`<p class="controls" hidden>
<button type="button" id="pause">Pause</button>
<span id="live" role="status"></span></p>
<noscript><p class="hint">This page is as it was when it was loaded: load it again for newer figures.</p></noscript>
${
    sections.map(({ id, content }) =>
      markup`
        <section id="${id}">${content}</section>
      `
    )
  }<p id="answer" role="status" class="hint" data-changes="${changes}">${
    changes === "elsewhere" ? "Changes are made on the machine itself: open this page there." : ""
  }</p>`;
  return pageResponse({ title: "Status", program, links, body, script: STATUS_SCRIPT });
}

function health(troubles: readonly string[], upMs: number): Markup {
  const up = markup`<p class="hint">Version ${VERSION}, up ${uptimeText(upMs)}</p>`;
  if (troubles.length === 0) return markup`<h2 class="good">Ready</h2>${up}`;
  const reasons = troubles.map((trouble) => markup`<li>${trouble}</li>`);
  return markup`<h2 class="bad">Not ready</h2><ul class="troubles">${reasons}</ul>${up}`;
}

function tile({ label, value, note }: Tile): Markup {
  const small = note === undefined ? "" : markup`<dd class="note">${note}</dd>`;
  return markup`<div><dt>${label}</dt><dd>${value}</dd>${small}</div>`;
}

function charts(courses: readonly Course[]): Markup[] {
  const styled = courses.map((course, style) => ({ ...course, style }));
  const timed = styled.filter(({ highest }) => highest.some((value) => value !== undefined));
  return [
    chart({
      title: "Requests per second",
      lines: styled.map(({ name, style, rates }) => ({ name, style, values: rates })),
      text: rateText,
    }),
    chart({
      title: "Time taken (99 of 100 take less)",
      lines: timed.map(({ timed: name, style, highest }) => ({ name, style, values: highest })),
      text: durationText,
    }),
  ];
}

function list({ caption, items, empty, more }: List): Markup {
  const names = items.map((item) => markup`<li>${item}</li> `);
  const none = markup`<li class="quiet">${empty}</li>`;
  return markup`<div class="card"><h2>${caption}</h2><ul class="names">${
    names.length === 0 ? none : names
  }</ul>${moreNote(more)}</div>`;
}

function moreNote(more: number): Markup | "" {
  return more === 0 ? "" : markup`<p class="hint">and ${more} more</p>`;
}

/** Columns a narrow screen can show beside each other; with more, each row is a card there. */
const NARROW_COLUMNS = 3;

/** The roles say what it is also where a narrow screen shows it another way. */
function table({ caption, columns, rows, empty, more = 0 }: Table): Markup {
  const heads = columns.map((name) => markup`<th scope="col" role="columnheader">${name}</th>`);
  const lines = rows.map((cells) =>
    markup`<tr role="row">${cells.map((value, at) => cell(value, columns[at] ?? "", at === 0))}</tr>
`
  );
  const none =
    markup`<tr role="row"><td role="cell" colspan="${columns.length}" class="quiet">${empty}</td></tr>`;
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table role="table" class="${columns.length > NARROW_COLUMNS ? "wide" : "slim"}">
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows.length === 0 ? none : lines}</tbody>
</table></div>${moreNote(more)}`;
}

function cell(value: Cell, column: string, isFirst: boolean): Markup {
  if (isFirst) return markup`<th scope="row" role="rowheader">${content(value)}</th>`;
  return markup`<td role="cell" data-column="${column}">${content(value)}</td>`;
}

function content(value: Cell): Markup {
  if (typeof value !== "object") return markup`${value}`;
  if ("actions" in value) return markup`<span class="actions">${value.actions.map(button)}</span>`;
  return markup`<span class="${value.tone}">${value.text}</span>`;
}

/** Without a script nothing can be changed from here: it shows the buttons. */
function button({ label, path, target, isOn }: Action): Markup {
  return markup`<button type="button" hidden data-path="${path}" aria-label="${label} ${target}"
    aria-pressed="${isOn ? "true" : "false"}">${label}</button>`;
}

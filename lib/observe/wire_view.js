/**
 * The live part of the wire view, as it runs in a browser. It shows what comes over server-sent
 * events; how that looks is in `wire_diagram.js` and `wire_transcript.js`.
 */

import {
  diagramSvg,
  HEAD_HEIGHT,
  headMarkup,
  heightOf,
  isShown,
  layoutOf,
  lifelineMarkup,
  rowMarkup,
  timeOf,
} from "./wire_diagram.js";
import { hexDump, transcriptText } from "./wire_transcript.js";

/** As many as the program keeps. */
const MOST = 1000;

const byId = (id) => document.getElementById(id);
const [diagram, head, rows, detail, live] = ["diagram", "head", "rows", "detail", "live"].map(byId);
const [user, protocol, connections] = ["user", "protocol", "connections"].map(byId);
const [pause, step, empty] = ["pause", "step", "empty"].map(byId);

/** What was shown, what waits while it is paused, and what is seen of the first. */
let messages = [];
let waiting = [];
let visible = [];
let layout = layoutOf([], 0);
let start = "";
let missed = 0;
let isPaused = false;
let isLost = false;
let selected;

function filter() {
  return { user: user.value.trim(), protocol: protocol.value, connections: connections.checked };
}

/** Draws everything anew. */
function draw() {
  visible = messages.filter((message) => isShown(message, filter()));
  layout = layoutOf(visible, diagram.clientWidth);
  rows.innerHTML = lifelineMarkup(layout, heightOf(visible.length)) +
    visible.map((message, index) => rowMarkup(message, layout, index)).join("");
  head.innerHTML = headMarkup(layout);
  for (const svg of [head, rows]) svg.setAttribute("width", layout.width);
  resize();
  mark();
}

function resize() {
  const height = heightOf(visible.length);
  head.setAttribute("height", HEAD_HEIGHT);
  rows.setAttribute("height", height);
  for (const line of rows.querySelectorAll(".life")) line.setAttribute("y2", height);
  head.toggleAttribute("hidden", visible.length === 0);
  empty.hidden = visible.length > 0;
  empty.textContent = messages.length === 0
    ? "Nothing has crossed the wire yet. Whatever does appears here."
    : "No message fits what is asked for above.";
}

/** Takes messages into the diagram; those at its end are added, and the reader stays where they are. */
function show(more) {
  const isAtEnd = diagram.scrollTop + diagram.clientHeight >= diagram.scrollHeight - 80;
  messages.push(...more);
  const fresh = more.filter((message) => isShown(message, filter()));
  const known = new Set(layout.parties);
  const isNew = fresh.some(({ from, to }) => !known.has(from.name) || !known.has(to.name));
  if (messages.length > MOST) messages = messages.slice(-MOST);
  if (isNew || visible.length + fresh.length > MOST) draw();
  else {
    const markup = fresh.map((message, index) =>
      rowMarkup(message, layout, visible.length + index)
    );
    visible.push(...fresh);
    rows.insertAdjacentHTML("beforeend", markup.join(""));
    resize();
    mark();
  }
  offer(more);
  if (isAtEnd) diagram.scrollTop = diagram.scrollHeight;
}

/** Offers users and protocols to filter by, as they appear. */
function offer(more) {
  const add = (list, value) => {
    if (!value || [...list.children].some((option) => option.value === value)) return;
    const option = document.createElement("option");
    option.value = option.textContent = value;
    list.append(option);
  };
  for (const message of more) {
    add(byId("users"), message.user);
    add(protocol, message.protocol);
  }
}

function tell() {
  const words = [isLost ? "Connection lost, trying again" : isPaused ? "Paused" : "Live"];
  if (waiting.length > 0) words.push(`${waiting.length} waiting`);
  if (missed > 0) words.push(`${missed} missed`);
  live.textContent = words.join(", ");
  step.disabled = waiting.length === 0;
}

function setPaused(value) {
  isPaused = value;
  pause.setAttribute("aria-pressed", String(isPaused));
  pause.textContent = isPaused ? "Go on" : "Pause";
  if (!isPaused) show(waiting.splice(0));
  tell();
}

/** Shows the next message that waits and fits what is asked for, and selects it. */
function takeStep() {
  const at = waiting.findIndex((message) => isShown(message, filter()));
  const taken = waiting.splice(0, at < 0 ? waiting.length : at + 1);
  show(taken);
  tell();
  if (at >= 0) select(taken.at(-1));
}

function rowOf(message) {
  return message && rows.querySelector(`[data-id="${message.id}"]`);
}

/** The message whose row an element belongs to. */
function messageAt(part) {
  const id = Number(part.closest(".row")?.dataset.id);
  return visible.find((message) => message.id === id);
}

/** Marks the selected row; the keyboard comes in there, or at the last one. */
function mark() {
  for (const row of rows.querySelectorAll("[aria-pressed], [tabindex='0']")) {
    row.removeAttribute("aria-pressed");
    row.setAttribute("tabindex", "-1");
  }
  rowOf(selected)?.setAttribute("aria-pressed", "true");
  (rowOf(selected) ?? rowOf(visible.at(-1)))?.setAttribute("tabindex", "0");
}

function select(message) {
  selected = message;
  mark();
  // The row is as wide as the diagram: its text is what has to be seen.
  rowOf(message)?.querySelector(".say").scrollIntoView({ block: "nearest", inline: "nearest" });
  detail.replaceChildren(...(message === undefined ? [] : detailOf(message)));
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function detailOf(message) {
  const { transport, protocol, user, from, to, text, fields, size, hidden } = message;
  const end = ({ name, ip, port }) =>
    ip === undefined || name.includes(ip) ? `${name}, port ${port}` : `${name}, ${ip} port ${port}`;
  const route = [
    ["time", timeOf(message)],
    ["from", end(from)],
    ["to", end(to)],
    ["protocol", `${protocol} over ${transport}`],
    ...(user === undefined ? [] : [["user", user]]),
  ];
  const bytes = Uint8Array.from(atob(message.bytes), (character) => character.charCodeAt(0));
  const parts = [element("h2", text), listOf(route)];
  if (fields.length > 0) parts.push(element("h3", "Fields"), listOf(fields));
  if (size > 0) {
    const cut = bytes.length < size ? `, the first ${bytes.length} shown` : "";
    const masked = hidden.length > 0 ? "; ** is masked" : "";
    parts.push(element("h3", `Bytes: ${size}${cut}${masked}`));
    parts.push(element("pre", hexDump(bytes, hidden)));
  }
  return parts;
}

function listOf(pairs) {
  const list = document.createElement("dl");
  for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
  return list;
}

function move(by) {
  const at = visible.indexOf(selected);
  const next = visible[at < 0 ? visible.length - 1 : at + by];
  if (next === undefined) return;
  select(next);
  rowOf(next)?.focus({ preventScroll: true });
}

function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function listen() {
  const events = new EventSource("/wire/events");
  events.addEventListener("error", () => {
    isLost = true;
    tell();
  });
  events.addEventListener("messages", ({ data }) => {
    const said = JSON.parse(data);
    if (start !== "" && start !== said.start) clear(); // the program was started again
    isLost = false;
    start = said.start;
    missed += said.missed;
    if (isPaused) waiting = [...waiting, ...said.messages].slice(-MOST);
    else show(said.messages);
    tell();
  });
}

function clear() {
  messages = [];
  waiting = [];
  missed = 0;
  select(undefined);
  draw();
  tell();
}

pause.addEventListener("click", () => setPaused(!isPaused));
step.addEventListener("click", takeStep);
byId("clear").addEventListener("click", clear);
byId("save-svg").addEventListener("click", () => {
  save("wire.svg", "image/svg+xml", diagramSvg(visible));
});
byId("save-text").addEventListener("click", () => {
  save("wire.txt", "text/plain", transcriptText(visible));
});
for (const control of [user, protocol, connections]) {
  control.addEventListener("input", () => {
    draw();
    diagram.scrollTop = diagram.scrollHeight;
  });
}
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
rows.addEventListener("click", ({ target }) => select(messageAt(target)));
const KEYS = {
  " ": () => setPaused(!isPaused),
  n: takeStep,
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Enter: () => select(messageAt(document.activeElement)),
  Escape: () => select(undefined),
};
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, button, a") !== null;
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});

new ResizeObserver(draw).observe(diagram);
tell();
listen();

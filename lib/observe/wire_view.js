/**
 * The live part of the wire view, as it runs in a browser: what comes over server-sent events, and
 * what people do with it. How it looks is in `wire_rows.js`, `wire_detail.js` and what they use.
 */

import { detailOf } from "./wire_detail.js";
import { isShown } from "./wire_layout.js";
import { diagramSvg } from "./wire_picture.js";
import { WireRows } from "./wire_rows.js";
import { transcriptText } from "./wire_transcript.js";

/** As many as the program keeps. */
const MOST = 1000;

/** As many users are offered to filter by. */
const MOST_OFFERED = 1000;

/** Of the time that passes, drawing takes one part in so many: the rest is for whoever looks. */
const SHARE = 5;

const EVENTS = "/wire/events";
const LOST = "Connection lost, trying again";
const FULL = "Too many pages are open here, trying again";

const byId = (id) => document.getElementById(id);
const [diagram, detail, live, wide] = ["diagram", "detail", "live", "wide"].map(byId);
const [user, protocol, connections] = ["user", "protocol", "connections"].map(byId);
const [pause, step, empty] = ["pause", "step", "empty"].map(byId);
// Without this script the page would offer what it cannot do.
byId("wire").hidden = false;
const rows = new WireRows(diagram);

/** What is shown or filtered out, what comes with the next frame, and what waits for "Go on". */
let messages = [];
let arrived = [];
let waiting = [];
let start = "";
let missed = 0;
let isPaused = false;
/** What is the matter with the connection; empty where nothing is. */
let trouble = "Connecting";
let selected;

let isDue = false;
let restUntil = 0;

/** Has everything that changed drawn with the next frame, or once whoever looks had their share. */
function drawSoon() {
  if (isDue) return;
  isDue = true;
  setTimeout(() => requestAnimationFrame(drawDue), restUntil - performance.now());
}

function drawDue() {
  isDue = false;
  const began = performance.now();
  show(arrived.splice(0));
  tell();
  const took = performance.now() - began;
  restUntil = performance.now() + took * (SHARE - 1);
}

/** The last of some messages; those before them are counted as missed. */
function bounded(list) {
  missed += Math.max(0, list.length - MOST);
  return list.slice(-MOST);
}

function wanted() {
  const filter = {
    ...{ user: user.value.trim(), protocol: protocol.value, connections: connections.checked },
  };
  return (message) => isShown(message, filter);
}

/** Draws everything anew. */
function draw() {
  rows.draw(messages.filter(wanted()));
  settle();
}

/** Takes messages into the diagram. */
function show(more) {
  if (more.length === 0) return;
  messages = [...messages, ...more].slice(-MOST);
  rows.show(messages.filter(wanted()));
  offer(more);
  settle();
}

/** Says what the diagram cannot show, and where the keyboard comes in. */
function settle() {
  rows.mark(selected);
  empty.hidden = rows.visible.length > 0;
  empty.textContent = messages.length === 0
    ? "Nothing has crossed the wire yet. Whatever does appears here."
    : "No message fits what is asked for above.";
  wide.hidden = rows.crowd === 0;
  wide.textContent = `Not all ${rows.crowd} columns fit: move sideways, or filter by user.`;
}

const offered = new Map([[protocol, new Set()], [byId("users"), new Set()]]);

/** Offers users and protocols to filter by, as they appear. */
function offer(more) {
  const add = (list, value) => {
    const known = offered.get(list);
    if (value === undefined || known.has(value) || known.size >= MOST_OFFERED) return;
    known.add(value);
    const option = document.createElement("option");
    option.value = option.textContent = value;
    list.append(option);
  };
  for (const message of more) {
    add(protocol, message.protocol);
    add(byId("users"), message.user);
  }
}

function tell() {
  const words = [trouble !== "" ? trouble : isPaused ? "Paused" : "Live"];
  const seen = waiting.filter(wanted()).length;
  if (seen > 0) words.push(`${seen} waiting`);
  if (missed > 0) words.push(`${missed} missed`);
  const said = words.join(", ");
  if (live.textContent !== said) live.textContent = said;
  step.disabled = seen === 0;
}

function setPaused(value) {
  isPaused = value;
  pause.setAttribute("aria-pressed", String(isPaused));
  pause.textContent = isPaused ? "Go on" : "Pause";
  if (isPaused) waiting = arrived.splice(0);
  else show(waiting.splice(0));
  tell();
}

/** Shows the next message that waits and fits what is asked for, and selects it. */
function takeStep() {
  const at = waiting.findIndex(wanted());
  const taken = waiting.splice(0, at < 0 ? waiting.length : at + 1);
  show(taken);
  tell();
  if (at >= 0) select(taken.at(-1));
}

function select(message) {
  selected = message;
  rows.mark(selected);
  rows.bring(message);
  detail.replaceChildren(...(message === undefined ? [] : detailOf(message)));
}

function move(by) {
  const at = rows.visible.indexOf(selected);
  const next = rows.visible[at < 0 ? rows.visible.length - 1 : at + by];
  if (next === undefined) return;
  select(next);
  rows.rowOf(next)?.focus({ preventScroll: true });
}

function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function listen() {
  const events = new EventSource(EVENTS);
  events.addEventListener("error", async () => {
    // Refused: the browser would leave it at that.
    const isRefused = events.readyState === EventSource.CLOSED;
    trouble = isRefused && await isFull() ? FULL : LOST;
    tell();
    if (isRefused) setTimeout(listen, 5000);
  });
  events.addEventListener("messages", ({ data }) => {
    const said = JSON.parse(data);
    if (start !== "" && start !== said.start) clear(); // the program was started again
    trouble = "";
    start = said.start;
    missed += said.missed;
    if (isPaused) waiting = bounded([...waiting, ...said.messages]);
    else arrived = bounded([...arrived, ...said.messages]);
    drawSoon();
  });
}

/** Whether the program takes no more pages: what refuses events does not say why, a request does. */
async function isFull() {
  const asking = new AbortController();
  const answer = await fetch(EVENTS, { signal: asking.signal }).catch(() => undefined);
  asking.abort();
  return answer?.status === 503;
}

function clear() {
  messages = [];
  arrived = [];
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
  save("wire.svg", "image/svg+xml", diagramSvg(rows.visible));
});
byId("save-text").addEventListener("click", () => {
  save("wire.txt", "text/plain", transcriptText(rows.visible));
});
for (const control of [user, protocol, connections]) {
  control.addEventListener("input", () => {
    draw();
    rows.toEnd();
    tell();
  });
}
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
diagram.addEventListener("click", ({ target }) => select(rows.messageAt(target)));
const KEYS = {
  " ": () => setPaused(!isPaused),
  n: takeStep,
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Enter: () => select(rows.messageAt(document.activeElement)),
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

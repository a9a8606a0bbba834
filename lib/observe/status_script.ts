/**
 * What makes the status page live, as it runs in a browser: sections come over server-sent events as
 * the server made them, and buttons send changes. It makes no markup of its own.
 */

import { CHANGE_HEADER } from "../net/http.ts";

/** The script of the status page. */
export const STATUS_SCRIPT = `"use strict";
const pause = document.getElementById("pause");
const live = document.getElementById("live");
const answer = document.getElementById("answer");
let isPaused = false;
let isLost = false;

/** What changes something is for those who may. */
const hidden = answer.dataset.changes === "here" ? "[hidden]" : "[hidden]:not([data-path])";

function showButtons(root) {
  for (const button of root.querySelectorAll(hidden)) button.hidden = false;
}

/** What finds the element that takes the place of another, so that the keyboard stays where it is. */
function placeOf(element) {
  const { path } = element.dataset;
  return path === undefined ? ".scroll" : \`button[data-path="\${CSS.escape(path)}"]\`;
}

function show(id, text) {
  const section = document.getElementById(id);
  if (section === null || section.shown === text) return;
  const inside = section.contains(document.activeElement) ? placeOf(document.activeElement) : null;
  const scrolled = [...section.querySelectorAll(".scroll")].map(({ scrollLeft }) => scrollLeft);
  section.shown = text;
  section.innerHTML = text;
  showButtons(section);
  section.querySelectorAll(".scroll").forEach((box, at) => box.scrollLeft = scrolled[at] ?? 0);
  if (inside !== null) section.querySelector(inside)?.focus({ preventScroll: true });
}

/** Says whether what is shown is of now: whoever paused a page that is lost does not make it live. */
function tell() {
  live.textContent = isLost ? "Not live, trying again" : isPaused ? "Paused" : "Live";
}

function listen() {
  const events = new EventSource("/events");
  events.addEventListener("open", () => {
    isLost = false;
    tell();
  });
  events.addEventListener("error", () => {
    isLost = true;
    tell();
    // Refused, for there are too many pages: the browser would leave it at that.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
  events.addEventListener("view", ({ data }) => {
    if (isPaused) return;
    for (const [id, text] of Object.entries(JSON.parse(data))) show(id, text);
  });
}

pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.textContent = isPaused ? "Go on" : "Pause";
  tell();
});

/** Why a change was refused: the admin endpoint says it in JSON. */
function reasonIn(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return text;
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-path]");
  if (button === null) return;
  try {
    const response = await fetch(button.dataset.path, {
      method: "POST",
      headers: { "${CHANGE_HEADER}": "1" },
    });
    const said = await response.text();
    answer.textContent = response.ok ? button.getAttribute("aria-label") + ": done" : reasonIn(said);
  } catch {
    answer.textContent = "The change was not made: the program cannot be reached";
  }
});

showButtons(document);
listen();
`;

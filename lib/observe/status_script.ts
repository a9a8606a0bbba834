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

function showButtons(root) {
  for (const button of root.querySelectorAll("[hidden]")) button.hidden = false;
}

/** The element that does the same as one that is replaced, so that the keyboard stays where it is. */
function placeOf(element) {
  return element?.dataset?.path && \`button[data-path="\${CSS.escape(element.dataset.path)}"]\`;
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
  if (inside) section.querySelector(inside)?.focus({ preventScroll: true });
}

function listen() {
  const events = new EventSource("/events");
  events.addEventListener("open", () => live.textContent = "Live");
  events.addEventListener("error", () => live.textContent = "Connection lost, trying again");
  events.addEventListener("view", ({ data }) => {
    if (isPaused) return;
    for (const [id, text] of Object.entries(JSON.parse(data))) show(id, text);
  });
}

pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.setAttribute("aria-pressed", String(isPaused));
  pause.textContent = isPaused ? "Go on" : "Pause";
  live.textContent = isPaused ? "Paused" : "Live";
});

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-path]");
  if (button === null) return;
  try {
    const response = await fetch(button.dataset.path, {
      method: "POST",
      headers: { "${CHANGE_HEADER}": "1" },
    });
    const said = await response.text();
    answer.textContent = response.ok ? button.getAttribute("aria-label") + ": done" : said;
  } catch {
    answer.textContent = "The change was not made: the program cannot be reached";
  }
});

showButtons(document);
listen();
`;

/** The wire view in a real browser when much goes on: a flood, a class, more viewers than places. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MAX_EVENT_STREAMS } from "../../lib/core/limits.ts";
import { Browser, type BrowserPage, NO_BROWSER } from "../support/browser.ts";
import { openWire, type WirePage } from "../support/wire_page.ts";
import { WireSite } from "../support/wire_site.ts";

const ignore = NO_BROWSER !== undefined;
const why = ignore ? ` (${NO_BROWSER})` : "";

Deno.test({
  name: `the wire view can be stopped in a flood, and goes on with the newest messages${why}`,
  ignore,
  async fn() {
    await using site = await WireSite.open();
    await using browser = new Browser();
    const page = await browser.page({ viewport: { width: 1400, height: 900 } });
    let sent = 0;
    const send = (count: number): void => {
      for (let times = 0; times < count; times++) site.asks(1 + ++sent % 5, `GET u${sent % 5}\n`);
    };
    send(1000);
    const wire = await openWire(page, site.port);
    await page.until('document.querySelectorAll(".row").length === 1000');
    // Some hundreds a second, one by one, and they do not end before the button was pressed.
    const flood = setInterval(() => send(1), 3);
    try {
      await page.click("#pause");
    } finally {
      clearInterval(flood);
    }
    await page.until('document.getElementById("live").textContent.startsWith("Paused")');
    const before = await shownIds(page);
    send(5);
    // Some of the flood may wait, too; more than are kept do not.
    const waiting = Math.min(1000, sent - before.at(-1)!);
    await page.until(
      `document.getElementById("live").textContent.startsWith("Paused, ${waiting} waiting")`,
    );
    assertEquals(await shownIds(page), before);
    await wire.page.click("#pause");
    assertEquals(await shownIds(page), site.ids);
    await checkPlaces(page);

    // The keyboard goes up to a row above those in view, and it comes below the names.
    await page.click(".row:last-child .say");
    for (let times = 0; times < 20; times++) await wire.press("ArrowUp");
    const [picked, names] = await boxesOf(page, [".row.picked", ".head"]) as [Box, Box];
    assert(picked.top >= names.bottom, `${picked.top} below ${names.bottom}`);
    // Whoever looks at a row stays there, whatever comes.
    send(3);
    await page.until(`document.querySelector(".row:last-child").dataset.id === "${sent}"`);
    assertEquals((await boxesOf(page, [".row.picked"]))[0]?.top, picked.top);
    await page.value(
      '(() => { const d = document.getElementById("diagram"); d.scrollTop = d.scrollHeight; })()',
    );

    send(3);
    await page.until(`document.querySelector(".row:last-child").dataset.id === "${sent}"`);
    assertEquals(await shownIds(page), site.ids);
    await checkPlaces(page);
  },
});

/** The numbers of the messages that are drawn, in every layer. */
async function shownIds(page: BrowserPage): Promise<number[]> {
  const [rows, times] = await page.value(
    '[".row", ".times [data-id]"].map((list) => [...document.querySelectorAll(list)].map((row) => Number(row.dataset.id)))',
  ) as [number[], number[]];
  assertEquals(times, rows);
  return rows;
}

/** Where an element stands on the screen. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the first element of each of some kinds stands. */
async function boxesOf(page: BrowserPage, selectors: readonly string[]): Promise<Box[]> {
  return await page.value(
    `${
      JSON.stringify(selectors)
    }.map((one) => document.querySelector(one).getBoundingClientRect().toJSON())`,
  ) as Box[];
}

/** The last row is in view, and its time beside it. */
async function checkPlaces(page: BrowserPage): Promise<void> {
  const [row, time, box] = await boxesOf(
    page,
    [".row:last-child", ".times g:last-child > g:last-child", ".diagram"],
  ) as [Box, Box, Box];
  assertEquals(time.top, row.top);
  assert(row.top > box.top && row.bottom <= box.bottom, `${row.top} in ${box.top}, ${box.bottom}`);
}

Deno.test({
  name:
    `the wire view counts what it lets go while it waits, and nothing from before it came${why}`,
  ignore,
  async fn() {
    await using site = await WireSite.open();
    await using browser = new Browser();
    const page = await browser.page();
    const send = (count: number): void => {
      for (let times = 0; times < count; times++) site.asks(1, "GET alice\n");
    };
    const says = (text: string): Promise<void> =>
      page.until(`document.getElementById("live").textContent === ${JSON.stringify(text)}`);
    send(1005);
    site.asks(2, "GET bob\n");
    const wire = await openWire(page, site.port);
    await page.until('document.querySelectorAll(".row").length === 1000');
    assertEquals(await wire.parties(), ["alice", "bob", "server"]);
    await page.click("#pause");
    send(600);
    await says("Paused, 600 waiting");
    send(405);
    await says("Paused, 1000 waiting, 5 missed");
    await page.click("#pause");
    assertEquals(await shownIds(page), site.ids);
    await says("Live, 5 missed");
    assertEquals(await wire.parties(), ["alice", "server"], "bob's message is gone");
  },
});

const STUDENTS = 28;

/** Everybody in a class comes, and asks. */
function playClass(site: WireSite): void {
  for (let number = 1; number <= STUDENTS; number++) {
    const name = `student${number}`;
    site.asks(number, `SET ${name} 100 ONLINE 4001\n`);
    site.asks(number, `GET ${name}\n`);
    site.answers(number, "teacher 100 ONLINE 192.0.2.9 4001\n");
  }
}

for (
  const [name, options] of [
    ["light", { viewport: { width: 1400, height: 900 }, colorScheme: "light" }],
    ["dark", { viewport: { width: 1400, height: 900 }, colorScheme: "dark" }],
    ["phone", { viewport: { width: 360, height: 740 }, colorScheme: "light" }],
  ] as const
) {
  Deno.test({
    name: `the wire view of a class shows times, words, tips and the server, ${name}${why}`,
    ignore,
    async fn() {
      await using site = await WireSite.open();
      await using browser = new Browser();
      const page = await browser.page(options);
      playClass(site);
      const wire = await openWire(page, site.port);
      await wire.shows(`student${STUDENTS} port`);
      assertStringIncludes(await page.text("#wide"), `Not all ${STUDENTS + 1} columns fit`);
      for (const part of [0, 0.5, 1]) {
        await moveTo(page, part);
        await checkRow(page);
      }
      await moveTo(page, 0.5);
      const how = await page.value('document.querySelector(".row:last-child .how").textContent');
      assertStringIncludes(how as string, `student${STUDENTS}`.slice(0, 9), "out of view");
      await page.picture(`wire-class-${name}`);
      await checkFilter(wire);
    },
  });
}

/** Moves the diagram sideways, by a part of all there is. */
async function moveTo(page: BrowserPage, part: number): Promise<void> {
  await page.value(
    `(() => { const d = document.getElementById("diagram"); d.scrollLeft = ${part} * (d.scrollWidth - d.clientWidth); })()`,
  );
  // Words follow with the next frame.
  await page.value(
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))",
  );
}

/** Of the last row everything is within the diagram as it is seen, and nothing over another part. */
async function checkRow(page: BrowserPage): Promise<void> {
  const [time, words, arrow, server, box] = await boxesOf(page, [
    ".times g > g:last-child .time",
    ".row:last-child .how",
    ".ends .list > g:last-child .arrow",
    ".head-ends .party:last-child",
    ".diagram",
  ]) as [Box, Box, Box, Box, Box];
  assert(time.left >= box.left && time.right <= words.left + 1, `${time.right} ${words.left}`);
  assert(words.right <= server.left + 5, `${words.right} ${server.left}`);
  assert(server.right <= box.right && arrow.right > server.left, `${server.right} ${box.right}`);
}

/** Whoever looks at one student sees two columns, and the words say so no more. */
async function checkFilter(wire: WirePage): Promise<void> {
  await wire.filter("Student3", "");
  assertEquals(await wire.arrows(), [
    "UDP, student3 to server: SET student3 100 ONLINE 4001",
    "UDP, student3 to server: GET student3",
    "UDP, server to student3: teacher 100 ONLINE 192.0.2.9 4001",
  ]);
  assertEquals(await wire.parties(), ["student3", "server"]);
}

Deno.test({
  name: `a wire view for which there is no place says so, and comes when there is one${why}`,
  ignore,
  async fn() {
    await using site = await WireSite.open();
    await using browser = new Browser();
    const page = await browser.page();
    site.asks(1, "GET alice\n");
    const url = `http://127.0.0.1:${site.port}/wire`;
    const others = await Promise.all(
      Array.from({ length: MAX_EVENT_STREAMS }, () => fetch(`${url}/events`)),
    );
    await page.goto(url);
    await page.until(
      'document.getElementById("live").textContent === "Too many pages are open here, trying again"',
    );
    for (const { body } of others) await body!.cancel();
    await page.until('document.getElementById("live").textContent === "Live"');
    await page.until('document.querySelectorAll(".row").length === 1');
  },
});

Deno.test({
  name: `the wire view without JavaScript offers what it can do, and nothing else${why}`,
  ignore,
  async fn() {
    await using site = await WireSite.open();
    await using browser = new Browser();
    const page = await browser.page({ javaScriptEnabled: false });
    site.asks(1, "GET alice\n");
    await page.goto(`http://127.0.0.1:${site.port}/wire`);
    const text = await page.text("main");
    assertEquals(
      text.replace(/\s+/g, " ").trim(),
      "The live diagram needs JavaScript. Without it: the same as text, or as a picture, as of now.",
    );
    await page.click('a[href="/wire/transcript.txt"]');
    await page.until('document.body.textContent.includes("GET alice")');
  },
});

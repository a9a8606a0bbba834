/**
 * The status page in a real browser. Pictures of it are kept in screenshots/ for people to look at.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestBackend } from "../support/backends.ts";
import { BalancerProcess } from "../support/balancer_process.ts";
import { Browser, type BrowserPage, NO_BROWSER } from "../support/browser.ts";
import { ask } from "../support/raw_tcp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

const WHERE = NO_BROWSER ?? "in chromium";

/** Whatever a page must not do: errors of scripts, and what its own policy stops. */
const WATCH_PROBLEMS = `
  window.problems = [];
  addEventListener("error", (event) => problems.push(event.message));
  addEventListener("unhandledrejection", (event) => problems.push(String(event.reason)));
  addEventListener("securitypolicyviolation", (event) => problems.push(event.violatedDirective));`;

/** Texts whose contrast with what is behind them is less than 4.5. */
const FAINT_TEXTS = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isClear = (colour) => channels(colour)[3] === 0;
  const behind = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return isClear(backgroundColor) ? behind(element.parentElement) : backgroundColor;
  };
  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some((node) =>
      node.nodeType === Node.TEXT_NODE && node.data.trim() !== ""));
  return texts.filter((element) => {
    const { color, fill } = getComputedStyle(element);
    const [one, other] = [element instanceof SVGElement ? fill : color, behind(element)]
      .map(luminance).sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05) < 4.5;
  }).map((element) => element.outerHTML.slice(0, 80));
})()`;

/** A server with somebody online, or a balancer in front of two backends, to be looked at. */
interface Looked {
  readonly status: number;
}

type LookedServer = ServerProcess & Looked & { readonly tcp: number };

async function startServer(directory: TempDir): Promise<LookedServer> {
  const server = await ServerProcess.start(directory.path, [
    ...["--status-port=0", "--services=buddy,rooms,chat", "--rooms-tcp-port=0"],
    ...["--rooms-udp-port=0", "--chat-port=0"],
  ]);
  const { status, buddy } = server.ports as unknown as Looked & { buddy: { tcp: number } };
  return Object.assign(server, { status, tcp: buddy.tcp });
}

async function startBalancer(
  ...backends: readonly TestBackend[]
): Promise<BalancerProcess & Looked & { readonly port: number }> {
  const addresses = backends.map(({ address }) => address);
  const balancer = await BalancerProcess.start(addresses, [
    ...["--status-port=0", "--check-timeout=20"],
  ]);
  const { status } = await balancer.ready() as unknown as Looked;
  return Object.assign(balancer, { status });
}

/** Opens the status page, which must then be without problems. */
async function open(page: BrowserPage, { status }: Looked): Promise<void> {
  await page.call("addInitScript", { content: WATCH_PROBLEMS });
  await page.goto(`http://127.0.0.1:${status}/`);
  await page.until(`document.getElementById("live").textContent === "Live"`);
}

/** A test with a server and its page, which is open. */
function onPage(
  rule: string,
  play: (page: BrowserPage, server: LookedServer) => Promise<void>,
): void {
  Deno.test({
    name: `${rule} (${WHERE})`,
    ignore: NO_BROWSER !== undefined,
    async fn() {
      await using directory = await TempDir.make();
      await using server = await startServer(directory);
      await using browser = new Browser();
      const page = await browser.page();
      await open(page, server);
      await play(page, server);
    },
  });
}

Deno.test({
  name: `the page of a server is live, readable in light and dark, wide and narrow (${WHERE})`,
  ignore: NO_BROWSER !== undefined,
  async fn() {
    await using directory = await TempDir.make();
    await using server = await startServer(directory);
    await using browser = new Browser();
    for (const colorScheme of ["light", "dark"] as const) {
      for (const [shape, width] of [["wide", 1200], ["phone", 360]] as const) {
        const page = await browser.page({ colorScheme, viewport: { width, height: 800 } });
        await open(page, server);
        assertEquals(await page.value(FAINT_TEXTS), [], `${colorScheme} ${shape}`);
        // Nothing is beside the screen, and the page's landmarks are there.
        assertEquals(await page.value("document.documentElement.scrollWidth"), width);
        const cut = `[...document.querySelectorAll(".scroll")].some((box) =>
          box.scrollWidth > box.clientWidth)`;
        assertEquals(await page.value(cut), false, `a table is cut: ${shape}`);
        assertEquals(
          await page.value(`["header", "nav", "main", "h1"].map((name) =>
            document.querySelectorAll(name).length)`),
          [1, 1, 1, 1],
        );
        assertEquals(await page.value("problems"), []);
        await page.picture(`server-${colorScheme}-${shape}`);
      }
    }
  },
});

/** Whether the page tells of so many connections. */
function soFar(count: number): string {
  return `/\\b${count} so far/.test(document.getElementById("tiles").innerText)`;
}

onPage("charts and figures move under load", async (page, server) => {
  const line = `document.querySelector("svg.chart path.line").getAttribute("d")`;
  await page.until(`${line} !== ""`);
  const before = await page.value(line) as string;
  let asked = 0;
  let isSeen = false;
  // What the figure tells is of the last second: there is load until somebody has seen it.
  const load = (async () => {
    while (!isSeen || asked < 200) await ask(server.tcp, `REG u${asked++}\r\n`);
  })();
  try {
    await page.until(`/Buddy requests [1-9]/.test(document.getElementById("charts").innerText)`);
  } finally {
    isSeen = true;
    await load;
  }
  await page.until(`${line} !== ${JSON.stringify(before)}`);
  await page.until(soFar(asked));
  // Paused, it stays as it is; going on, it catches up.
  await page.click("#pause");
  assertEquals([await page.text("#pause"), await page.text("#live")], ["Go on", "Paused"]);
  const still = await page.value(line);
  await ask(server.tcp, "REG late\r\n");
  await page.until(`new Promise((resolve) => setTimeout(() => resolve(true), 1500))`);
  assertEquals(await page.value(line), still);
  await page.click("#pause");
  await page.until(soFar(asked + 1));
  assertEquals(await page.value("problems"), []);
  await page.picture("server-under-load");
});

Deno.test({
  name: `drain from the page drains, with the mouse and with the keyboard alone (${WHERE})`,
  ignore: NO_BROWSER !== undefined,
  async fn() {
    await using a = new TestBackend("a");
    await using b = new TestBackend("b");
    await using balancer = await startBalancer(a, b);
    await using browser = new Browser();
    const page = await browser.page();
    await open(page, balancer);
    await page.click(`button[aria-label="Drain ${a.address}"]`);
    await page.until(
      `document.getElementById("answer").textContent === "Drain ${a.address}: done"`,
    );
    await balancer.stderrShows("Backend 0: drain");
    for (let turn = 0; turn < 4; turn++) assertEquals(await ask(balancer.port, "x\n"), "b x\n");
    const pressed = (label: string): string =>
      `document.querySelector('button[aria-label="${label} ${a.address}"]')` +
      `.getAttribute("aria-pressed") === "true"`;
    await page.until(pressed("Drain"));
    await page.picture("balancer-drained");

    // The row is replaced every second, and the keyboard stays on the button.
    await page.call("focus", `button[aria-label="Ready ${a.address}"]`);
    await page.call("keyboard.press", "Enter");
    await page.until(pressed("Ready"));
    assertEquals(
      await page.value("document.activeElement.getAttribute('aria-label')"),
      `Ready ${a.address}`,
    );
    const answers = [await ask(balancer.port, "x\n"), await ask(balancer.port, "x\n")];
    assertEquals(answers.sort(), ["a x\n", "b x\n"]);

    await page.click(`button[aria-label="Maintenance ${b.address}"]`);
    await balancer.stderrShows("Backend 1: maintain");
    assertEquals(await page.value("problems"), []);
  },
});

/** Makes a page what it is for somebody on another machine, before its script runs. */
const ELSEWHERE = `new MutationObserver(() => {
    const answer = document.getElementById("answer");
    if (answer !== null) answer.dataset.changes = "elsewhere";
  }).observe(document, { childList: true, subtree: true });`;

Deno.test({
  name: `who is on another machine sees what there is, and no buttons (${WHERE})`,
  ignore: NO_BROWSER !== undefined,
  async fn() {
    await using a = new TestBackend("a");
    await using balancer = await startBalancer(a);
    await using browser = new Browser();
    const page = await browser.page();
    await page.call("addInitScript", { content: ELSEWHERE });
    await open(page, balancer);
    const shown = `document.querySelectorAll("button[data-path]:not([hidden])").length`;
    assertEquals(await page.value(shown), 0);
    await page.value(`document.querySelector(".scroll").old = true`);
    await ask(balancer.port, "x\n");
    await page.until(`document.querySelector(".scroll").old === undefined`);
    assertEquals(await page.value(shown), 0, "after the table was replaced");
    assertStringIncludes(await page.text("main"), a.address);
  },
});

onPage("a page whose program has ended is not live, paused or going on", async (page, server) => {
  const says = (text: string): string =>
    `document.querySelector("#live").innerText === ${JSON.stringify(text)}`;
  await page.until(says("Live"));
  await server.endBy("SIGTERM");
  await page.until(says("Not live, trying again"));
  for (const button of ["Go on", "Pause"]) {
    await page.click("#pause");
    assertEquals(await page.text("#pause"), button);
    assertEquals(await page.text("#live"), "Not live, trying again");
  }
});

Deno.test({
  name: `every button can be reached by Tab, in an order that makes sense (${WHERE})`,
  ignore: NO_BROWSER !== undefined,
  async fn() {
    await using a = new TestBackend("a");
    await using balancer = await startBalancer(a);
    await using browser = new Browser();
    const page = await browser.page();
    await open(page, balancer);
    const names: string[] = [];
    for (let step = 0; step < 8; step++) {
      await page.call("keyboard.press", "Tab");
      names.push(
        await page.value(
          "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText",
        ) as string,
      );
    }
    assertEquals(names, [
      ...["Skip to content", "Status", "Wire", "Pause"],
      names[4]!,
      ...["Ready", "Drain", "Maintenance"].map((label) => `${label} ${a.address}`),
    ]);
    assertStringIncludes(names[4]!, "Backends of buddy");

    // What is replaced as it changes keeps the keyboard's place, a table as well as a button.
    await page.call("focus", ".scroll");
    await page.value(`document.querySelector(".scroll").old = true`);
    await ask(balancer.port, "x\n");
    await page.until(`document.querySelector(".scroll").old === undefined`);
    assert(await page.value(`document.activeElement.matches(".scroll")`));
  },
});

Deno.test({
  name: `without JavaScript it is the same as tables, and has no buttons (${WHERE})`,
  ignore: NO_BROWSER !== undefined,
  async fn() {
    await using a = new TestBackend("a");
    await using balancer = await startBalancer(a);
    await using browser = new Browser();
    const page = await browser.page({ javaScriptEnabled: false });
    await page.goto(`http://127.0.0.1:${balancer.status}/`);
    assertStringIncludes(await page.text("table"), a.address);
    assertStringIncludes(await page.text("main"), "load it again for newer figures");
    for (const button of ["#pause", "button[data-path]"]) {
      assertEquals(await page.call("isVisible", `${button} >> nth=0`), false);
    }
    await page.picture("balancer-without-javascript");
  },
});

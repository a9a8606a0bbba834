/**
 * A real browser, for tests of pages: Debian's chromium, driven by `playwright-core` in a process of
 * its own (tests/browser/driver.ts). Tests that need it are skipped where there is none.
 */

import { eventually } from "./eventually.ts";
import { ROOT } from "./process.ts";
import { findProgram } from "./unprivileged.ts";
import { within } from "./within.ts";

const CHROMIUM = findProgram("/usr/bin/chromium", "/usr/bin/chromium-browser");

/** Why tests with a browser cannot run here; `undefined` when they can. */
export const NO_BROWSER: string | undefined = CHROMIUM === undefined
  ? "no browser here (Debian: chromium)"
  : undefined;

/** Where pictures of pages are kept for people to look at. */
const PICTURES = `${ROOT}/screenshots`;

/** How a page is shown; names and values are those of `browser.newContext` of Playwright. */
export interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  readonly javaScriptEnabled?: boolean;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A browser process; it ends with the test. */
export class Browser implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #reading: Promise<void>;
  #lastId = 0;

  /** Starts one; the first page waits until it is there. */
  constructor() {
    const driver = `${ROOT}/tests/browser/driver.ts`;
    const lock = `--lock=${ROOT}/tests/browser/deno.lock`;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--frozen", lock, "--allow-all", driver, CHROMIUM!],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#commands = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Opens an empty page. */
  async page(options: PageOptions = {}): Promise<BrowserPage> {
    const page = await this.command({ page: "new", options }) as number;
    return new BrowserPage(this, page);
  }

  /** Gives the driver a command, and resolves with its answer. */
  async command(command: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    const line = JSON.stringify({ id, ...command }) + "\n";
    await this.#commands.write(new TextEncoder().encode(line));
    return await within(`the browser's answer to ${line.trim()}`, answer);
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const { id, value, error } = JSON.parse(line);
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        if (error === undefined) waiting?.resolve(value);
        else waiting?.reject(new Error(error));
      }
    }
    for (const { reject } of this.#waiting.values()) reject(new Error("The browser is gone"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.close().catch(() => {});
    await within("the end of the browser", this.#child.status);
    await this.#reading;
  }
}

/** A page in the browser. Methods are those of `Page` of Playwright. */
export class BrowserPage {
  readonly #browser: Browser;
  readonly #page: number;

  constructor(browser: Browser, page: number) {
    this.#browser = browser;
    this.#page = page;
  }

  /** Calls a method of the page; what cannot go through JSON comes back as null. */
  async call(call: string, ...args: readonly unknown[]): Promise<unknown> {
    return await this.#browser.command({ page: this.#page, call, args });
  }

  /** Goes to an address, and resolves when its document is there. */
  async goto(url: string): Promise<void> {
    await this.call("goto", url, { waitUntil: "domcontentloaded" });
  }

  /** What a JavaScript expression is in the page. */
  async value(expression: string): Promise<unknown> {
    return await this.call("evaluate", expression);
  }

  /** Resolves when a JavaScript expression is true in the page, whatever the page's policy allows. */
  async until(expression: string): Promise<void> {
    await eventually(expression, async () => await this.value(expression) === true);
  }

  /** The text people see of an element. */
  async text(selector: string): Promise<string> {
    return await this.call("innerText", selector) as string;
  }

  /** Clicks on an element, as soon as that is possible. */
  async click(selector: string): Promise<void> {
    await this.call("click", selector);
  }

  /** Keeps a picture of the whole page for people to look at. */
  async picture(name: string): Promise<void> {
    await this.call("screenshot", { path: `${PICTURES}/${name}.png`, fullPage: true });
  }
}

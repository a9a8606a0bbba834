/** The wire view in a real browser, read as a person reads it. */

import type { BrowserPage } from "./browser.ts";

/** Opens the wire view of a status port and waits until it is live. */
export async function openWire(page: BrowserPage, status: number): Promise<WirePage> {
  await page.goto(`http://127.0.0.1:${status}/wire`);
  await page.until('document.getElementById("live").textContent === "Live"');
  return new WirePage(page);
}

/** A wire view that is open. */
export class WirePage {
  readonly page: BrowserPage;

  constructor(page: BrowserPage) {
    this.page = page;
  }

  /** The arrows as they are told to those who hear them: `TCP, alice to server: REG alice`. */
  async arrows(): Promise<string[]> {
    return (await this.#labels()).map((label) => label.replace(/ port \d+/g, ""));
  }

  /** The names above the columns, those that stay in view beside the others counted once. */
  async parties(): Promise<string[]> {
    return await this.page.value(
      '[...document.querySelectorAll(".head:not(.head-ends) .party title")].map((t) => t.textContent)',
    ) as string[];
  }

  /** What was asked of the server over connections of one request each, and answered. */
  async exchanges(): Promise<string[]> {
    const exchanges = new Map<string, string>();
    for (const label of await this.#labels()) {
      const [, asker, question, hearer, answer] =
        /^TCP, (?:(.* port \d+) to server port \d+: (.*)|server port \d+ to (.* port \d+): (.*))$/
          .exec(label) ?? [];
      if (asker !== undefined) exchanges.set(asker, question!);
      if (hearer !== undefined) exchanges.set(hearer, `${exchanges.get(hearer)} -> ${answer}`);
    }
    return [...exchanges.values()];
  }

  /** What stands for the arrows, without the times. */
  async #labels(): Promise<string[]> {
    const labels = await this.page.value(
      '[...document.querySelectorAll(".row")].map((row) => row.getAttribute("aria-label"))',
    ) as string[];
    return labels.map((label) => label.replace(/^[^,]*, /, ""));
  }

  /** Resolves when an arrow whose words hold `text` is there. */
  async shows(text: string): Promise<void> {
    await this.page.until(
      `[...document.querySelectorAll(".row")].some((row) => row.getAttribute("aria-label").includes(${
        JSON.stringify(text)
      }))`,
    );
  }

  /** Shows the messages of one user (or all), and of one protocol (or all). */
  async filter(user: string, protocol: string): Promise<void> {
    await this.page.call("fill", "#user", user);
    await this.page.call("selectOption", "#protocol", protocol);
  }

  /** Presses a key. */
  async press(key: string): Promise<void> {
    await this.page.call("keyboard.press", key);
  }

  /** What a button saves. */
  async saved(button: string): Promise<string> {
    await this.page.value(
      "URL.createObjectURL = (blob) => { blob.text().then((text) => window.saved = text); return '#'; }",
    );
    await this.page.value("window.saved = undefined");
    await this.page.click(button);
    await this.page.until("window.saved !== undefined");
    return await this.page.value("window.saved") as string;
  }
}

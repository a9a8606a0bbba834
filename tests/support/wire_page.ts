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
    const labels = await this.page.value(
      '[...document.querySelectorAll(".row")].map((row) => row.getAttribute("aria-label"))',
    ) as string[];
    return labels.map((label) => label.replace(/^[^,]*, /, "").replace(/ port \d+/g, ""));
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

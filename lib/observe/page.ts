/**
 * What every page of the status port has in common: the frame, the style, and headers that let
 * nothing else in. A page brings no file along and loads none.
 */

import { Markup, markup } from "./markup.ts";
import { PAGE_STYLE } from "./page_style.ts";

/** A page before it is HTML. */
export interface Page {
  /** What it is called, without the program's name. */
  readonly title: string;
  /** The program's name. */
  readonly program: string;
  /** Where else there is something to see: address and name. */
  readonly links: readonly (readonly [href: string, name: string])[];
  /** What stands in it. */
  readonly body: Markup;
  /** JavaScript that makes it live; without it the page must say the same. */
  readonly script: string;
  /** Style of this page alone. */
  readonly style?: string;
}

/** Answers with a page. */
export function pageResponse(page: Page): Response {
  // Names the one script and the one style that may run, whatever else gets into the page.
  const nonce = crypto.getRandomValues(new Uint8Array(16)).toHex();
  return new Response(frame(page, nonce).text, {
    headers: { ...SAFE_HEADERS, ...pageHeaders(nonce) },
  });
}

/** What goes with every answer: nobody guesses its type, shows it in a frame, or keeps it. */
export const SAFE_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
} as const;

function pageHeaders(nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
  };
}

function frame({ title, program, links, body, script, style = "" }: Page, nonce: string): Markup {
  return markup`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${title} · ${program}</title>
        <link rel="icon" href="data:,">
        <style nonce="${nonce}">${new Markup(PAGE_STYLE + style)}</style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <h1>${program}</h1>
          <nav aria-label="Pages">${
    links.map(([href, name]) => link(href, name, name === title))
  }</nav>
        </header>
        <main id="main" tabindex="-1">
    ${body}
        </main>
        <script nonce="${nonce}">${new Markup(script)}</script>
      </body>
    </html>
  `;
}

function link(href: string, name: string, isCurrent: boolean): Markup {
  return isCurrent
    ? markup`<a href="${href}" aria-current="page">${name}</a>`
    : markup`<a href="${href}">${name}</a>`;
}

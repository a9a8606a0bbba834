/**
 * The wire view as pages of the status port:
 *
 * ```
 * GET /wire                  the live diagram
 * GET /wire/events           what keeps it live
 * GET /wire/transcript.txt   what is kept as text; ?user=alice, ?protocol=buddy, ?connections=1
 * GET /wire/diagram.svg      the same as a picture
 * ```
 */

import { diagramSvg, isShown } from "./wire_diagram.js";
import DIAGRAM_SOURCE from "./wire_diagram.js" with { type: "text" };
import { wireEvents } from "./wire_events.ts";
import { type WireJson, wireJson } from "./wire_json.ts";
import { markup } from "./markup.ts";
import { pageResponse, SAFE_HEADERS } from "./page.ts";
import type { MorePages } from "./status_server.ts";
import type { WireRecord } from "./wire_record.ts";
import { transcriptText } from "./wire_transcript.js";
import TRANSCRIPT_SOURCE from "./wire_transcript.js" with { type: "text" };
import { WIRE_STYLE } from "./wire_style.ts";
import VIEW_SOURCE from "./wire_view.js" with { type: "text" };

const PATH = "/wire";
const NAME = "Wire";

/** The pages of a program; without a record they tell how to get one. */
export function wirePages(program: string, record: WireRecord | undefined): MorePages {
  if (record === undefined) return new Map([[PATH, { name: NAME, answer: () => off(program) }]]);
  const source = (text: string) => ({ answer: () => file(text, "text/javascript") });
  return new Map([
    [PATH, { name: NAME, answer: () => view(program) }],
    [`${PATH}/events`, {
      answer: (request: Request) => wireEvents(record, request.headers.get("last-event-id") ?? ""),
    }],
    [`${PATH}/wire_view.js`, source(VIEW_SOURCE)],
    [`${PATH}/wire_diagram.js`, source(DIAGRAM_SOURCE)],
    [`${PATH}/wire_transcript.js`, source(TRANSCRIPT_SOURCE)],
    [`${PATH}/transcript.txt`, {
      answer: (request: Request) => file(transcriptText(asked(record, request)), "text/plain"),
    }],
    [`${PATH}/diagram.svg`, {
      answer: (request: Request) => file(diagramSvg(asked(record, request)), "image/svg+xml"),
    }],
  ]);
}

/** The messages a request asks for. */
function asked(record: WireRecord, request: Request): WireJson[] {
  const { searchParams } = new URL(request.url);
  const filter = {
    user: searchParams.get("user") ?? "",
    protocol: searchParams.get("protocol") ?? "",
    connections: searchParams.get("connections") === "1",
  };
  return record.after(0).map(wireJson).filter((message) => isShown(message, filter));
}

function file(text: string, type: string): Response {
  return new Response(text, {
    headers: { ...SAFE_HEADERS, ...FILE_POLICY, "content-type": `${type}; charset=utf-8` },
  });
}

/** An exported picture opened by itself shows its style and runs nothing. */
const FILE_POLICY = { "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'" };

const LINKS = [["/", "Status"], [PATH, NAME]] as const;

function off(program: string): Response {
  const body = markup`<section><h2>Nothing is traced</h2>
<p>Start this program with <code>--trace</code> beside <code>--status-port</code>, and this page shows
every message that crosses the network as a live sequence diagram. The same messages appear as lines
in its terminal. Passwords and tokens are masked.</p></section>`;
  return pageResponse({ title: NAME, program, links: LINKS, body, script: "" });
}

const BODY = markup`
<noscript><p class="hint">The live diagram needs JavaScript. Without it:
<a href="/wire/transcript.txt">the same as text</a>, or <a href="/wire/diagram.svg">as a picture</a>,
as of now.</p></noscript>
<form class="wire-controls" role="search" aria-label="What is shown">
<label>User <input id="user" list="users" size="12" autocomplete="off" placeholder="everybody"></label>
<datalist id="users"></datalist>
<label>Protocol <select id="protocol"><option value="">all</option></select></label>
<label class="check"><input type="checkbox" id="connections"> connections</label>
</form>
<div class="wire-controls">
<button type="button" id="pause" aria-pressed="false">Pause</button>
<button type="button" id="step" disabled>Step</button>
<button type="button" id="clear">Clear</button>
<button type="button" id="save-svg">Save SVG</button>
<button type="button" id="save-text">Save text</button>
<span id="live" role="status"></span>
<span class="keys"><svg width="34" height="8" aria-hidden="true"><path class="arrow" d="M0 4H34"/></svg>TCP
<svg width="34" height="8" aria-hidden="true" class="udp"><path class="arrow" d="M0 4H34"/></svg>UDP</span>
</div>
<div class="wire">
<div class="diagram" id="diagram" tabindex="-1">
<svg class="head" id="head" aria-hidden="true"></svg>
<svg class="rows" id="rows" role="group" aria-label="Messages, oldest first"></svg>
<p id="empty" class="hint">Nothing has crossed the wire yet. Whatever does appears here.</p>
</div>
<section class="detail" id="detail" aria-label="The selected message" aria-live="polite">
<p class="hint">Select an arrow: click it, or move with the arrow keys.</p>
</section>
</div>
<p class="hint"><kbd>Space</kbd> pause or go on, <kbd>n</kbd> next step, <kbd>&uarr;</kbd> <kbd>&darr;</kbd>
other message, <kbd>Esc</kbd> close. Passwords and tokens are masked. The last 1000 messages are kept.</p>
`;

function view(program: string): Response {
  return pageResponse({
    ...{ title: NAME, program, links: LINKS, body: BODY, style: WIRE_STYLE },
    script: `import("${PATH}/wire_view.js");`,
  });
}

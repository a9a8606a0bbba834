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

import DETAIL_SOURCE from "./wire_detail.js" with { type: "text" };
import DIAGRAM_SOURCE from "./wire_diagram.js" with { type: "text" };
import { wireEvents } from "./wire_events.ts";
import { type WireJson, wireJson } from "./wire_json.ts";
import { isShown } from "./wire_layout.js";
import LAYOUT_SOURCE from "./wire_layout.js" with { type: "text" };
import { markup } from "./markup.ts";
import { pageResponse, SAFE_HEADERS } from "./page.ts";
import type { MorePages } from "./status_server.ts";
import { diagramSvg } from "./wire_picture.js";
import PICTURE_SOURCE from "./wire_picture.js" with { type: "text" };
import type { WireRecord } from "./wire_record.ts";
import ROWS_SOURCE from "./wire_rows.js" with { type: "text" };
import { transcriptText } from "./wire_transcript.js";
import TRANSCRIPT_SOURCE from "./wire_transcript.js" with { type: "text" };
import { WIRE_STYLE } from "./wire_style.ts";
import VIEW_SOURCE from "./wire_view.js" with { type: "text" };

const PATH = "/wire";
const NAME = "Wire";

/** What runs in the browser, by its path. */
const SCRIPTS = new Map([
  [`${PATH}/wire_view.js`, VIEW_SOURCE],
  [`${PATH}/wire_rows.js`, ROWS_SOURCE],
  [`${PATH}/wire_detail.js`, DETAIL_SOURCE],
  [`${PATH}/wire_layout.js`, LAYOUT_SOURCE],
  [`${PATH}/wire_diagram.js`, DIAGRAM_SOURCE],
  [`${PATH}/wire_picture.js`, PICTURE_SOURCE],
  [`${PATH}/wire_transcript.js`, TRANSCRIPT_SOURCE],
]);

/** The pages of a program; without a record they tell how to get one. */
export function wirePages(program: string, record: WireRecord | undefined): MorePages {
  if (record === undefined) return new Map([[PATH, { name: NAME, answer: () => off(program) }]]);
  return new Map([
    [PATH, { name: NAME, answer: () => view(program) }],
    [`${PATH}/events`, {
      answer: (request: Request) => wireEvents(record, request.headers.get("last-event-id") ?? ""),
    }],
    ...[...SCRIPTS].map(([path, text]) =>
      [path, { answer: () => file(text, "text/javascript") }] as const
    ),
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
    user: searchParams.get("user")?.trim() ?? "",
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
<div id="wire" hidden>
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
<svg width="34" height="8" aria-hidden="true" class="tls"><path class="arrow" d="M0 4H34"/></svg>TLS
<svg width="34" height="8" aria-hidden="true" class="udp"><path class="arrow" d="M0 4H34"/></svg>UDP</span>
</div>
<p class="hint" id="wide" hidden></p>
<div class="wire">
<div class="diagram" id="diagram" tabindex="-1">
<div class="sheet">
<svg class="head" aria-hidden="true"></svg>
<svg class="rows" role="group" aria-label="Messages, oldest first"></svg>
<svg class="times" aria-hidden="true"></svg>
<svg class="ends" aria-hidden="true"></svg>
<svg class="head head-ends" aria-hidden="true"></svg>
</div>
<p id="empty" class="hint">Nothing has crossed the wire yet. Whatever does appears here.</p>
</div>
<section class="detail" id="detail" aria-label="The selected message" aria-live="polite">
<p class="hint">Select an arrow: click it, or move with the arrow keys.</p>
</section>
</div>
<p class="hint"><kbd>Space</kbd> pause or go on, <kbd>n</kbd> next step, <kbd>&uarr;</kbd> <kbd>&darr;</kbd>
other message, <kbd>Esc</kbd> close. Passwords and tokens are masked. The last 1000 messages are kept.</p>
</div>
`;

function view(program: string): Response {
  return pageResponse({
    ...{ title: NAME, program, links: LINKS, body: BODY, style: WIRE_STYLE },
    script: `import("${PATH}/wire_view.js");`,
  });
}

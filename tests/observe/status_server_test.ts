/** What the status port answers, request by request; over HTTP it is played in plays/status_port_test. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MAX_EVENT_STREAMS } from "../../lib/core/limits.ts";
import { counter } from "../../lib/observe/metrics.ts";
import { StatusSite } from "../../lib/observe/status_server.ts";
import type { Observed } from "../../lib/observe/status_view.ts";

const EVIL = `<img src=x onerror="alert(1)">`;

/** A program whose names are all an attacker's. */
class EvilProgram implements Observed {
  readonly program = "Parley test";
  trouble: string[] = [];
  changes: string[] = [];
  readonly parts = {
    evil: {
      state: () => ({ name: EVIL }),
      families: () => [counter("evil_total", "Evil", [[{ name: EVIL }, 1]])],
      activities: () => [{ name: EVIL, total: 1 }],
      view: () => ({
        tiles: [{ label: EVIL, value: EVIL, note: EVIL }],
        lists: [{ id: "list", caption: EVIL, items: [EVIL], empty: "", more: 1 }],
        tables: [{
          ...{ id: "table", caption: EVIL, columns: [EVIL, "Change"], empty: "" },
          rows: [[EVIL, { actions: [{ label: EVIL, path: EVIL, target: EVIL, isOn: true }] }]],
        }],
      }),
    },
  };
  troubles = (): string[] => this.trouble;
  change = (request: Request): Response => {
    this.changes.push(new URL(request.url).pathname);
    return new Response("changed");
  };
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly isLocal?: boolean;
}

async function ask(
  site: StatusSite,
  path: string,
  { method = "GET", headers = {}, isLocal = true }: Ask = {},
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const request = new Request(`http://127.0.0.1:8080${path}`, {
    method,
    headers: { host: "127.0.0.1:8080", ...headers },
  });
  const response = await site.answer(request, isLocal);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

Deno.test("/healthz is about the program, /readyz about whether work should come", {
  permissions: "none",
}, async () => {
  const program = new EvilProgram();
  const site = new StatusSite(program);
  assertEquals((await ask(site, "/readyz")).text, "ready\n");
  program.trouble = ["read-only: the disk is full", "degraded: Redis is gone"];
  const { status, text } = await ask(site, "/readyz");
  assertEquals([status, text], [503, "read-only: the disk is full\ndegraded: Redis is gone\n"]);
  site.stopping();
  assertMatch(
    (await ask(site, "/readyz")).text,
    /^draining: the program is being stopped\nread-only/,
  );
  const healthy = await ask(site, "/healthz");
  assertEquals([healthy.status, healthy.text], [200, "ok\n"]);
});

Deno.test("nothing an attacker is called gets into the page, the state or the metrics as it is", async () => {
  const site = new StatusSite(new EvilProgram());
  site.start();
  const page = await ask(site, "/");
  site.stop();
  assert(!page.text.includes("<img"), page.text);
  assertStringIncludes(page.text, "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
  assertEquals(JSON.parse((await ask(site, "/api/state")).text).evil, { name: EVIL });
  assertStringIncludes(
    (await ask(site, "/metrics")).text,
    'evil_total{name="<img src=x onerror=\\"alert(1)\\">"} 1\n',
  );
});

Deno.test("the page lets no other script run, and loads nothing", async () => {
  const { text, headers } = await ask(new StatusSite(new EvilProgram()), "/");
  const policy = headers.get("content-security-policy")!;
  assertMatch(
    policy,
    /^default-src 'none'; script-src 'nonce-([0-9a-f]{32})'; style-src 'nonce-\1';/,
  );
  const rest = ["connect-src 'self'", "base-uri 'none'", "form-action 'none'"];
  for (const rule of [...rest, "frame-ancestors 'none'"]) assertStringIncludes(policy, `; ${rule}`);
  const nonce = /nonce-([0-9a-f]+)/.exec(policy)![1]!;
  assertEquals(text.match(/<(?:script|style)[^>]*>/g), [
    `<style nonce="${nonce}">`,
    `<script nonce="${nonce}">`,
  ]);
  assertEquals(/(?:src|href)="(?:https?:)?\/\//.test(text), false);
  const again = (await ask(new StatusSite(new EvilProgram()), "/")).headers;
  assert(again.get("content-security-policy") !== policy);
});

Deno.test("the page says without a script what there is, and shows no button then", async () => {
  const { text } = await ask(new StatusSite(new EvilProgram()), "/");
  assertMatch(text, /<table[^]*<caption>/);
  for (const button of text.match(/<button[^>]*data-path[^>]*>/g) ?? []) {
    assertStringIncludes(button, " hidden ");
  }
});

Deno.test(
  "a change is made for this machine and its own pages only",
  { permissions: "none" },
  async () => {
    const program = new EvilProgram();
    const site = new StatusSite(program);
    const method = "POST";
    const refused: readonly Ask[] = [
      { method, isLocal: false },
      { method, headers: { origin: "http://evil.example" } },
      { method, headers: { origin: "null" } },
      { method, headers: { host: "rebound.example:8080" } },
      { method: "PUT" },
    ];
    for (const request of refused) {
      const { status } = await ask(site, "/buddy/0/drain", request);
      assert(status === 403 || status === 405, `${status}`);
    }
    assertEquals(program.changes, []);
    const headers = { origin: "http://127.0.0.1:8080" };
    assertEquals((await ask(site, "/buddy/0/drain", { method, headers })).text, "changed");
    assertEquals(program.changes, ["/buddy/0/drain"]);
  },
);

Deno.test("whoever may not change anything is shown no buttons, and told why", async () => {
  const site = new StatusSite(new EvilProgram());
  const here = (await ask(site, "/")).text;
  assertStringIncludes(here, 'data-changes="here"');
  const elsewhere = (await ask(site, "/", { isLocal: false })).text;
  assertStringIncludes(
    elsewhere,
    'data-changes="elsewhere">Changes are made on the machine itself',
  );
  const nothing = new StatusSite({ program: "x", troubles: () => [], parts: {} });
  assertStringIncludes(
    (await ask(nothing, "/", { isLocal: false })).text,
    'data-changes="none"></p>',
  );
});

Deno.test("a page from elsewhere holds no stream open, and links to here work", async () => {
  const site = new StatusSite(new EvilProgram());
  const from = (mode: string): Ask => ({
    headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": mode },
  });
  for (const path of ["/events", "/metrics", "/api/state"]) {
    assertEquals((await ask(site, path, from("no-cors"))).status, 403, path);
  }
  assertEquals((await ask(site, "/", from("navigate"))).status, 200);
});

Deno.test("nobody guesses the type of an event stream, or reads it from elsewhere", async () => {
  const site = new StatusSite(new EvilProgram());
  const request = new Request("http://127.0.0.1/events", { headers: { host: "127.0.0.1" } });
  const open = Array.from({ length: MAX_EVENT_STREAMS }, () => site.answer(request, true));
  const answers = [...await Promise.all(open), await site.answer(request, true)];
  assertEquals(answers.at(-1)!.status, 503);
  for (const { headers } of answers) {
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
    assertEquals(headers.get("cache-control"), "no-store");
  }
  site.stop();
});

Deno.test("a name that somebody points at this machine reads nothing, unless it was given", {
  permissions: "none",
}, async () => {
  const headers = { host: "status.lab:8080" };
  const refused = await ask(new StatusSite(new EvilProgram()), "/metrics", { headers });
  assertEquals(refused.status, 403);
  assertStringIncludes(refused.text, "--status-name");
  const named = new StatusSite(new EvilProgram(), ["status.lab"]);
  assertEquals((await ask(named, "/metrics", { headers })).status, 200);
});

Deno.test("other pages hang on the port by their path, and stand in the menu by their name", async () => {
  const more = new Map([
    ["/wire", { name: "Wire", answer: () => new Response("the wire") }],
    ["/wire/events", { answer: () => new Response("events") }],
  ]);
  const site = new StatusSite(new EvilProgram(), [], more);
  assertEquals((await ask(site, "/wire")).text, "the wire");
  assertEquals((await ask(site, "/wire/events")).text, "events");
  const { text } = await ask(site, "/");
  assertEquals(text.match(/<a href="[^#][^>]*>[^<]*<\/a>/g), [
    `<a href="/" aria-current="page">Status</a>`,
    `<a href="/wire">Wire</a>`,
  ]);
  const lost = await ask(site, "/nowhere");
  assertEquals(
    [lost.status, lost.text],
    [404, "There is /, /wire, /healthz, /readyz, /metrics, /api/state\n"],
  );
});

Deno.test("whoever asks in a way that is not understood is told which ways are", {
  permissions: "none",
}, async () => {
  const steered = new StatusSite(new EvilProgram());
  const watched = new StatusSite({ program: "x", troubles: () => [], parts: {} });
  for (
    const [site, method, path, allowed] of [
      [steered, "PUT", "/", "GET, HEAD, POST"],
      [steered, "HEAD", "/events", "GET, POST"],
      [watched, "POST", "/", "GET, HEAD"],
      [watched, "HEAD", "/events", "GET"],
    ] as const
  ) {
    const { status, headers } = await ask(site, path, { method });
    assertEquals([status, headers.get("allow")], [405, allowed], `${method} ${path}`);
  }
});

import { assertEquals } from "@std/assert";
import { MAX_EVENT_STREAMS, TRACE_LIMITS } from "../../lib/core/limits.ts";
import { wireEvents } from "../../lib/observe/wire_events.ts";
import { WireRecord } from "../../lib/observe/wire_record.ts";
import { filled } from "../support/wire_messages.ts";

const NONE = { permissions: "none" } as const;

interface Said {
  readonly start: string;
  readonly missed: number;
  readonly messages: readonly { readonly id: number }[];
}

/** Reads the events of an answer one by one. */
function listener(response: Response) {
  const reader = response.body!.getReader();
  return {
    async next(): Promise<{ id: string; said: Said; ids: number[] }> {
      const text = new TextDecoder().decode((await reader.read()).value);
      const [, id = "", data = ""] = /^id: (.*)\nevent: messages\ndata: (.*)\n\n$/.exec(text) ?? [];
      const said: Said = JSON.parse(data);
      return { id, said, ids: said.messages.map(({ id }) => id) };
    },
    close: () => reader.cancel(),
  };
}

Deno.test("wireEvents() tells what is kept, and then what comes", NONE, async () => {
  const record = filled(new WireRecord(), 1, 2);
  const page = listener(wireEvents(record, ""));
  assertEquals((await page.next()).ids, [], "a greeting");
  assertEquals((await page.next()).ids, [1, 2]);
  const waiting = page.next();
  filled(record, 3, 3);
  const { ids, said, id } = await waiting;
  assertEquals([ids, said.missed, said.start], [[3], 0, record.start]);
  assertEquals(id, `${record.start} 3`);
  await page.close();
});

Deno.test(
  "wireEvents() goes on where a page was, and begins anew after a restart",
  NONE,
  async () => {
    const record = filled(new WireRecord(), 1, 5);
    const again = listener(wireEvents(record, `${record.start} 3`));
    await again.next();
    assertEquals((await again.next()).ids, [4, 5]);
    await again.close();
    const other = listener(wireEvents(record, "another-run 3"));
    await other.next();
    assertEquals((await other.next()).ids, [1, 2, 3, 4, 5]);
    await other.close();
  },
);

Deno.test(
  "wireEvents() says how much a slow page has missed, and holds nothing for it",
  NONE,
  async () => {
    const record = filled(new WireRecord({ messages: 3, bytes: 1e6 }), 1, 2);
    const page = listener(wireEvents(record, ""));
    await page.next();
    assertEquals((await page.next()).ids, [1, 2]);
    filled(record, 3, 3); // what the stream holds ready
    await Promise.resolve();
    filled(record, 4, 20);
    const first = await page.next();
    const second = await page.next();
    assertEquals([...first.ids, ...second.ids].slice(-3), [18, 19, 20]);
    assertEquals(first.said.missed + second.said.missed + first.ids.length + second.ids.length, 18);
    await page.close();
  },
);

Deno.test(
  "wireEvents() holds one event for a page that does not read, however many come",
  NONE,
  async () => {
    const record = filled(new WireRecord({ messages: 3, bytes: 1e6 }), 1, 1);
    const page = listener(wireEvents(record, ""));
    await page.next();
    assertEquals((await page.next()).ids, [1]);
    for (let id = 2; id <= 20; id++) {
      filled(record, id, id);
      // The stream takes what it has room for.
      await new Promise((resolve) => setTimeout(resolve));
    }
    assertEquals((await page.next()).ids, [2]);
    const { ids, said } = await page.next();
    assertEquals([ids, said.missed], [[18, 19, 20], 15]);
    await page.close();
  },
);

Deno.test("wireEvents() tells a page that comes late of nothing it missed", NONE, async () => {
  const record = filled(new WireRecord({ messages: 3, bytes: 1e6 }), 1, 20);
  for (const lastId of ["", "another-run 3"]) {
    const page = listener(wireEvents(record, lastId));
    await page.next();
    const { ids, said } = await page.next();
    assertEquals([ids, said.missed], [[18, 19, 20], 0]);
    await page.close();
  }
});

Deno.test("wireEvents() tells so many at a time, and then the rest", NONE, async () => {
  const { batch } = TRACE_LIMITS;
  const page = listener(wireEvents(filled(new WireRecord(), 1, batch + 2), ""));
  await page.next();
  assertEquals((await page.next()).ids.length, batch);
  const { ids, said } = await page.next();
  assertEquals([ids, said.missed], [[batch + 1, batch + 2], 0]);
  await page.close();
});

Deno.test("wireEvents() turns away whoever is too many, until somebody goes", NONE, async () => {
  const record = new WireRecord();
  const pages = Array.from({ length: MAX_EVENT_STREAMS }, () => wireEvents(record, ""));
  assertEquals(pages.map(({ status }) => status), pages.map(() => 200));
  const late = wireEvents(record, "");
  for (const { headers } of [late, pages[0]!]) {
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
  }
  assertEquals([late.status, await late.text()], [
    503,
    "Too many pages are open here, close one\n",
  ]);
  await pages[0]!.body!.cancel();
  const next = wireEvents(record, "");
  assertEquals(next.status, 200);
  for (const page of [...pages.slice(1), next]) await page.body!.cancel();
});

import { assertEquals } from "@std/assert";
import { MAX_EVENT_STREAMS } from "../../lib/core/limits.ts";
import { wireEvents } from "../../lib/observe/wire_events.ts";
import { WireRecord } from "../../lib/observe/wire_record.ts";
import { wireMessage } from "../support/wire_messages.ts";

const NONE = { permissions: "none" } as const;
const ids = (record: WireRecord, after = 0): number[] => record.after(after).map(({ id }) => id);

function filled(record: WireRecord, from: number, to: number): WireRecord {
  for (let id = from; id <= to; id++) record.add(wireMessage({ id }));
  return record;
}

Deno.test("WireRecord keeps the last messages, as many as it may", NONE, () => {
  const record = filled(new WireRecord({ messages: 3, bytes: 1e6 }), 1, 5);
  assertEquals(ids(record), [3, 4, 5]);
  assertEquals(ids(record, 4), [5]);
  assertEquals(ids(record, 5), []);
});

Deno.test("WireRecord keeps no more bytes than it may, and the last message always", NONE, () => {
  const record = new WireRecord({ messages: 100, bytes: 2000 });
  for (let id = 1; id <= 10; id++) record.add(wireMessage({ id, bytes: new Uint8Array(300) }));
  assertEquals(ids(record), [8, 9, 10]);
  record.add(wireMessage({ id: 11, text: "x".repeat(5000) }));
  assertEquals(ids(record), [11]);
  filled(record, 12, 13);
  assertEquals(ids(record), [12, 13], "what was too much is gone");
});

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

Deno.test("wireEvents() turns away whoever is too many, until somebody goes", NONE, async () => {
  const record = new WireRecord();
  const pages = Array.from({ length: MAX_EVENT_STREAMS }, () => wireEvents(record, ""));
  assertEquals(pages.map(({ status }) => status), pages.map(() => 200));
  const late = wireEvents(record, "");
  assertEquals([late.status, await late.text()], [
    503,
    "Too many pages are open here, close one\n",
  ]);
  await pages[0]!.body!.cancel();
  const next = wireEvents(record, "");
  assertEquals(next.status, 200);
  for (const page of [...pages.slice(1), next]) await page.body!.cancel();
});

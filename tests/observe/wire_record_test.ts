import { assertEquals } from "@std/assert";
import { WireRecord } from "../../lib/observe/wire_record.ts";
import { filled, wireMessage } from "../support/wire_messages.ts";

const NONE = { permissions: "none" } as const;
const ids = (record: WireRecord, after = 0): number[] => record.after(after).map(({ id }) => id);

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

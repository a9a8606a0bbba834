/** Messages of the trace for tests. */

import type { WireMessage, WireParty } from "../../lib/core/wire_message.ts";
import type { WireRecord } from "../../lib/observe/wire_record.ts";
import { type WireJson, wireJson } from "../../lib/observe/wire_json.ts";

/** A message as the first one of a conversation with alice might be, changed as asked for. */
export function wireMessage(changes: Partial<WireMessage> = {}): WireMessage {
  const bytes = new TextEncoder().encode("REG alice\n");
  return {
    ...{ id: 1, time: Date.UTC(2026, 10, 21, 14, 3, 22, 5), kind: "message" },
    ...{ transport: "TCP", protocol: "buddy", user: "alice", text: "REG alice" },
    from: { name: "alice", ip: "192.0.2.7", port: 40112 },
    to: { name: "server", ip: "192.0.2.1", port: 1234 },
    fields: [["command", "REG"], ["user", "alice"]],
    ...{ bytes, hidden: [], size: bytes.length },
    ...changes,
  };
}

/** A message from one party to another, as a page gets it. */
export function between(from: string, to: string, changes: Partial<WireMessage> = {}): WireJson {
  return wireJson(wireMessage({ ...changes, from: party(from), to: party(to) }));
}

function party(name: string): WireParty {
  return { name, ip: "192.0.2.7", port: 1000 };
}

/** A record with the messages of some numbers added. */
export function filled(record: WireRecord, from: number, to: number): WireRecord {
  for (let id = from; id <= to; id++) record.add(wireMessage({ id }));
  return record;
}

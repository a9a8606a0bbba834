/** Messages of the trace for tests. */

import type { WireMessage } from "../../lib/core/wire_message.ts";

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

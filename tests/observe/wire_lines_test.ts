import { assertEquals } from "@std/assert";
import { partyText, traceLine } from "../../lib/observe/wire_lines.ts";
import { wireMessage } from "../support/wire_messages.ts";

const NONE = { permissions: "none" } as const;

Deno.test("traceLine() writes a line like those of the log", NONE, () => {
  assertEquals(
    traceLine(wireMessage(), "text"),
    "2026-11-21T14:03:22.005Z trace TCP alice 192.0.2.7:40112 -> server 192.0.2.1:1234  REG alice\n",
  );
});

Deno.test("traceLine() writes JSON where the log does, without the bytes", NONE, () => {
  const line = traceLine(wireMessage(), "json");
  assertEquals(line.endsWith("}\n"), true);
  assertEquals(JSON.parse(line), {
    time: "2026-11-21T14:03:22.005Z",
    level: "trace",
    kind: "message",
    transport: "TCP",
    protocol: "buddy",
    from: { name: "alice", ip: "192.0.2.7", port: 40112 },
    to: { name: "server", ip: "192.0.2.1", port: 1234 },
    user: "alice",
    text: "REG alice",
    fields: [["command", "REG"], ["user", "alice"]],
    size: 10,
  });
});

Deno.test("partyText() says an address once", NONE, () => {
  const ip = "192.0.2.7";
  assertEquals(partyText({ name: "alice", ip, port: 1 }), "alice 192.0.2.7:1");
  assertEquals(partyText({ name: ip, ip, port: 1 }), "192.0.2.7:1");
  assertEquals(partyText({ name: `balancer ${ip}`, ip, port: 1 }), "balancer 192.0.2.7:1");
  assertEquals(partyText({ name: `server ${ip}:1`, ip, port: 1 }), "server 192.0.2.7:1");
  assertEquals(partyText({ name: `server ${ip}:1`, ip, port: 2 }), "server 192.0.2.7:1 :2");
  assertEquals(partyText({ name: "server", ip: undefined, port: 1235 }), "server :1235");
  assertEquals(partyText({ name: "alice", ip: "2001:db8::7", port: 1 }), "alice [2001:db8::7]:1");
});

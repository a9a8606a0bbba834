import { assertEquals } from "@std/assert";
import { DEFAULT_SERVER_LIMITS } from "../../lib/core/limits.ts";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { Admission } from "../../lib/net/admission.ts";
import { type HandshakeFaults, noHandshakeFaults } from "../../lib/net/handshake_faults.ts";
import { metricsText } from "../../lib/observe/metrics.ts";
import { connectionsPart } from "../../lib/server/server_part.ts";
import { observeServer } from "../../lib/server/observed.ts";
import type { RunningServer } from "../../lib/server/start.ts";
import { StoreMeter } from "../../lib/storage/store_meter.ts";
import type { Observed } from "../../lib/observe/status_view.ts";

type Health = ReturnType<RunningServer["health"]>;

function observed(health: Health, handshakeFaults?: HandshakeFaults): Observed {
  const admission = new Admission(DEFAULT_SERVER_LIMITS, parseAddressSet([]));
  const ports = { buddy: null, rooms: null, chat: null };
  const stop = (): Promise<void> => Promise.resolve();
  const server: RunningServer = {
    ...{ ports, parts: {}, admission, stop, handshakeFaults },
    health: () => health,
    reloadTls: () => {},
  };
  return observeServer(server, {
    maxConnections: 10,
    places: { store: "text", directory: "/data", presence: "memory" },
    meter: new StoreMeter(),
  });
}

function storageLines(health: Health): string[] {
  const text = metricsText(observed(health).parts.storage!.families());
  return text.match(/^parley_(?:store_writable|sharing_up).*/gm) ?? [];
}

Deno.test("a server is in trouble when it keeps nothing, or shares nothing although it should", {
  permissions: "none",
}, () => {
  const well: Health = { store: { writable: true }, sharing: { isShared: true } };
  assertEquals(observed(well).troubles(), []);
  assertEquals(observed({ ...well, sharing: null }).troubles(), []);
  const ill: Health = {
    store: { writable: false, reason: "the disk is full" },
    sharing: { isShared: false, reason: "Redis is gone" },
  };
  assertEquals(observed(ill).troubles(), [
    "read-only: the disk is full",
    "degraded: Redis is gone",
  ]);
  assertEquals(storageLines(well), ["parley_store_writable 1", "parley_sharing_up 1"]);
  assertEquals(storageLines(ill), ["parley_store_writable 0", "parley_sharing_up 0"]);
  assertEquals(storageLines({ ...well, sharing: null }), ["parley_store_writable 1"]);
});

Deno.test(
  "the page tells how many were turned away, once somebody was",
  { permissions: "none" },
  () => {
    const admission = new Admission(
      { ...DEFAULT_SERVER_LIMITS, maxConnections: 0 },
      parseAddressSet([]),
    );
    const note = () =>
      connectionsPart({ admission, handshakeFaults: undefined }, 10).view().tiles?.[0]?.note;
    assertEquals(note(), "of 10; 0 so far");
    admission.enter();
    assertEquals(note(), "of 10; 0 so far, 1 turned away");
  },
);

Deno.test("the page tells in words how storage and sharing do", { permissions: "none" }, () => {
  const { tables = [] } = observed({
    store: { writable: false, reason: "the disk is full" },
    sharing: null,
  }).parts.storage!.view();
  assertEquals(tables[0]?.rows, [
    ["Users and rooms", "text, /data", { text: "read-only: the disk is full", tone: "bad" }],
    ["Who is online", "memory", { text: "this server alone", tone: "quiet" }],
  ]);
});

Deno.test("TLS handshakes that came to nothing are shown by what went wrong", {
  permissions: "none",
}, () => {
  const { connections } = observed({ store: { writable: true }, sharing: null }, {
    ...noHandshakeFaults(),
    "no TLS": 3,
  }).parts;
  assertEquals(
    metricsText(connections!.families()).match(/^parley_tls_handshakes_failed_total.*[1-9]$/gm),
    ['parley_tls_handshakes_failed_total{reason="no TLS"} 3'],
  );
  const shown = connections!.state() as { handshakesFailed: HandshakeFaults };
  assertEquals(shown.handshakesFailed["no TLS"], 3);
});

/** What all services of a server have in common, as the status port shows it. Pure. */

import { quantile } from "../core/histogram.ts";
import { durationText } from "../observe/figures_text.ts";
import { byLabel, counter, gauge, histogram } from "../observe/metrics.ts";
import type { Part, Table, Tile } from "../observe/status_view.ts";
import type { StoreMeter } from "../storage/store_meter.ts";
import type { RunningServer } from "./start.ts";

/** What there is to see of connections. */
export function connectionsPart(
  { admission, handshakeFaults }: Pick<RunningServer, "admission" | "handshakeFaults">,
  maxConnections: number,
): Part {
  return {
    state: () => ({
      open: admission.open,
      max: maxConnections,
      admitted: admission.admitted,
      refused: admission.refused,
      ...(handshakeFaults && { handshakesFailed: handshakeFaults }),
    }),
    families: () => [
      gauge("parley_connections", "Connections that are open", [[{}, admission.open]]),
      gauge("parley_connections_max", "Connections that may be open", [[{}, maxConnections]]),
      counter(
        "parley_tls_handshakes_failed_total",
        "TLS handshakes with clients that came to nothing",
        byLabel("reason", handshakeFaults ?? {}),
      ),
    ],
    activities: () => [],
    view: () => ({
      tiles: [{
        label: "Connections",
        value: String(admission.open),
        note: `of ${maxConnections}; ${admission.admitted} so far${turnedAway(admission.refused)}`,
      }],
    }),
  };
}

function turnedAway(refused: Readonly<Record<string, number>>): string {
  const count = Object.values(refused).reduce((sum, each) => sum + each, 0);
  return count === 0 ? "" : `, ${count} turned away`;
}

/** What there is to see of what is kept, and of what is shared. */
export function storagePart(
  { health }: Pick<RunningServer, "health">,
  places: Readonly<Record<string, string>>,
  meter: StoreMeter,
): Part {
  return {
    state: () => ({
      ...health(),
      places,
      batches: meter.commitSeconds.count,
      changes: meter.batchSizes.sum,
      failures: meter.failures,
    }),
    families() {
      const { store, sharing } = health();
      return [
        gauge("parley_store_writable", "Whether changes can be kept", [[
          {},
          store.writable ? 1 : 0,
        ]]),
        histogram("parley_store_commit_seconds", "Time a batch of changes took to keep", [
          [{}, meter.commitSeconds],
        ]),
        histogram("parley_store_sync_seconds", "Time the disk took to make a batch durable", [
          [{}, meter.syncSeconds],
        ]),
        histogram("parley_store_batch_size", "Changes of one batch", [[{}, meter.batchSizes]]),
        counter("parley_store_failures_total", "Batches that could not be kept", [
          [{}, meter.failures],
        ]),
        gauge(
          "parley_sharing_up",
          "Whether servers share presence at the moment",
          sharing === null ? [] : [[{}, sharing.isShared ? 1 : 0]],
        ),
      ];
    },
    activities: () => [
      { name: "Changes kept", total: meter.batchSizes.sum, seconds: meter.commitSeconds },
    ],
    view: () => ({
      tiles: [storageTile(health().store.writable, meter)],
      tables: [placesTable(health(), places)],
    }),
  };
}

function storageTile(isWritable: boolean, { commitSeconds: { bounds, counts } }: StoreMeter): Tile {
  const most = quantile(bounds, counts, 0.99);
  return {
    label: "Storage",
    value: isWritable ? "writable" : "read-only",
    note: most === undefined ? "nothing kept yet" : `99 of 100 kept within ${durationText(most)}`,
  };
}

function placesTable(
  { store, sharing }: ReturnType<RunningServer["health"]>,
  { store: kept = "", directory = "", presence = "" }: Readonly<Record<string, string>>,
): Table {
  const place = directory === "" ? kept : `${kept}, ${directory}`;
  return {
    id: "storage",
    caption: "Storage and sharing",
    columns: ["What", "Where", "How it does"],
    rows: [
      [
        "Users and rooms",
        place,
        store.writable
          ? { text: "writable", tone: "good" }
          : { text: `read-only: ${store.reason}`, tone: "bad" },
      ],
      [
        "Who is online",
        presence,
        sharing === null
          ? { text: "this server alone", tone: "quiet" }
          : sharing.isShared
          ? { text: "shared", tone: "good" }
          : { text: `degraded: ${sharing.reason}`, tone: "bad" },
      ],
    ],
    empty: "",
  };
}

/** The services of a balancer as the status port shows them. Pure. */

import { bytesText } from "../observe/figures_text.ts";
import type { Activity, Cell, Part, Table, Tile } from "../observe/status_view.ts";
import type { AdminState } from "./backend.ts";
import {
  type BackendReport,
  metricFamilies,
  type Reportable,
  reportService,
  type ServiceReport,
} from "./report.ts";

const ACTIONS: readonly (readonly [label: string, state: AdminState])[] = [
  ["Ready", "ready"],
  ["Drain", "drain"],
  ["Maintenance", "maintain"],
];

/** Makes the services visible. */
export function servicesPart(services: ReadonlyMap<string, Reportable>): Part {
  const reports = (): [string, ServiceReport][] =>
    [...services].map(([name, service]) => [name, reportService(service)]);
  return {
    state: () => Object.fromEntries(reports()),
    families: () => metricFamilies(services),
    activities: () => [...services].flatMap(([name, service]) => activitiesOf(name, service)),
    view: () => ({
      tiles: reports().map(([name, report]) => tile(name, report)),
      tables: reports().flatMap(([name, report]) => [table(name, report), traffic(name, report)]),
    }),
  };
}

function activitiesOf(name: string, { pool, times, datagrams }: Reportable): Activity[] {
  const made = pool.backends.reduce((sum, { counts }) => sum + counts.connected, 0);
  const connections = {
    ...{ name: `Connections of ${name}`, timed: `${name}: until connected` },
    ...{ total: made, seconds: times.connect },
  };
  if (datagrams === null) return [connections];
  const { received } = datagrams;
  return [connections, { name: `Datagrams of ${name}`, total: received, seconds: times.answer }];
}

function tile(name: string, { connections, waiting, backends, udp }: ServiceReport): Tile {
  const up = backends.filter(({ health }) => health === "up").length;
  const clients = udp === null ? "" : `, ${udp.clients} by UDP`;
  return {
    label: `Connections of ${name}`,
    value: String(connections),
    note: `${up} of ${backends.length} backends up, ${waiting} waiting${clients}`,
  };
}

function table(name: string, { port, strategy, backends }: ServiceReport): Table {
  return {
    id: `backends-${name}`,
    caption: `Backends of ${name} (port ${port}, ${strategy})`,
    columns: [
      ...[
        "Backend",
        "Checks",
        "State",
        "Open",
        "Trunks",
        "Made",
        "Failed",
        "Sent",
        "Received",
        "Weight",
      ],
      "Change",
    ],
    rows: backends.map((backend) => row(name, backend)),
    empty: "There is no backend",
  };
}

/** What of a service is no single backend's. */
function traffic(name: string, { refused, udp, taken }: ServiceReport): Table {
  const datagrams: readonly (readonly [what: string, value: Cell])[] = udp === null ? [] : [
    [`Datagrams go to`, udp.backends.join(", ")],
    ["Clients by UDP", udp.clients],
    ["Datagrams from clients", udp.received],
    ["Datagrams to clients", udp.sent],
    ["Datagrams dropped", countsText(udp.dropped)],
  ];
  const threads: readonly Cell[][] = taken === null
    ? []
    : [["Clients by thread", taken.join(", ")]];
  return {
    id: `traffic-${name}`,
    caption: `Traffic of ${name}`,
    columns: ["What", "So far"],
    rows: [["Clients turned away", countsText(refused)], ...threads, ...datagrams],
    empty: "",
  };
}

/** `none`, or `7: 5 too fast, 2 too many connections`. */
function countsText(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  if (some.length === 0) return "none";
  const sum = some.reduce((sum, [, count]) => sum + count, 0);
  return `${sum}: ${some.map(([reason, count]) => `${count} ${reason}`).join(", ")}`;
}

function row(service: string, report: BackendReport): Cell[] {
  const { index, name, health, reason, state, weight, isBackup, connections, max, trunks } = report;
  return [
    `${index}: ${name}${isBackup ? " (backup)" : ""}`,
    health === "up" ? { text: "up", tone: "good" } : { text: `down: ${reason}`, tone: "bad" },
    { text: state, tone: state === "ready" ? "good" : "bad" },
    max === null ? connections : `${connections} of ${max}`,
    trunks === 0 ? "none" : trunks,
    report.connected,
    report.failed,
    bytesText(report.sent),
    bytesText(report.received),
    weight,
    {
      actions: ACTIONS.map(([label, wanted]) => ({
        label,
        path: `/${encodeURIComponent(service)}/${encodeURIComponent(name)}/${wanted}`,
        target: name,
        isOn: state === wanted,
      })),
    },
  ];
}

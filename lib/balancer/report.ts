/** How the services and backends do, for people, programs and Prometheus. Pure. */

import type { AdminState, Backend } from "./backend.ts";
import type { Pool } from "./pool.ts";

/** What there is to say of a backend. */
export interface BackendReport {
  readonly index: number;
  readonly name: string;
  readonly health: "up" | "down";
  /** Why it is down; empty when it is up. */
  readonly reason: string;
  readonly state: AdminState;
  readonly weight: number;
  readonly isBackup: boolean;
  /** Connections at the moment, and the most it is given. */
  readonly connections: number;
  readonly max: number | null;
  /** Since the start. */
  readonly connected: number;
  readonly failed: number;
  readonly sent: number;
  readonly received: number;
}

/** What there is to say of datagrams. */
export interface DatagramReport {
  readonly port: number;
  /** Members of rooms, or GETs under way. */
  readonly clients: number;
  /** Datagrams dropped since the start, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** What there is to say of a service. */
export interface ServiceReport {
  readonly port: number;
  readonly strategy: string;
  readonly connections: number;
  /** Clients waiting for a place. */
  readonly waiting: number;
  /** `null` without a port for datagrams. */
  readonly udp: DatagramReport | null;
  readonly backends: readonly BackendReport[];
}

/** A service as far as reports go. */
export interface Reportable {
  readonly port: number;
  readonly connections: number;
  readonly options: { readonly strategy: string };
  readonly pool: Pool;
  readonly datagrams: DatagramReport | null;
}

/** Reports on a service. */
export function reportService(
  { port, connections, options, pool, datagrams }: Reportable,
): ServiceReport {
  return {
    port,
    strategy: options.strategy,
    connections,
    waiting: pool.waiting,
    udp: datagrams,
    backends: pool.backends.map(reportBackend),
  };
}

/** Reports on a backend. */
export function reportBackend(backend: Backend): BackendReport {
  const { index, name, health, settings, counts } = backend;
  return {
    index,
    name,
    health: health.isUp ? "up" : "down",
    reason: health.isUp ? "" : backend.downReason,
    state: backend.adminState,
    weight: backend.weight,
    isBackup: settings.isBackup,
    connections: backend.connections,
    max: Number.isFinite(settings.max) ? settings.max : null,
    ...counts,
  };
}

/** A backend in one line, for people: with the port of its service, which tells balancers apart. */
export function backendLine(service: string, port: number, report: BackendReport): string {
  const { index, name, health, reason, state, weight, connections } = report;
  const why = reason === "" ? "" : ` (${reason})`;
  const backup = report.isBackup ? ", backup" : "";
  return `${service} on port ${port}: backend ${index} ${name}: ${health}${why}, ${state}, ` +
    `weight ${weight}${backup}, ${connections} connections`;
}

type Figure = readonly [name: string, kind: string, value: (report: BackendReport) => number];

const FIGURES: readonly Figure[] = [
  ["lb_backend_up", "gauge", ({ health }) => health === "up" ? 1 : 0],
  ["lb_backend_ready", "gauge", ({ state }) => state === "ready" ? 1 : 0],
  ["lb_backend_weight", "gauge", ({ weight }) => weight],
  ["lb_sessions", "gauge", ({ connections }) => connections],
  ["lb_sessions_total", "counter", ({ connected }) => connected],
  ["lb_connect_errors_total", "counter", ({ failed }) => failed],
  ["lb_sent_bytes_total", "counter", ({ sent }) => sent],
  ["lb_received_bytes_total", "counter", ({ received }) => received],
];

/** Everything as Prometheus reads it (text format 0.0.4). Names hold nothing that needs escaping. */
export function metricsText(services: ReadonlyMap<string, ServiceReport>): string {
  return backendMetrics(services) + datagramMetrics(services);
}

function backendMetrics(services: ReadonlyMap<string, ServiceReport>): string {
  return FIGURES.map(([name, kind, value]) => {
    const rows = [...services].flatMap(([service, { backends }]) =>
      backends.map((report) =>
        `${name}{service="${service}",backend="${report.name}"} ${value(report)}\n`
      )
    );
    return `# TYPE ${name} ${kind}\n${rows.join("")}`;
  }).join("");
}

function datagramMetrics(services: ReadonlyMap<string, ServiceReport>): string {
  const reports = [...services].flatMap(([service, { udp }]) =>
    udp === null ? [] : [[service, udp] as const]
  );
  if (reports.length === 0) return "";
  const clients = reports.map(([service, udp]) =>
    `lb_udp_clients{service="${service}"} ${udp.clients}\n`
  );
  const dropped = reports.flatMap(([service, udp]) =>
    Object.entries(udp.dropped).map(([reason, count]) =>
      `lb_udp_dropped_total{service="${service}",reason="${reason}"} ${count}\n`
    )
  );
  return `# TYPE lb_udp_clients gauge\n${clients.join("")}` +
    `# TYPE lb_udp_dropped_total counter\n${dropped.join("")}`;
}

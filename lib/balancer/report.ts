/** How the services and backends do, for people, programs and Prometheus. Pure. */

import type { DatagramBackend } from "../config/backend_option.ts";
import { hostPort } from "../core/endpoint.ts";
import { Histogram } from "../core/histogram.ts";
import {
  byLabel,
  counter,
  type Family,
  gauge,
  histogram,
  type Labels,
  type Sample,
} from "../observe/metrics.ts";
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
  /** Trunks to it at the moment. */
  readonly trunks: number;
  /** Since the start: clients served, and those of them by trunk. */
  readonly connected: number;
  readonly trunked: number;
  readonly failed: number;
  readonly failedChecks: number;
  readonly downs: number;
  readonly ups: number;
  readonly sent: number;
  readonly received: number;
}

/** What there is to say of datagrams. */
export interface DatagramReport {
  readonly port: number;
  /** Members of rooms, or GETs under way. */
  readonly clients: number;
  /** Datagrams from clients since the start, and to them. */
  readonly received: number;
  readonly sent: number;
  /** Datagrams dropped since the start, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** The same with where they go. */
export interface DatagramsOfService extends DatagramReport {
  /** Where backends take datagrams, in their order. */
  readonly backends: readonly string[];
}

/** What there is to say of a service. */
export interface ServiceReport {
  readonly port: number;
  readonly strategy: string;
  readonly connections: number;
  /** Clients that came to each thread since the start, the main one first; `null` with one thread. */
  readonly taken: readonly number[] | null;
  /** Clients waiting for a place. */
  readonly waiting: number;
  /** Connections turned away since the start, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** `null` without a port for datagrams. */
  readonly udp: DatagramsOfService | null;
  readonly backends: readonly BackendReport[];
}

/** A service as far as reports go. */
export interface Reportable {
  readonly port: number;
  readonly connections: number;
  readonly taken: readonly number[] | null;
  readonly options: {
    readonly strategy: string;
    readonly udpBackends: readonly DatagramBackend[];
  };
  readonly pool: Pool;
  readonly datagrams: DatagramReport | null;
  readonly times: ServiceTimes;
  /** Connections turned away since the start, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

/** How long what a service does takes, in seconds. */
export interface ServiceTimes {
  /** From a client that may come in to a backend that has taken its connection. */
  readonly connect: Histogram;
  /** From there to the end of the connection. */
  readonly session: Histogram;
  /** From a GET over UDP to its answer, of one in sixteen. */
  readonly answer: Histogram;
}

/** Begins to measure. */
export function serviceTimes(): ServiceTimes {
  return { connect: new Histogram(), session: new Histogram(), answer: new Histogram() };
}

/** Reports on a service. */
export function reportService(
  { port, connections, taken, options, pool, datagrams, refused }: Reportable,
): ServiceReport {
  return {
    port,
    strategy: options.strategy,
    connections,
    taken,
    waiting: pool.waiting,
    refused,
    udp: datagrams && {
      ...datagrams,
      backends: options.udpBackends.map(({ host, port }) => hostPort(host, port)),
    },
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
    trunks: backend.trunks,
    ...counts,
  };
}

/** A backend in one line, for people: with the port of its service, which tells balancers apart. */
export function backendLine(service: string, port: number, report: BackendReport): string {
  const { index, name, health, reason, state, weight, connections, trunks } = report;
  const by = trunks === 0 ? "" : `, ${trunks} ${trunks === 1 ? "trunk" : "trunks"}`;
  const why = reason === "" ? "" : ` (${reason})`;
  const backup = report.isBackup ? ", backup" : "";
  return `${service} on port ${port}: backend ${index} ${name}: ${health}${why}, ${state}, ` +
    `weight ${weight}${backup}, ${connections} connections${by}`;
}

type Figure = readonly [
  kind: (name: string, help: string, samples: readonly Sample[]) => Family,
  name: string,
  help: string,
  value: (report: BackendReport) => number,
];

const FIGURES: readonly Figure[] = [
  [gauge, "lb_backend_up", "Whether checks say it is up", ({ health }) => health === "up" ? 1 : 0],
  [
    gauge,
    "lb_backend_ready",
    "Whether it is neither drained nor in maintenance",
    ({ state }) => state === "ready" ? 1 : 0,
  ],
  [gauge, "lb_backend_weight", "Its share against the others", ({ weight }) => weight],
  [gauge, "lb_sessions", "Clients it serves at the moment", ({ connections }) => connections],
  [gauge, "lb_trunks", "Trunks to it at the moment", ({ trunks }) => trunks],
  [counter, "lb_sessions_total", "Clients it has served", ({ connected }) => connected],
  [counter, "lb_trunk_requests_total", "Those of them by trunk", ({ trunked }) => trunked],
  [counter, "lb_connect_errors_total", "Connects that failed", ({ failed }) => failed],
  [
    counter,
    "lb_checks_failed_total",
    "Health checks that failed",
    ({ failedChecks }) => failedChecks,
  ],
  [
    counter,
    "lb_backend_downs_total",
    "Times it was taken out because it was down",
    ({ downs }) => downs,
  ],
  [counter, "lb_backend_ups_total", "Times it was brought back", ({ ups }) => ups],
  [counter, "lb_sent_bytes_total", "Bytes sent to it", ({ sent }) => sent],
  [counter, "lb_received_bytes_total", "Bytes received from it", ({ received }) => received],
];

/** Everything for Prometheus. */
export function metricFamilies(services: ReadonlyMap<string, Reportable>): Family[] {
  const reports = [...services].map(([name, service]) => [name, reportService(service)] as const);
  return [
    ...serviceFamilies(reports),
    ...timeFamilies([...services]),
    ...backendFamilies(reports),
    ...datagramFamilies(reports),
  ];
}

type Reports = readonly (readonly [name: string, report: ServiceReport])[];

function serviceFamilies(services: Reports): Family[] {
  return [
    gauge(
      "lb_connections",
      "Clients that were let in and are not gone",
      services.map(([service, { connections }]) => [{ service }, connections]),
    ),
    gauge(
      "lb_waiting",
      "Clients that wait for a place at a backend",
      services.map(([service, { waiting }]) => [{ service }, waiting]),
    ),
    counter(
      "lb_thread_connections_total",
      "Clients that came to a thread, where there are several",
      services.flatMap(([service, { taken }]) =>
        (taken ?? []).map((count, index) =>
          [{ service, thread: String(index + 1) }, count] as const
        )
      ),
    ),
    counter(
      "lb_refused_total",
      "Clients that were turned away, or that no backend serves",
      services.flatMap(([service, { refused }]) => byLabel("reason", refused, { service })),
    ),
  ];
}

function timeFamilies(services: readonly (readonly [name: string, of: Reportable])[]): Family[] {
  const of = (which: keyof ServiceTimes): [Labels, Histogram][] =>
    services.map(([service, { times }]) => [{ service }, times[which]]);
  return [
    histogram("lb_connect_seconds", "Time until a backend has taken a connection", of("connect")),
    histogram("lb_session_seconds", "Time a connection went on", of("session")),
    histogram(
      "lb_udp_answer_seconds",
      "Time from a GET to its answer, of one in sixteen",
      of("answer"),
    ),
  ];
}

function backendFamilies(services: Reports): Family[] {
  const reports = services.flatMap(([service, { backends }]) =>
    backends.map((report) => ({ labels: { service, backend: report.name }, report }))
  );
  return FIGURES.map(([kind, name, help, value]) =>
    kind(name, help, reports.map(({ labels, report }) => [labels, value(report)]))
  );
}

function datagramFamilies(services: Reports): Family[] {
  const reports = services.flatMap(([service, { udp }]) => udp === null ? [] : [{ service, udp }]);
  return [
    gauge(
      "lb_udp_clients",
      "Members of rooms, or GETs under way",
      reports.map(({ service, udp }) => [{ service }, udp.clients]),
    ),
    counter(
      "lb_udp_datagrams_total",
      "Datagrams from clients, and to them",
      reports.flatMap(({ service, udp: { received, sent } }) =>
        byLabel("direction", { received, sent }, { service })
      ),
    ),
    counter(
      "lb_udp_dropped_total",
      "Datagrams that were not passed on",
      reports.flatMap(({ service, udp }) => byLabel("reason", udp.dropped, { service })),
    ),
  ];
}

/**
 * What can be asked of a running balancer over HTTP, on loopback:
 *
 * ```
 * GET  /                               everything, as JSON
 * GET  /metrics                        the same for Prometheus
 * POST /SERVICE/BACKEND/drain          or maintain, or ready
 * POST /SERVICE/BACKEND/weight/N
 * ```
 *
 * SERVICE is a name, or `-` where there is only one; BACKEND an index or HOST:PORT. Answers are JSON.
 * HEAD is answered as GET is, without the body.
 *
 * A web page in somebody's browser on this machine can send requests here, too. So nothing that a page
 * sends is answered (it carries an Origin), changes need a header that no page may send unasked, and
 * the Host must be this machine's (a name that somebody elsewhere points at 127.0.0.1 is not).
 */

import { numberIn, WEIGHT_RANGE } from "../config/backend_option.ts";
import { CHANGE_HEADER, isFromForeignPage } from "../net/http.ts";
import { METRICS_TYPE, metricsText } from "../observe/metrics.ts";
import type { AdminState, Backend } from "./backend.ts";
import {
  type BackendReport,
  metricFamilies,
  type Reportable,
  reportBackend,
  reportService,
} from "./report.ts";

/** What an answer to a change says. */
export type ChangeAnswer =
  | { readonly service: string; readonly port: number; readonly backend: BackendReport }
  | { readonly error: string };

/** The services by name. */
export type Administered = ReadonlyMap<string, Reportable>;

/** An answer before it is HTTP. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Is told of a change that was made. */
export type Changed = (backend: Backend, service: string, what: string) => void;

/** What there is to read. */
export const ADMIN_PATHS = ["/", "/metrics"] as const;

/** Answers one request to the admin endpoint. */
export function administer(
  services: Administered,
  request: Request,
  changed: Changed,
): Response {
  if (!/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(request.headers.get("host") ?? "")) {
    return json({ status: 403, body: { error: "This is for this machine only" } });
  }
  return answerAdmin(services, request, changed);
}

/** The same for a port that has judged already who asks, and by which name. */
export function answerAdmin(
  services: Administered,
  request: Request,
  changed: Changed,
): Response {
  if (isFromForeignPage(request)) {
    return json({ status: 403, body: { error: "This is not for web pages" } });
  }
  const { pathname } = new URL(request.url);
  if (request.method === "GET" || request.method === "HEAD") return look(services, pathname);
  if (request.method !== "POST") {
    const answer = { status: 405, body: { error: "Only GET, HEAD and POST are understood" } };
    return json(answer, { allow: "GET, HEAD, POST" });
  }
  if (!request.headers.has(CHANGE_HEADER)) {
    return json({
      status: 403,
      body: { error: `A change needs the header "${CHANGE_HEADER}: 1"` },
    });
  }
  const asked = decode(pathname.split("/").slice(1));
  if (asked === undefined) {
    return json({
      status: 400,
      body: { error: "The path is not percent-encoded as it should be" },
    });
  }
  return json(change(services, asked, changed));
}

function decode(words: readonly string[]): string[] | undefined {
  try {
    return words.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function look(services: Administered, page: string): Response {
  if (page === "/") {
    const reports = [...services].map(([name, service]) => [name, reportService(service)]);
    return json({ status: 200, body: { services: Object.fromEntries(reports) } });
  }
  if (page !== "/metrics") return json({ status: 404, body: { error: "There is / and /metrics" } });
  return new Response(metricsText(metricFamilies(services)), {
    headers: { "content-type": METRICS_TYPE },
  });
}

const STATES: readonly string[] = ["drain", "maintain", "ready"] satisfies AdminState[];

function change(
  services: Administered,
  [asked = "", which = "", action = "", value]: readonly string[],
  changed: Changed,
): Answer {
  const name = asked === "-" && services.size === 1 ? [...services.keys()][0]! : asked;
  const service = services.get(name);
  if (service === undefined) {
    return refusal(404, `There is no service "${name}", only ${[...services.keys()].join(", ")}`);
  }
  const { backends } = service.pool;
  const backend = backends.find(({ index, name }) => which === name || which === String(index));
  if (backend === undefined) {
    const last = backends.length - 1;
    return refusal(404, `There is no backend "${which}" in ${name}, only 0 to ${last}`);
  }
  if (action === "weight") {
    const weight = numberIn(value ?? "", WEIGHT_RANGE);
    if (weight === undefined) return refusal(400, "A weight is a number from 0 to 1000");
    backend.ownWeight = weight;
  } else if (STATES.includes(action) && value === undefined) {
    backend.adminState = action as AdminState;
  } else {
    return refusal(400, `"${action}" is none of drain, maintain, ready and weight/N`);
  }
  service.pool.wake();
  changed(backend, name, value === undefined ? action : `${action} ${value}`);
  const { port } = service;
  return { status: 200, body: { service: name, port, backend: reportBackend(backend) } };
}

function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}

function json({ status, body }: Answer, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers });
}

/**
 * The status port of a program:
 *
 * ```
 * GET /          the status page            GET /healthz     200 while the program answers
 * GET /events    what keeps it live         GET /readyz      503 with the reasons when work should
 * GET /metrics   figures for Prometheus                      go elsewhere
 * GET /api/state everything as JSON         POST ...         a change, where the program has any
 * ```
 *
 * Other pages hang on it by their path.
 */

import { hostPort } from "../core/endpoint.ts";
import { isLoopback } from "../core/ip_address.ts";
import type { Log } from "../core/ports.ts";
import {
  type HttpServer,
  isFetchedFromElsewhere,
  isFromForeignPage,
  isMeantForUs,
  serveHttp,
} from "../net/http.ts";
import { dialableAddresses, ownAddresses } from "../net/interfaces.ts";
import { METRICS_TYPE } from "./metrics.ts";
import { SAFE_HEADERS } from "./page.ts";
import { StatusBoard } from "./status_board.ts";
import type { Observed } from "./status_view.ts";

/** Where the status port is; see `config/status_options.ts`. */
export interface StatusSettings {
  /** `undefined` for none. */
  readonly status: number | undefined;
  /** Address to listen on. */
  readonly statusHost: string;
  /** Names this machine may be asked by, beside its addresses. */
  readonly statusNames: readonly string[];
}

/** Answers a GET of a page. */
export type PageHandler = (request: Request) => Response | Promise<Response>;

/** More pages by their path, each with its name where it stands in the menu. */
export type MorePages = ReadonlyMap<
  string,
  { readonly name?: string; readonly answer: PageHandler }
>;

/** A status port that answers until it is stopped. */
export interface StatusServer extends HttpServer {
  /** Says from now on that the program takes nothing new. */
  stopping(): void;
}

/** What a status port is opened with. */
export interface StatusWorld {
  /** Ends what runs already when the port cannot be had. */
  readonly giveUp: () => Promise<void>;
  /** Is told where the page is. */
  readonly log: Log;
  /** Other pages. */
  readonly more: MorePages;
}

/**
 * Opens the status port, where there is to be one.
 *
 * @throws OperationalError when it cannot be had
 */
export async function openStatus(
  { status, statusHost, statusNames }: StatusSettings,
  observed: Observed,
  { giveUp, log, more }: StatusWorld,
): Promise<StatusServer | undefined> {
  if (status === undefined) return undefined;
  const site = new StatusSite(observed, statusNames, more);
  let server: HttpServer;
  try {
    server = serveHttp({ hostname: statusHost, port: status }, site.answer, site.paths);
  } catch (error) {
    await giveUp();
    throw error;
  }
  site.start();
  announce(statusHost, server.port, log);
  return {
    port: server.port,
    stopping: () => site.stopping(),
    async stop() {
      site.stop();
      await server.stop();
    },
  };
}

/** Tells where the page is, and who else may look at it. */
function announce(host: string, port: number, log: Log): void {
  for (const ip of dialableAddresses(host, ownAddresses())) {
    log.info(`Status page http://${hostPort(ip, port)}/`);
  }
  if (isLoopback(host) || host === "localhost") return;
  log.warn(
    `Everybody who reaches ${hostPort(host, port)} can read who is there, and with --trace what ` +
      "they say (--status-host)",
  );
}

/** What programs ask for. */
const TO_FETCH = ["/healthz", "/readyz", "/metrics", "/api/state"] as const;

const PATHS = ["/", "/events", ...TO_FETCH] as const;

const PLAIN = "text/plain; charset=utf-8";

/** Everything the status port answers, without its socket. */
export class StatusSite {
  readonly #observed: Observed;
  readonly #names: readonly string[];
  readonly #more: MorePages;
  readonly #pages: readonly string[];
  readonly #board: StatusBoard;

  /** Answers for a program; `names` are those this machine may be asked by. */
  constructor(observed: Observed, names: readonly string[] = [], more: MorePages = new Map()) {
    this.#observed = observed;
    this.#names = names;
    this.#more = more;
    const links = [...more].flatMap(([path, { name }]) =>
      name === undefined ? [] : [[path, name] as const]
    );
    this.#pages = ["/", ...links.map(([path]) => path)];
    this.#board = new StatusBoard(observed, links);
  }

  /** Every path there is. */
  get paths(): readonly string[] {
    return [...PATHS, ...this.#more.keys()];
  }

  /** Begins to keep what the charts show. */
  start(): void {
    this.#board.start();
  }

  /** Says from now on that the program takes nothing new. */
  stopping(): void {
    this.#board.stopping();
  }

  /** Ends what is open. */
  stop(): void {
    this.#board.stop();
  }

  /** Answers one request. */
  readonly answer = (request: Request, isLocal: boolean): Response | Promise<Response> => {
    if (!isMeantForUs(request, this.#names)) {
      return refusal(403, "Ask for this by address, or give the name with --status-name");
    }
    if (request.method === "POST") return this.#change(request, isLocal);
    if (isFetchedFromElsewhere(request)) {
      return refusal(403, "A page from elsewhere reads nothing here");
    }
    const { pathname } = new URL(request.url);
    // A stream that nobody reads would never end.
    const isLook = request.method === "GET" ||
      (request.method === "HEAD" && !pathname.endsWith("/events"));
    if (!isLook) return this.#refuseMethod("Only GET is understood here", pathname);
    return this.#look(pathname, isLocal) ?? this.#more.get(pathname)?.answer(request) ??
      refusal(404, `There is ${[...this.#pages, ...TO_FETCH].join(", ")}`);
  };

  /** A 405 has to name what is allowed (RFC 9110, 15.5.6). */
  #refuseMethod(reason: string, path: string): Response {
    const look = path.endsWith("/events") ? ["GET"] : ["GET", "HEAD"];
    const change = this.#observed.change === undefined ? [] : ["POST"];
    return refusal(405, reason, { allow: [...look, ...change].join(", ") });
  }

  #look(path: string, isLocal: boolean): Response | undefined {
    switch (path) {
      case "/":
        return this.#board.page(isLocal);
      case "/events":
        return this.#board.events();
      case "/healthz":
        return text(200, "ok\n");
      case "/readyz": {
        const troubles = this.#board.troubles();
        return troubles.length === 0
          ? text(200, "ready\n")
          : text(503, troubles.map((trouble) => `${trouble}\n`).join(""));
      }
      case "/metrics":
        return text(200, this.#board.metrics(), METRICS_TYPE);
      case "/api/state":
        return Response.json(this.#board.state(), { headers: SAFE_HEADERS });
      default:
        return undefined;
    }
  }

  #change(request: Request, isLocal: boolean): Response {
    if (this.#observed.change === undefined) {
      return this.#refuseMethod("There is nothing to change here", new URL(request.url).pathname);
    }
    if (!isLocal) return refusal(403, "Changes are made on the machine itself");
    if (isFromForeignPage(request)) {
      return refusal(403, "A page from elsewhere changes nothing here");
    }
    return this.#observed.change(request);
  }
}

function refusal(
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${reason}\n`, {
    status,
    headers: { ...SAFE_HEADERS, "content-type": PLAIN, ...headers },
  });
}

function text(status: number, body: string, type: string = PLAIN): Response {
  return new Response(body, { status, headers: { ...SAFE_HEADERS, "content-type": type } });
}

/**
 * HTTP for whoever looks into a running program: one listener, and the questions every answer begins
 * with: was this machine meant, and does a page from elsewhere ask?
 */

import { hostPort } from "../core/endpoint.ts";
import { OperationalError } from "../core/errors.ts";
import { canonicalIp, isIpAddress, isLoopback } from "../core/ip_address.ts";
import { nameActiveSpan } from "../core/spans.ts";
import { ownAddresses } from "./interfaces.ts";
import { listenReason } from "./system_error.ts";
import type { ListenAddress } from "./tcp.ts";

/** The header every change over HTTP needs: a page from elsewhere may not send it unasked. */
export const CHANGE_HEADER = "parley-change";

/** Answers a request to an address that can be read. `isLocal`: it was sent from this machine. */
export type HttpHandler = (request: Request, isLocal: boolean) => Response | Promise<Response>;

/** An HTTP server that answers until it is stopped. */
export interface HttpServer {
  /** The port it really has. */
  readonly port: number;
  /** Takes nothing new and ends what is open. */
  stop(): Promise<void>;
}

/**
 * Opens a port for HTTP.
 *
 * @param paths those that spans are named after: whatever else strangers ask for is no name
 * @throws OperationalError naming the address and what to do
 */
export function serveHttp(
  address: ListenAddress,
  handle: HttpHandler,
  paths: readonly string[] = [],
): HttpServer {
  try {
    const stopping = new AbortController();
    const server = Deno.serve(
      { ...address, signal: stopping.signal, onListen: () => {}, onError: failed },
      (request, { remoteAddr }) => {
        if (!URL.canParse(request.url)) return unreadable();
        nameActiveSpan(spanName(request, paths));
        return handle(request, isOwn(canonicalIp(remoteAddr.hostname)));
      },
    );
    return {
      port: server.addr.port,
      async stop() {
        stopping.abort();
        await server.finished;
      },
    };
  } catch (error) {
    const at = hostPort(address.hostname, address.port);
    throw new OperationalError(`Cannot listen on ${at} (HTTP): ${listenReason(error)}`, {
      cause: error,
    });
  }
}

/** One of few: `GET /metrics`, `POST change`, `GET other`. */
function spanName({ method, url }: Request, paths: readonly string[]): string {
  if (method === "POST") return "POST change";
  if (method !== "GET" && method !== "HEAD") return "other";
  const { pathname } = new URL(url);
  return `${method} ${paths.includes(pathname) ? pathname : "other"}`;
}

/** Whether an address is this machine's: nobody elsewhere can talk to us from it. */
function isOwn(ip: string): boolean {
  return isLoopback(ip) || ownAddresses().some((own) => own.ip === ip);
}

function unreadable(): Response {
  return new Response("Its address or its Host cannot be read\n", { status: 400 });
}

function failed(): Response {
  return new Response("The answer could not be made\n", { status: 500 });
}

/**
 * Whether a request names this machine in a way that nobody elsewhere can make it named: by address,
 * as localhost, or by a name its owner gave. Another name may be an attacker's that leads here, so
 * that a page of theirs may read what we answer.
 */
export function isMeantForUs(request: Request, names: readonly string[]): boolean {
  const name = hostNameOf(request.headers.get("host") ?? "");
  return isIpAddress(name) || name === "localhost" || names.includes(name);
}

/** Whether a page of another origin sent a request. Programs send no origin. */
export function isFromForeignPage(request: Request): boolean {
  const origin = request.headers.get("origin");
  return origin !== null && origin !== `http://${request.headers.get("host")}`;
}

/**
 * Whether a page of another origin fetches something, be it only to hold it open: browsers say so
 * since 2023, other programs say nothing. Whoever follows a link from there may.
 */
export function isFetchedFromElsewhere({ headers }: Request): boolean {
  const site = headers.get("sec-fetch-site") ?? "none";
  return !["none", "same-origin"].includes(site) && headers.get("sec-fetch-mode") !== "navigate";
}

/** The name of `NAME:PORT`, in lower case, without the brackets of an IPv6 address. */
function hostNameOf(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(host) ?? [];
  return (bracketed ?? plain ?? "").toLowerCase();
}

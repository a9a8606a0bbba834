/**
 * HTTP for whoever looks into a running program: one listener, and the questions every answer begins
 * with: was this machine meant, and does a page from elsewhere ask?
 */

import { hostPort } from "../core/endpoint.ts";
import { OperationalError } from "../core/errors.ts";
import { canonicalIp, isIpAddress, isLoopback } from "../core/ip_address.ts";
import { nameActiveSpan } from "../core/spans.ts";
import { listenReason } from "./system_error.ts";
import type { ListenAddress } from "./tcp.ts";

/** The header every change over HTTP needs: a page from elsewhere may not send it unasked. */
export const CHANGE_HEADER = "parley-change";

/** Answers a request. `isLocal` tells that it was sent from this machine. */
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
 * @throws OperationalError naming the address and what to do
 */
export function serveHttp(address: ListenAddress, handle: HttpHandler): HttpServer {
  try {
    const stopping = new AbortController();
    const server = Deno.serve(
      { ...address, signal: stopping.signal, onListen: () => {}, onError: failed },
      (request, { remoteAddr }) => {
        nameActiveSpan(`${request.method} ${new URL(request.url).pathname}`);
        return handle(request, isLoopback(canonicalIp(remoteAddr.hostname)));
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

/** The name of `NAME:PORT`, in lower case, without the brackets of an IPv6 address. */
function hostNameOf(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(host) ?? [];
  return (bracketed ?? plain ?? "").toLowerCase();
}

/** Asking an HTTP endpoint on this machine. */

import { UnreachableError } from "../core/errors.ts";
import { connectReason } from "./system_error.ts";

/** An answer, read whole. */
export interface LocalAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** What its JSON says. */
  readonly body: unknown;
}

/**
 * Asks an endpoint on loopback.
 *
 * @throws UnreachableError when nobody answers there, or not in JSON
 */
export async function askLocal(
  port: number,
  path: string,
  options: { readonly method: "GET" | "POST"; readonly headers?: Record<string, string> },
): Promise<LocalAnswer> {
  const at = `127.0.0.1:${port}`;
  try {
    const signal = AbortSignal.timeout(5000);
    const response = await fetch(`http://${at}${path}`, { ...options, signal });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    const whole = `${error} ${(error as Error).cause}`;
    const reason = /refused/i.test(whole) ? "nothing is listening there" : connectReason(error);
    throw new UnreachableError(`Cannot reach ${at}: ${reason}`, { cause: error });
  }
}

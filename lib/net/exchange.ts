/**
 * One request, one answer, on a connection of its own, within one time.
 */

import { hostPort } from "../core/endpoint.ts";
import { UnreachableError } from "../core/errors.ts";
import { socketIp } from "../core/ip_address.ts";
import type { ByteStream } from "../core/ports.ts";
import { closeNow, writeAll } from "./orderly_close.ts";
import { connectTcp, type Dial } from "./tcp.ts";
import { type DialTrace, tracedDial } from "./traced_stream.ts";

/** A server that let us connect and then said nothing, or too little. */
export class NoReplyError extends UnreachableError {}

/** One that ended the connection so, as older servers do on what they do not know. */
export class HungUpError extends NoReplyError {}

/** Who is asked, what, and within what bounds. */
export interface Exchange<Answer> {
  /** Name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** What is sent. */
  readonly request: Uint8Array;
  /** Reads the answer; `undefined` when there was none worth the name. */
  readonly read: (stream: ByteStream) => Promise<Answer | undefined>;
  /** For connecting, and again for the answer. */
  readonly timeoutMs: number;
  /** Breaks it off. */
  readonly signal: AbortSignal;
  /** Opens the connection; a plain one unless given. */
  readonly dial?: Dial | undefined;
  /** What listens to the connection, where something does. */
  readonly tracing?: DialTrace | undefined;
  /** Told where the connection really went, in canonical form. */
  readonly reached: (ip: string) => void;
}

/**
 * Asks and gives the answer.
 *
 * @throws UnreachableError when no connection could be had
 * @throws NoReplyError when it could, and no answer came in time
 * @throws HungUpError when the other side ended it without an answer
 */
export async function exchange<Answer>(
  { host, port, request, read, timeoutMs, signal, dial = connectTcp, tracing, reached }: Exchange<
    Answer
  >,
): Promise<Answer> {
  const conn = await dial(host, port, { timeoutMs, signal });
  reached(socketIp(conn.remoteAddr.hostname));
  const stream = tracedDial(conn, tracing);
  const at = hostPort(host, port);
  let late = false;
  const close = (): void => closeNow(stream);
  const timer = setTimeout(() => {
    late = true;
    close();
  }, timeoutMs);
  signal.addEventListener("abort", close);
  // It may have been broken off in the moment between connecting and here.
  if (signal.aborted) close();
  try {
    await writeAll(stream, request);
    const answer = await read(stream);
    if (answer !== undefined) return answer;
  } catch (error) {
    if (!late) throw new HungUpError(`The server at ${at} hung up`, { cause: error });
    const why = `did not answer within ${timeoutMs / 1000} s`;
    throw new NoReplyError(`The server at ${at} ${why}`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", close);
    close();
  }
  throw new HungUpError(`The server at ${at} hung up without a reply`);
}

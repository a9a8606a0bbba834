/**
 * How the client reaches its server over TCP: a connection for each request, and bytes both ways.
 */

import { hostPort } from "../core/endpoint.ts";
import type { ByteStream, Trace } from "../core/ports.ts";
import { exchange } from "../net/exchange.ts";
import type { Dial } from "../net/tcp.ts";
import type { DialTrace } from "../net/traced_stream.ts";
import { type BuddyReply, parseBuddyReply } from "../wire/buddy_reply.ts";

/** How long the server may take to let us connect, and to reply. */
const REPLY_TIMEOUT_MS = 10_000;

/** Longest reply line read, in bytes; those of the protocol are far shorter. */
const MAX_REPLY_BYTES = 4096;

const LF = 10;

/** Where the server is. */
export interface ServerAddress {
  readonly host: string;
  readonly tcpPort: number;
  /** How TLS is spoken to it, where it is. */
  readonly secure?: { readonly tlsPort: number; readonly dial: Dial };
}

/** How much is read of an answer, and how long it is waited for. */
export interface AnswerBounds {
  readonly maxBytes: number;
  /** Whether its first line is all of it. */
  readonly oneLine?: boolean;
  /** Milliseconds, at least the usual ones. */
  readonly timeoutMs?: number;
}

/** An answer that is a line. */
export const ONE_LINE: AnswerBounds = { maxBytes: MAX_REPLY_BYTES, oneLine: true };

/** What going there may be told besides. */
export interface RouteOptions {
  /** How long the server may take to answer. */
  readonly timeoutMs?: number | undefined;
  /** What listens to every connection, where something does. */
  readonly trace?: Trace | undefined;
}

/** The way to one server. */
export class ServerRoute {
  readonly #address: ServerAddress;
  readonly #timeoutMs: number;
  readonly #tracing: DialTrace | undefined;
  readonly #closing = new AbortController();
  #reachedIp: string | undefined;

  constructor(address: ServerAddress, { timeoutMs, trace }: RouteOptions) {
    this.#address = address;
    this.#timeoutMs = timeoutMs ?? REPLY_TIMEOUT_MS;
    this.#tracing = trace && { trace, service: "buddy", name: "client", peer: "server" };
  }

  /** Its address as the last connection really went, in canonical form. */
  get reachedIp(): string | undefined {
    return this.#reachedIp;
  }

  /** Whether nobody else can read what goes there. */
  get isSecure(): boolean {
    return this.#address.secure !== undefined;
  }

  /** Whether nothing can be asked any more. */
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Host and port, as people are told of them. */
  get name(): string {
    const { host, tcpPort, secure } = this.#address;
    return hostPort(host, secure?.tlsPort ?? tcpPort);
  }

  /** Breaks off what is under way; nothing can be asked any more. */
  close(): void {
    this.#closing.abort();
  }

  /**
   * Sends a request and reads to the end of the stream, or of the first line. Never empty.
   *
   * @throws UnreachableError when no connection or no answer could be had
   */
  ask(request: Uint8Array, bounds: AnswerBounds): Promise<Uint8Array> {
    const { host, tcpPort, secure } = this.#address;
    return exchange({
      ...{ host, port: secure?.tlsPort ?? tcpPort, dial: secure?.dial },
      request,
      timeoutMs: Math.max(this.#timeoutMs, bounds.timeoutMs ?? 0),
      ...{ signal: this.#closing.signal, tracing: this.#tracing },
      reached: (ip) => this.#reachedIp = ip,
      async read(stream) {
        const answer = await readAnswer(stream, bounds);
        return answer.length > 0 ? answer : undefined;
      },
    });
  }
}

/** The first line of an answer, and what is behind it. */
export function firstReply(
  answer: Uint8Array,
): { readonly reply: BuddyReply; readonly rest: Uint8Array } {
  const at = answer.indexOf(LF);
  const end = at < 0 ? answer.length : at;
  return { reply: parseBuddyReply(answer.subarray(0, end)), rest: answer.subarray(end + 1) };
}

async function readAnswer(stream: ByteStream, bounds: AnswerBounds): Promise<Uint8Array> {
  let answer = new Uint8Array(1024);
  let length = 0;
  for (;;) {
    const count = await stream.read(answer.subarray(length));
    if (count === null) break;
    const isWhole = bounds.oneLine && answer.subarray(length, length + count).includes(LF);
    length += count;
    if (isWhole || length >= bounds.maxBytes) break;
    if (length === answer.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(answer);
      answer = larger;
    }
  }
  return answer.subarray(0, length);
}

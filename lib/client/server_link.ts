/**
 * Requests to the server: one connection, one line, one reply. Rules: protocols/buddy.md, "TCP" and
 * "Extensions".
 *
 * `CAP` is sent once, at start. When the server could not be reached then, it goes out again beside
 * the next request; after any reply to it, a hang-up included, never again. Nothing of the extensions is sent to a
 * server that did not offer it.
 */

import { hostPort } from "../core/endpoint.ts";
import { UnreachableError } from "../core/errors.ts";
import type { BuddyPresence } from "../core/presence.ts";
import type { ByteStream, Log, Trace } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { exchange, NoReplyError } from "../net/exchange.ts";
import type { Dial } from "../net/tcp.ts";
import type { DialTrace } from "../net/traced_stream.ts";
import { parseBuddyList } from "../wire/buddy_presence.ts";
import { type BuddyReply, parseBuddyReply } from "../wire/buddy_reply.ts";
import { type BuddyRequest, encodeBuddyRequest } from "../wire/buddy_request.ts";
import { type Capabilities, NO_CAPABILITIES, parseCapabilities } from "../wire/capabilities.ts";

/** A request that a client may send. */
export type ClientRequest = Exclude<BuddyRequest, { kind: "invalid" | "blank" }>;

/** How long the server may take to let us connect, and to reply. */
const REPLY_TIMEOUT_MS = 10_000;

/** Longest reply line read, in bytes; those of the protocol are far shorter. */
const MAX_REPLY_BYTES = 4096;

/** Largest list read over TCP, in bytes: some 100,000 buddies. */
const MAX_LIST_BYTES = 8 * 1024 * 1024;

const LF = 10;

/** Where the server is. */
export interface ServerAddress {
  readonly host: string;
  readonly tcpPort: number;
  /** How TLS is spoken to it, where it is. */
  readonly secure?: { readonly tlsPort: number; readonly dial: Dial };
}

/** What came of asking for a whole list: the reply line, and the list when that was 200. */
export interface ListReply {
  readonly reply: BuddyReply;
  readonly entries: readonly BuddyPresence<string>[];
}

/** What a link may be told besides. */
export interface LinkOptions {
  /** How long the server may take to answer. */
  readonly timeoutMs?: number | undefined;
  /** What listens to every connection, where something does. */
  readonly trace?: Trace | undefined;
}

/** The client's side of the TCP part of the buddy protocol. */
export class ServerLink {
  readonly #address: ServerAddress;
  readonly #log: Log;
  readonly #timeoutMs: number;
  readonly #tracing: DialTrace | undefined;
  readonly #closing = new AbortController();
  #reachedIp: string | undefined;
  #offered: Capabilities | undefined;
  #asking: Promise<Capabilities> | undefined;

  constructor(address: ServerAddress, log: Log, { timeoutMs, trace }: LinkOptions = {}) {
    this.#address = address;
    this.#log = log;
    this.#timeoutMs = timeoutMs ?? REPLY_TIMEOUT_MS;
    this.#tracing = trace && { trace, service: "buddy", name: "client", peer: "server" };
  }

  /** The server's address as the last connection to it really went, in canonical form. */
  get reachedIp(): string | undefined {
    return this.#reachedIp;
  }

  /** What the server is known to offer; nothing before it has answered. */
  get offered(): Capabilities {
    return this.#offered ?? NO_CAPABILITIES;
  }

  /**
   * What the server offers, asking unless it has answered before.
   *
   * @throws UnreachableError when it did not reply
   */
  capabilities(): Promise<Capabilities> {
    if (this.#offered !== undefined) return Promise.resolve(this.#offered);
    this.#asking ??= this.#askCapabilities().finally(() => this.#asking = undefined);
    return this.#asking;
  }

  async #askCapabilities(): Promise<Capabilities> {
    try {
      this.#offered = parseCapabilities(await this.#oneLine({ kind: "capabilities" }));
    } catch (error) {
      // A server that hangs up on CAP, or is silent, has none: that is its answer.
      if (!(error instanceof NoReplyError) || this.#closing.signal.aborted) throw error;
      this.#offered = NO_CAPABILITIES;
    }
    return this.#offered;
  }

  /**
   * Sends a request and reads the line that answers it.
   *
   * @throws UnreachableError when no connection or no reply could be had
   */
  request(request: ClientRequest): Promise<BuddyReply> {
    // Not waited for: what it tells is not needed here, and this reply tells what is wrong, too.
    this.capabilities().catch(() => {});
    return this.#oneLine(request);
  }

  /**
   * The whole buddy list, however long. Only for a server that offers `get`.
   *
   * @throws UnreachableError when no connection or no whole reply could be had
   */
  async list(user: UserId): Promise<ListReply> {
    const answer = await this.#exchange({ kind: "list", user }, { maxBytes: MAX_LIST_BYTES });
    const end = lineEnd(answer);
    const reply = parseBuddyReply(answer.subarray(0, end));
    if (reply.code !== 200) return { reply, entries: [] };
    const entries = parseBuddyList(answer.subarray(end + 1));
    if (entries.length < Number(reply.words[0])) {
      throw new UnreachableError(`The server at ${this.#at} broke off in the middle of a list`);
    }
    return { reply, entries };
  }

  /** Breaks off what is under way; nothing can be asked any more. */
  close(): void {
    this.#closing.abort();
  }

  get #at(): string {
    const { host, tcpPort, secure } = this.#address;
    return hostPort(host, secure?.tlsPort ?? tcpPort);
  }

  async #oneLine(request: ClientRequest): Promise<BuddyReply> {
    const answer = await this.#exchange(request, { maxBytes: MAX_REPLY_BYTES, oneLine: true });
    const reply = parseBuddyReply(answer.subarray(0, lineEnd(answer)));
    this.#log.debug("Asked the server", { request: request.kind, reply: reply.text });
    return reply;
  }

  /** Sends a request and reads to the end of the stream, or of the first line. Never empty. */
  #exchange(request: ClientRequest, bounds: AnswerBounds): Promise<Uint8Array> {
    const { host, tcpPort, secure } = this.#address;
    return exchange({
      ...{ host, port: secure?.tlsPort ?? tcpPort, dial: secure?.dial },
      request: encodeBuddyRequest(request),
      ...{ timeoutMs: this.#timeoutMs, signal: this.#closing.signal, tracing: this.#tracing },
      reached: (ip) => this.#reachedIp = ip,
      async read(stream) {
        const answer = await readAnswer(stream, bounds);
        return answer.length > 0 ? answer : undefined;
      },
    });
  }
}

interface AnswerBounds {
  readonly maxBytes: number;
  readonly oneLine?: boolean;
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

function lineEnd(answer: Uint8Array): number {
  const at = answer.indexOf(LF);
  return at < 0 ? answer.length : at;
}

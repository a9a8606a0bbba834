/**
 * Requests to the server: one connection, one line, one reply. Rules: protocols/buddy.md, "TCP" and
 * "Extensions".
 *
 * `CAP` is sent once, at start. When the server could not be reached then, it goes out again beside
 * the next request; after any reply to it, a hang-up included, never again. Nothing of the extensions is sent to a
 * server that did not offer it.
 *
 * Where accounts have passwords, requests of somebody who is logged in are authenticated. What is
 * denied is asked once more after logging in: the session may have ended.
 */

import { hostPort } from "../core/endpoint.ts";
import { OperationalError, UnreachableError } from "../core/errors.ts";
import { LOGIN_ANSWER_SECONDS } from "../core/limits.ts";
import type { BuddyPresence } from "../core/presence.ts";
import type { ByteStream, Clock, Log, Trace } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { exchange, NoReplyError } from "../net/exchange.ts";
import type { Dial } from "../net/tcp.ts";
import type { DialTrace } from "../net/traced_stream.ts";
import { parseBuddyList } from "../wire/buddy_presence.ts";
import { type BuddyReply, parseBuddyReply } from "../wire/buddy_reply.ts";
import { encodePasswordRequest } from "../wire/account_request.ts";
import {
  buddyRequestText,
  encodeBuddyRequest,
  type SayableRequest,
} from "../wire/buddy_request.ts";
import { type Capabilities, NO_CAPABILITIES, parseCapabilities } from "../wire/capabilities.ts";
import { Login } from "./login.ts";

/** A request that a client may send. */
export type ClientRequest = Exclude<SayableRequest, { kind: "log in" }>;

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
  /** Whether passwords may go where others can read them. */
  readonly allowCleartextPasswords?: boolean | undefined;
  /** Counts the age of a login. */
  readonly clock?: Clock | undefined;
}

/**
 * Gives the password of a user, where the server asks for it.
 *
 * @param isNew whether it is chosen now
 * @returns `undefined` when there is none
 */
export type AskPassword = (user: UserId, isNew: boolean) => Promise<string | undefined>;

/** The client's side of the TCP part of the buddy protocol. */
export class ServerLink {
  readonly #address: ServerAddress;
  readonly #log: Log;
  readonly #timeoutMs: number;
  readonly #tracing: DialTrace | undefined;
  readonly #mayTellPasswords: boolean;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #reachedIp: string | undefined;
  #offered: Capabilities | undefined;
  #asking: Promise<Capabilities> | undefined;
  #login: Login | undefined;

  /** Gives passwords where they are needed and nobody has logged in; nobody is asked unless set. */
  askPassword: AskPassword | undefined;

  constructor(address: ServerAddress, log: Log, options: LinkOptions = {}) {
    const { timeoutMs, trace, allowCleartextPasswords = false, clock = Date.now } = options;
    this.#mayTellPasswords = address.secure !== undefined || allowCleartextPasswords;
    this.#clock = clock;
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
  async request(request: ClientRequest): Promise<BuddyReply> {
    // Not waited for: what it tells is not needed here, and this reply tells what is wrong, too.
    this.capabilities().catch(() => {});
    const reply = await this.#oneLine(request);
    // What is published is also denied to somebody who is not online.
    if (reply.code !== DENIED || request.kind === "publish" || !("user" in request)) return reply;
    if (request.kind === "register") return await this.#registerAsked(request.user) ?? reply;
    return await this.#hasLoggedIn(request.user) ? await this.#oneLine(request) : reply;
  }

  /** Who is logged in, where accounts have passwords. */
  get login(): Login | undefined {
    return this.#login;
  }

  /**
   * Logs in with a password. Only for a server that offers `accounts`.
   *
   * @returns the reply: 200 when the user is logged in
   * @throws OperationalError when the password would go where others can read it
   * @throws UnreachableError when there is no answer
   */
  async logIn(user: UserId, password: string): Promise<BuddyReply> {
    this.#checkSecrecy();
    const login = new Login(user, password, this.#clock);
    const reply = await login.begin((line) => this.#tellPassword(line));
    if (login.isGood) this.#login = login;
    return reply;
  }

  /**
   * Registers a name with a password. Otherwise as {@linkcode ServerLink.logIn}.
   *
   * @returns the reply: 200 when it is registered; nobody is logged in by it
   */
  async register(user: UserId, password: string): Promise<BuddyReply> {
    this.#checkSecrecy();
    return await this.#tellPassword(encodePasswordRequest("register", user, password));
  }

  #checkSecrecy(): void {
    if (this.#mayTellPasswords) return;
    throw new OperationalError(
      `The server at ${this.#at} takes passwords, and everybody on the network could read yours: ` +
        "speak TLS with --tls, or send it all the same with --allow-cleartext-passwords",
    );
  }

  /** Registers with a password that is asked for, where the server takes them, and logs in. */
  async #registerAsked(user: UserId): Promise<BuddyReply | undefined> {
    const password = await this.#passwordOf(user, true);
    if (password === undefined) return undefined;
    const reply = await this.register(user, password);
    if (reply.code === 200) await this.logIn(user, password);
    return reply;
  }

  /** After something was denied: whether a login has come of it that it can be tried again with. */
  async #hasLoggedIn(user: UserId): Promise<boolean> {
    if (this.#login !== undefined) {
      const reply = await this.#login.begin((line) => this.#tellPassword(line));
      return reply.code === 200;
    }
    const password = await this.#passwordOf(user, false);
    if (password === undefined) return false;
    const reply = await this.logIn(user, password);
    if (reply.code === 200) return true;
    throw new OperationalError(`Cannot log in as ${user} (${visibleText(reply.text)})`);
  }

  async #passwordOf(user: UserId, isNew: boolean): Promise<string | undefined> {
    if (this.askPassword === undefined || !(await this.capabilities()).accounts) return undefined;
    this.#checkSecrecy();
    return await this.askPassword(user, isNew);
  }

  /** The reply to a line with a password; a secret may be in it, and so it is not logged. */
  async #tellPassword(line: Uint8Array): Promise<BuddyReply> {
    const timeoutMs = Math.max(this.#timeoutMs, LOGIN_ANSWER_SECONDS.client * 1000);
    return firstLine(await this.#exchange(line, { ...ONE_LINE, timeoutMs }));
  }

  /**
   * The whole buddy list, however long. Only for a server that offers `get`.
   *
   * @throws UnreachableError when no connection or no whole reply could be had
   */
  async list(user: UserId): Promise<ListReply> {
    const listed = await this.#list(user);
    const isDenied = listed.reply.code === DENIED && (this.#login?.user ?? user) === user;
    return isDenied && await this.#hasLoggedIn(user) ? await this.#list(user) : listed;
  }

  async #list(user: UserId): Promise<ListReply> {
    const line = this.#encoded({ kind: "list", user });
    const answer = await this.#exchange(line, { maxBytes: MAX_LIST_BYTES });
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
    const reply = firstLine(await this.#exchange(this.#encoded(request), ONE_LINE));
    this.#log.debug("Asked the server", { request: request.kind, reply: reply.text });
    return reply;
  }

  /** Writes a request: ours, where we are logged in and it is to be proved. */
  #encoded(request: ClientRequest): Uint8Array<ArrayBuffer> {
    const isFree = request.kind === "capabilities" || request.kind === "register";
    const own = isFree ? undefined : this.#login?.authenticated(buddyRequestText(request), "TCP");
    return own ?? encodeBuddyRequest(request);
  }

  /** Sends a request and reads to the end of the stream, or of the first line. Never empty. */
  #exchange(request: Uint8Array, bounds: AnswerBounds): Promise<Uint8Array> {
    const { host, tcpPort, secure } = this.#address;
    return exchange({
      ...{ host, port: secure?.tlsPort ?? tcpPort, dial: secure?.dial },
      request,
      timeoutMs: bounds.timeoutMs ?? this.#timeoutMs,
      ...{ signal: this.#closing.signal, tracing: this.#tracing },
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
  /** Milliseconds to wait, where that is not the usual time. */
  readonly timeoutMs?: number;
}

const ONE_LINE: AnswerBounds = { maxBytes: MAX_REPLY_BYTES, oneLine: true };

/** What a request is answered that does not prove whose it is. */
const DENIED = 204;

function firstLine(answer: Uint8Array): BuddyReply {
  return parseBuddyReply(answer.subarray(0, lineEnd(answer)));
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

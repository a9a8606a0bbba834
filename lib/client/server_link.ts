/**
 * Requests to the server: one connection, one line, one reply. Rules: protocols/buddy.md, "TCP" and
 * "Extensions".
 *
 * `CAP` is sent once, at start. When the server could not be reached then, it goes out again beside
 * the next request; after any reply to it, a hang-up included, never again. Nothing of the
 * extensions is sent to a server that did not offer it.
 *
 * Where accounts have passwords, requests of somebody who is logged in are authenticated. What is
 * denied is asked once more after logging in: the session may have ended.
 */

import { OperationalError, UnreachableError } from "../core/errors.ts";
import { LOGIN_ANSWER_SECONDS } from "../core/limits.ts";
import type { BuddyPresence } from "../core/presence.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { NoReplyError } from "../net/exchange.ts";
import { parseBuddyList } from "../wire/buddy_presence.ts";
import type { BuddyReply } from "../wire/buddy_reply.ts";
import { encodePasswordRequest } from "../wire/account_request.ts";
import {
  buddyRequestText,
  encodeBuddyRequest,
  type SayableRequest,
} from "../wire/buddy_request.ts";
import { type Capabilities, NO_CAPABILITIES, parseCapabilities } from "../wire/capabilities.ts";
import { Login } from "./login.ts";
import {
  firstReply,
  ONE_LINE,
  type RouteOptions,
  type ServerAddress,
  ServerRoute,
} from "./server_route.ts";

/** A request that a client may send. */
export type ClientRequest = Exclude<SayableRequest, { kind: "log in" }>;

/** Largest list read over TCP, in bytes: some 100,000 buddies. */
const MAX_LIST_BYTES = 8 * 1024 * 1024;

/** What a request is answered that does not prove whose it is. */
const DENIED = 204;

/** What came of asking for a whole list: the reply line, and the list when that was 200. */
export interface ListReply {
  readonly reply: BuddyReply;
  readonly entries: readonly BuddyPresence<string>[];
}

/**
 * Gives the password of a user, where the server asks for it.
 *
 * @param isNew whether it is chosen now
 * @returns `undefined` when there is none
 */
export type AskPassword = (user: UserId, isNew: boolean) => Promise<string | undefined>;

/** What a link may be told besides. */
export interface LinkOptions extends RouteOptions {
  /** Whether passwords may go where others can read them. */
  readonly allowCleartextPasswords?: boolean | undefined;
  /** Counts the age of a login. */
  readonly clock?: Clock | undefined;
  /** Gives passwords where they are needed and nobody has logged in; nobody is asked unless given. */
  readonly askPassword?: AskPassword | undefined;
}

/** The client's side of the TCP part of the buddy protocol. */
export class ServerLink {
  readonly #route: ServerRoute;
  readonly #log: Log;
  readonly #mayTellPasswords: boolean;
  readonly #clock: Clock;
  readonly #askPassword: AskPassword | undefined;
  #offered: Capabilities | undefined;
  #asking: Promise<Capabilities> | undefined;
  #login: Login | undefined;

  constructor(address: ServerAddress, log: Log, options: LinkOptions = {}) {
    const { allowCleartextPasswords = false, clock = Date.now, askPassword } = options;
    this.#route = new ServerRoute(address, options);
    this.#mayTellPasswords = this.#route.isSecure || allowCleartextPasswords;
    this.#clock = clock;
    this.#askPassword = askPassword;
    this.#log = log;
  }

  /** The server's address as the last connection to it really went, in canonical form. */
  get reachedIp(): string | undefined {
    return this.#route.reachedIp;
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
      if (!(error instanceof NoReplyError) || this.#route.isClosed) throw error;
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
    // INFO is about anybody; all else is about us, or denied whoever logs in anew.
    const isOurs = request.kind === "info" || (this.#login?.user ?? request.user) === request.user;
    if (!isOurs) return reply;
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
    this.requireSecrecy();
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
    this.requireSecrecy();
    return await this.#tellPassword(encodePasswordRequest("register", user, password));
  }

  /**
   * Sees to it that a password may be sent. Whoever asks a person for one does this first.
   *
   * @throws OperationalError when it would go where others can read it
   */
  requireSecrecy(): void {
    if (this.#mayTellPasswords) return;
    throw new OperationalError(
      `The server at ${this.#route.name} takes passwords, and everybody on the network could read ` +
        "yours: speak TLS with --tls, or send it all the same with --allow-cleartext-passwords",
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
    const ask = this.#askPassword;
    if (ask === undefined || !(await this.capabilities()).accounts) return undefined;
    this.requireSecrecy();
    const password = await ask(user, isNew);
    if (password !== undefined) return password;
    throw new OperationalError(`Cannot go on as ${user}: no password was typed`);
  }

  /** The reply to a line with a password; a secret may be in it, and so it is not logged. */
  async #tellPassword(line: Uint8Array): Promise<BuddyReply> {
    const timeoutMs = LOGIN_ANSWER_SECONDS.client * 1000;
    return firstReply(await this.#route.ask(line, { ...ONE_LINE, timeoutMs })).reply;
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
    const answer = await this.#route.ask(line, { maxBytes: MAX_LIST_BYTES });
    const { reply, rest } = firstReply(answer);
    if (reply.code !== 200) return { reply, entries: [] };
    const entries = parseBuddyList(rest);
    if (entries.length < Number(reply.words[0])) {
      throw new UnreachableError(
        `The server at ${this.#route.name} broke off in the middle of a list`,
      );
    }
    return { reply, entries };
  }

  /** Breaks off what is under way; nothing can be asked any more. */
  close(): void {
    this.#route.close();
  }

  async #oneLine(request: ClientRequest): Promise<BuddyReply> {
    const { reply } = firstReply(await this.#route.ask(this.#encoded(request), ONE_LINE));
    this.#log.debug("Asked the server", { request: request.kind, reply: reply.text });
    return reply;
  }

  /** Writes a request: ours, where we are logged in and it is to be proved. */
  #encoded(request: ClientRequest): Uint8Array<ArrayBuffer> {
    const isFree = request.kind === "capabilities" || request.kind === "register";
    const own = isFree ? undefined : this.#login?.authenticated(buddyRequestText(request), "TCP");
    return own ?? encodeBuddyRequest(request);
  }
}

/**
 * Presence: telling the server where we are, and asking where our buddies are. Rules:
 * protocols/buddy.md, "UDP: presence".
 *
 * SET and then GET go out at once, every refresh, and whenever somebody wants a fresh list. Every
 * answer replaces the list; an empty one empties it. One socket serves for both, and a new user
 * gets a new one, so that a late answer for the user before is never taken for theirs.
 */

import { reasonOf } from "../core/errors.ts";
import { MAX_DATAGRAM_BYTES } from "../core/limits.ts";
import type { Clock, Log, Trace } from "../core/ports.ts";
import type { BuddyPresence, PresenceStatus } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import { retryWait } from "../core/retry.ts";
import { openSocket } from "../net/traced_socket.ts";
import type { DatagramSocket } from "../net/udp.ts";
import { parseBuddyList, type PresenceRequest } from "../wire/buddy_presence.ts";
import type { BuddyList } from "./buddy_list.ts";
import { type Login, presenceDatagram } from "./login.ts";
import { type PresenceChange, PresenceNews } from "./presence_news.ts";
import { clientTracing } from "./screen_trace.ts";
import type { ServerLink } from "./server_link.ts";

/**
 * An answer this long may have been cut: a server gives at most 1,200 bytes to an address that has
 * not proven itself, and cuts at a line end below that.
 */
const MAYBE_CUT_BYTES = 1100;

/** Refreshes without an answer after which a server is silent: one datagram may be lost. */
const SILENT_AFTER = 3;

/** What presence needs to know. */
export interface PresenceSettings {
  readonly udpPort: number;
  /** Where we take chats: what SET tells. */
  readonly messagePort: number;
  readonly refreshSeconds: number;
}

/** One user's time online. */
interface Session {
  readonly user: UserId;
  /** What proves that it is them, where accounts have passwords. */
  readonly login: Login | undefined;
  /** What the server is told of them. */
  status: PresenceStatus;
  readonly socket: DatagramSocket;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly news: PresenceNews;
  /** Refreshes since the last answer; nothing is concluded before the first one. */
  unanswered: number;
}

/** What a presence link needs from outside. */
export interface PresenceWorld {
  readonly clock: Clock;
  readonly log: Log;
  /** What listens to its datagrams, where something does. */
  readonly trace?: Trace | undefined;
}

/** The client's side of presence. It is online as one user at a time, or as nobody. */
export class PresenceLink {
  /** Told what has changed since the answers before. */
  changed: (changes: readonly PresenceChange[]) => void = () => {};
  readonly #settings: PresenceSettings;
  readonly #link: ServerLink;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #trace: Trace | undefined;
  #session: Session | undefined;
  #list: BuddyList | undefined;
  #awaited: (() => void)[] = [];
  /** Datagrams go out one after the other: OFFLINE must never overtake ONLINE. */
  #sending: Promise<void> = Promise.resolve();

  /** Called for every answer of the server: somebody who is online has just been heard there. */
  answered: () => void = () => {};

  /** Told that a server that has answered does not any more (true), and that it does again. */
  silent: (isSilent: boolean) => void = () => {};

  constructor(settings: PresenceSettings, link: ServerLink, world: PresenceWorld) {
    this.#settings = settings;
    this.#link = link;
    this.#clock = world.clock;
    this.#log = world.log;
    this.#trace = world.trace;
  }

  /** Who is online. */
  get user(): UserId | undefined {
    return this.#session?.user;
  }

  /** The latest answer for the user who is online. */
  get list(): BuddyList | undefined {
    return this.#list;
  }

  /** The buddies there are, as the server wrote their ids. */
  get buddies(): readonly string[] {
    return (this.#list?.entries ?? []).map(({ buddy }) => buddy);
  }

  /**
   * Tells and asks at once and from now on. Somebody else who was online is told to be offline
   * first. The server must have been reached over TCP before: that is where datagrams go.
   */
  async goOnline(user: UserId, status: PresenceStatus = "ONLINE"): Promise<void> {
    if (this.#session?.user !== user || this.#session.login !== this.#loginOf(user)) {
      await this.goOffline();
      this.#open(user, status);
    }
    this.refresh();
  }

  #loginOf(user: UserId): Login | undefined {
    const { login } = this.#link;
    return login?.user === user ? login : undefined;
  }

  #open(user: UserId, status: PresenceStatus): void {
    const isIPv6 = this.#link.reachedIp?.includes(":") ?? false;
    const socket = openSocket(
      { hostname: isIPv6 ? "::" : "0.0.0.0", port: 0 },
      this.#trace && clientTracing(this.#trace, "buddy"),
    );
    const login = this.#loginOf(user);
    const session: Session = {
      ...{ user, login, status, socket, timer: undefined, news: new PresenceNews() },
      // Whether we are known to a server without passwords shows in an answer only.
      unanswered: login === undefined ? -Infinity : 0,
    };
    this.#session = session;
    this.#refreshLater(session);
    socket.receive((bytes, from) => {
      // Only the port tells: a server with several addresses answers from another one than it was
      // asked at (127.0.1.1, a second interface), and a source address proves nothing anyway.
      const isServer = from.port === this.#settings.udpPort;
      const list = login === undefined ? bytes : login.listOf(bytes);
      if (isServer && list !== undefined && this.#session === session) this.#take(user, list);
    }, MAX_DATAGRAM_BYTES);
  }

  /** Refreshes after a while: sooner, and then less and less often, while the server is silent. */
  #refreshLater(session: Session): void {
    const usual = this.#settings.refreshSeconds * 1000;
    const wait = session.unanswered < SILENT_AFTER
      ? usual
      : Math.min(usual, retryWait(session.unanswered - SILENT_AFTER + 1, Math.random()));
    session.timer = setTimeout(() => {
      if (++session.unanswered === SILENT_AFTER) this.silent(true);
      if (session.login !== undefined && session.unanswered > 1) this.#findSession(session);
      this.refresh();
      this.#refreshLater(session);
    }, wait);
  }

  /** Asks over TCP, where a session that has ended is told of, and begun anew. */
  async #findSession({ user }: Session): Promise<void> {
    try {
      await this.#link.list(user);
    } catch (error) {
      this.#log.debug("Cannot see whether we are logged in", { reason: reasonOf(error) });
    }
  }

  /** Sends SET and GET now, when somebody is online. */
  refresh(): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#send(session, this.#presence(session.user, session.status));
    this.#send(session, { kind: "get", user: session.user });
  }

  /** Tells this of the user from now on; false when nobody is online. */
  tell(status: PresenceStatus): boolean {
    if (this.#session === undefined) return false;
    this.#session.status = status;
    this.refresh();
    return true;
  }

  /** Sends SET and GET, and waits for an answer; true when one came in time. */
  ask(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const answered = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#awaited = this.#awaited.filter((waiting) => waiting !== answered);
        resolve(false);
      }, timeoutMs);
      this.#awaited.push(answered);
      this.refresh();
    });
  }

  /** Says OFFLINE, which the system has taken when this resolves, and forgets the list. */
  async goOffline(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    this.#list = undefined;
    clearTimeout(session.timer);
    this.#send(session, this.#presence(session.user, "OFFLINE"));
    await this.#sending;
    session.socket.close();
  }

  #presence(user: UserId, status: PresenceStatus): PresenceRequest {
    return { kind: "set", user, status, port: this.#settings.messagePort };
  }

  #send({ socket, login }: Session, request: PresenceRequest): void {
    const ip = this.#link.reachedIp;
    if (ip === undefined) return;
    const to = { ip, port: this.#settings.udpPort };
    this.#sending = this.#sending
      .then(() => socket.sendNow(presenceDatagram(request, login), to))
      .catch((error) => this.#log.debug("Cannot send presence", { reason: reasonOf(error) }));
  }

  /** Takes an answer to GET; `bytes` are the socket's own and good only until we return. */
  #take(user: UserId, bytes: Uint8Array): void {
    const session = this.#session!;
    const wasSilent = session.unanswered >= SILENT_AFTER;
    // A server that does not know us never answers, and is not silent.
    session.unanswered = 0;
    if (wasSilent) this.silent(false);
    const entries = parseBuddyList(bytes);
    if (bytes.length <= MAYBE_CUT_BYTES || !this.#link.offered.get) this.#replace(entries);
    else this.#fetchWhole(user, entries);
  }

  /** Asks for the list over TCP, where it has any length; what may be cut is the second best. */
  async #fetchWhole(user: UserId, cut: BuddyPresence<string>[]): Promise<void> {
    const session = this.#session;
    let entries: readonly BuddyPresence<string>[] = cut;
    try {
      const whole = await this.#link.list(user);
      if (whole.reply.code === 200) entries = whole.entries;
    } catch (error) {
      this.#log.debug("Cannot get the whole list", { reason: reasonOf(error) });
    }
    if (this.#session === session) this.#replace(entries);
  }

  #replace(entries: readonly BuddyPresence<string>[]): void {
    this.#list = { entries, at: this.#clock() };
    const changes = this.#session?.news.changes(this.#list) ?? [];
    if (changes.length > 0) this.changed(changes);
    const awaited = this.#awaited;
    this.#awaited = [];
    for (const answered of awaited) answered();
    this.answered();
  }
}

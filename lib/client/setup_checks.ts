/** What `setup` finds out about a server and a user before it writes them down. */

import type { ServerPlace } from "../config/login_address.ts";
import { hostPort } from "../core/endpoint.ts";
import { OperationalError, reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { BuddyQuery } from "./buddy_query.ts";
import { type ChangeOutcome, changeOutcome } from "./one_shot_screens.ts";
import type { MaybeSecure } from "./secure_place.ts";
import { type AskPassword, ServerLink } from "./server_link.ts";

/** A finding in words, and whether it is a good one. */
export interface Finding {
  readonly isGood: boolean;
  readonly text: string;
}

/** What checking needs from outside. */
export interface CheckWorld {
  readonly log: Log;
  readonly askPassword: AskPassword;
}

/** Checks one server. */
export class SetupChecks {
  readonly #place: MaybeSecure<ServerPlace>;
  readonly #link: ServerLink;
  readonly #query: BuddyQuery;
  readonly #askPassword: AskPassword;

  constructor(place: MaybeSecure<ServerPlace>, { log, askPassword }: CheckWorld) {
    this.#place = place;
    this.#askPassword = askPassword;
    this.#link = new ServerLink(place, log, { askPassword });
    this.#query = new BuddyQuery(this.#link, place.udpPort);
  }

  /** Whether the server is there. */
  async server(): Promise<Finding> {
    const at = visibleText(hostPort(this.#place.host, this.#place.tcpPort));
    try {
      const { get, accounts } = await this.#link.capabilities();
      const what = accounts
        ? "a Parley server, where names have passwords"
        : get
        ? "a Parley server"
        : "an older server, which cannot be asked more";
      return { isGood: true, text: `${at} answers: ${what}.` };
    } catch (error) {
      return { isGood: false, text: `${visibleText(reasonOf(error))}.` };
    }
  }

  /** Whether the server has said that it speaks TLS, too. */
  get offersTls(): boolean {
    return this.#link.offered.tls !== undefined;
  }

  /** Whether names have passwords there. */
  get takesPasswords(): boolean {
    return this.#link.offered.accounts;
  }

  /**
   * Whether a user is registered; `undefined` when the server cannot tell. Where names have
   * passwords, this asks for it.
   *
   * @throws OperationalError when the password is not right, or cannot be sent
   */
  async isRegistered(user: UserId): Promise<boolean | undefined> {
    if (!this.#link.offered.get) return undefined;
    if (this.#link.offered.accounts) return await this.#logIn(user);
    const { reply } = await this.#link.list(user);
    return reply.code === 200 ? true : reply.code === 202 ? false : undefined;
  }

  async #logIn(user: UserId): Promise<boolean | undefined> {
    this.#link.requireSecrecy();
    const password = await this.#askPassword(user, false);
    if (password === undefined) return undefined;
    const { code, text } = await this.#link.logIn(user, password);
    if (code === 200 || code === 202) return code === 200;
    throw new OperationalError(`Cannot log in as ${user} (${visibleText(text)})`);
  }

  /** Registers a user. */
  async register(user: UserId): Promise<ChangeOutcome> {
    const change = { kind: "register", user } as const;
    return changeOutcome(change, await this.#link.request(change));
  }

  /** Whether presence gets through, for a user who is registered. */
  async presence(user: UserId): Promise<Finding> {
    const port = `UDP port ${this.#place.udpPort}`;
    try {
      await this.#query.listOverUdp(user);
      return { isGood: true, text: `Presence comes through ${port}.` };
    } catch {
      const other = "if the server uses another one, write HOST:TCP_PORT/UDP_PORT";
      return { isGood: false, text: `No presence comes through ${port}: a firewall? Or ${other}.` };
    }
  }
}

/** What `setup` finds out about a server and a user before it writes them down. */

import type { ServerPlace } from "../config/login_address.ts";
import { hostPort } from "../core/endpoint.ts";
import { OperationalError, reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { BuddyQuery } from "./buddy_query.ts";
import { type ChangeOutcome, changeOutcome } from "./one_shot_screens.ts";
import { securePlace } from "./secure_place.ts";
import { type AskPassword, ServerLink } from "./server_link.ts";

/** A finding in words, and whether it is a good one. */
export interface Finding {
  readonly isGood: boolean;
  readonly text: string;
}

/** What checking needs from outside. */
export interface CheckWorld {
  readonly log: Log;
  /** Is told what the person should know: a certificate seen for the first time. */
  readonly tell: (line: string) => void;
  readonly askPassword: AskPassword;
}

/** Checks one server. */
export class SetupChecks {
  readonly #place: ServerPlace;
  readonly #world: CheckWorld;
  #link: ServerLink;
  #speaksTls = false;

  constructor(place: ServerPlace, world: CheckWorld) {
    this.#place = place;
    this.#world = world;
    this.#link = new ServerLink(place, world.log);
  }

  /** Whether TLS is spoken with the server, because it takes passwords. */
  get speaksTls(): boolean {
    return this.#speaksTls;
  }

  /** Whether the server is there. */
  async server(): Promise<Finding> {
    const at = visibleText(hostPort(this.#place.host, this.#place.tcpPort));
    try {
      const { get, accounts } = await this.#link.capabilities();
      if (accounts) return await this.#guarded(at);
      const what = get ? "a Parley server" : "an older server, which cannot be asked more";
      return { isGood: true, text: `${at} answers: ${what}.` };
    } catch (error) {
      return { isGood: false, text: `${visibleText(reasonOf(error))}.` };
    }
  }

  /** Goes on over TLS, where passwords belong. */
  async #guarded(at: string): Promise<Finding> {
    const wishes = { tls: true, ca: undefined, acceptNewKey: undefined };
    const place = await securePlace(this.#place, wishes, this.#world);
    const { log, askPassword } = this.#world;
    this.#link = new ServerLink(place, log, { askPassword });
    this.#speaksTls = true;
    await this.#link.capabilities();
    return { isGood: true, text: `${at} answers: a Parley server, where names have passwords.` };
  }

  /**
   * Whether a user is registered; `undefined` when the server cannot tell. Where names have
   * passwords, this asks for it.
   *
   * @throws OperationalError when the password is not right
   */
  async isRegistered(user: UserId): Promise<boolean | undefined> {
    if (!this.#link.offered.get) return undefined;
    if (this.#speaksTls) return await this.#logIn(user);
    const { reply } = await this.#link.list(user);
    return reply.code === 200 ? true : reply.code === 202 ? false : undefined;
  }

  async #logIn(user: UserId): Promise<boolean | undefined> {
    const password = await this.#world.askPassword(user, false);
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
      await new BuddyQuery(this.#link, this.#place.udpPort).listOverUdp(user);
      return { isGood: true, text: `Presence comes through ${port}.` };
    } catch {
      const other = "if the server uses another one, write HOST:TCP_PORT/UDP_PORT";
      return { isGood: false, text: `No presence comes through ${port}: a firewall? Or ${other}.` };
    }
  }
}

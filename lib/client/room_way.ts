/**
 * The way to the server whose rooms are visited: plain, or over TLS to one that is trusted first.
 */

import { OperationalError } from "../core/errors.ts";
import type { Trace } from "../core/ports.ts";
import type { Dial } from "../net/tcp.ts";
import { RoomLink, type RoomServerAddress } from "./room_link.ts";

/**
 * Trusts a server whose TCP port speaks TLS; what opens connections to it then.
 *
 * @throws UnreachableError, OperationalError when it cannot be reached, or is not to be trusted
 */
export type TrustRoomServer = (server: RoomServerAddress) => Promise<Dial>;

/** What a way needs. */
export interface RoomWayParts {
  /** Where TLS is spoken. */
  readonly secure: TrustRoomServer | undefined;
  /** What listens to everything that crosses the wire, where something does. */
  readonly trace: Trace | undefined;
}

/** The way to one room server at a time. */
export class RoomWay {
  #server: RoomServerAddress;
  readonly #parts: RoomWayParts;
  readonly #stopped = Promise.withResolvers<never>();
  #link: RoomLink | undefined;

  constructor(server: RoomServerAddress, parts: RoomWayParts) {
    this.#server = server;
    this.#parts = parts;
    // Who waits for it hears of it; it is no trouble otherwise.
    this.#stopped.promise.catch(() => {});
  }

  /** Where it leads. */
  get server(): RoomServerAddress {
    return this.#server;
  }

  /** Whether requests go over TLS. */
  get isSecure(): boolean {
    return this.#parts.secure !== undefined;
  }

  /** Leads to another server from now on. */
  turnTo(server: RoomServerAddress): void {
    this.#server = server;
    this.#link = undefined;
  }

  /**
   * Requests to the server. Over TLS it is trusted first, and nothing is ever said to it in the clear.
   *
   * @throws UnreachableError, OperationalError when it is not to be trusted; it is tried again the
   * next time
   */
  async link(): Promise<RoomLink> {
    if (this.#link !== undefined) return this.#link;
    const { secure, trace } = this.#parts;
    const server = this.#server;
    const dial = secure && await Promise.race([secure(server), this.#stopped.promise]);
    return this.#link = new RoomLink(server, { trace, dial });
  }

  /** Breaks off what is under way. */
  stop(): void {
    this.#link?.close();
    this.#stopped.reject(new OperationalError("The visit was stopped"));
  }
}

/** Whose room tokens are, for a trace: a datagram of a room names no user, only a token. */

import { TRACE_LIMITS } from "../core/limits.ts";
import { RecentMap } from "../core/recent_map.ts";

/** Remembers who was granted a token. It gives names only, never a token. */
export class TokenUsers {
  readonly #users = new RecentMap<string>(TRACE_LIMITS.known);

  /** Somebody was granted a token. */
  learn(token: string, user: string): void {
    this.#users.set(token, user);
  }

  /** Whose it is, where that was seen. */
  of(token: string): string | undefined {
    return this.#users.get(token);
  }
}

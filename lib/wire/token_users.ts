/** Whose room tokens are, for a trace: a datagram of a room names no user, only a token. */

import { RecentMap } from "../core/recent_map.ts";

/** Tokens remembered; the longest unused is forgotten first. */
const MOST = 10_000;

/** Remembers who was granted a token. It gives names only, never a token. */
export class TokenUsers {
  readonly #users = new RecentMap<string>(MOST);

  /** Somebody was granted a token. */
  learn(token: string, user: string): void {
    this.#users.set(token, user);
  }

  /** Whose it is, where that was seen. */
  of(token: string): string | undefined {
    return this.#users.get(token);
  }
}

/**
 * Coming back to a login chat after the connection was lost.
 */

import type { UserId } from "../core/user_id.ts";
import type { LoginChatLink } from "./login_chat_link.ts";
import { logInAgain } from "./login_chat_login.ts";
import { tryingAgainLine } from "./login_chat_screens.ts";
import type { ComeBack } from "./login_chat_session.ts";
import { retry, type Retrying } from "./retrying.ts";
import type { Terminal } from "./terminal.ts";

/** Who comes back, and how. */
export interface Returning {
  readonly user: UserId;
  readonly terminal: Terminal;
  /** @throws UnreachableError when there is no connection to be had */
  connect(): Promise<LoginChatLink>;
  /** The one that was right. */
  password(): string;
  /** How it is waited; a test has no time. */
  readonly pause?: Retrying["pause"];
}

/** Makes what brings a session back: a new connection, logged in with the same password. */
export function comingBack({ user, terminal, connect, password, pause }: Returning): ComeBack {
  const attempt = async (): Promise<LoginChatLink> => {
    const link = await connect();
    try {
      await logInAgain(link, user, password());
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  };
  return (reason, left) =>
    retry(reason, attempt, {
      givenUp: left,
      waits: (why, milliseconds) => terminal.show([tryingAgainLine(why, milliseconds)]),
      ...(pause && { pause }),
    });
}

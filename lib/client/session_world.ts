/**
 * What a session of the client is given.
 */

import type { Clock, Log, Trace } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import type { Conversations } from "./conversations.ts";
import type { PresenceSettings } from "./presence_link.ts";
import type { RoomVisitSettings } from "./room_visit.ts";
import type { ServerAddress } from "./server_route.ts";
import type { Terminal } from "./terminal.ts";

/** What a session works with. */
export interface SessionSettings {
  readonly server: ServerAddress;
  readonly presence: PresenceSettings;
  /** Who logs in at start, if anybody. */
  readonly user: UserId | undefined;
  /** Where the rooms may be: what G asks for. */
  readonly rooms: RoomVisitSettings;
  /** Where received files go. */
  readonly filesFolder: string;
  /** Where the password of `user` is, if anywhere. */
  readonly passwordFile?: string | undefined;
  /** Whether passwords may go where others can read them. */
  readonly allowCleartextPasswords?: boolean | undefined;
}

/** Where a session lives. The session closes the listeners and the terminal. */
export interface SessionWorld {
  readonly terminal: Terminal;
  /** Where others call us. */
  readonly listener: Deno.TcpListener;
  /** Where others offer us files. */
  readonly filesListener: Deno.TcpListener;
  readonly clock: Clock;
  readonly log: Log;
  /** What listens to everything that crosses the wire, where something does. */
  readonly trace?: Trace | undefined;
  /** Where what is said is kept. */
  readonly conversations: Conversations;
  /** Told who has logged in, for the next run. */
  readonly remember?: (user: UserId) => void;
}

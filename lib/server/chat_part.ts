/** The login chat as the status port shows it. Pure. */

import { MAX_SHOWN_NAMES } from "../core/limits.ts";
import { byLabel, counter, gauge, histogram } from "../observe/metrics.ts";
import type { Part } from "../observe/status_view.ts";
import type { DoorMeter } from "./door_meter.ts";
import type { LoginChat } from "../services/login_chat.ts";
import type { ChatMeter } from "./chat_meter.ts";
import type { ChatSessions } from "./chat_sessions.ts";

/** What there is to see. */
export interface ChatPartSources {
  readonly ports: { readonly tcp: number };
  /** Who came, and was turned away. */
  readonly door: DoorMeter;
  readonly meter: ChatMeter;
  readonly chat: LoginChat<Uint8Array>;
  readonly sessions: ChatSessions;
}

/** Makes the service visible. */
export function chatPart({ ports, door, meter, chat, sessions }: ChatPartSources): Part {
  const service = "chat";
  return {
    state: () => ({
      ports,
      connections: sessions.size,
      online: { count: chat.size, users: chat.users.slice(0, MAX_SHOWN_NAMES) },
      lines: meter.lines,
      replies: meter.replies,
      logins: meter.logins,
      messages: meter.messages,
      deliveries: meter.deliveries,
      dropped: meter.dropped,
    }),
    families: () => [
      ...door.families(),
      counter("parley_chat_lines_total", "Lines of clients by kind", byLabel("kind", meter.lines)),
      counter("parley_chat_replies_total", "Replies by code", byLabel("code", meter.replies)),
      counter(
        "parley_chat_logins_total",
        "Logins by how they ended",
        byLabel("result", meter.logins),
      ),
      counter(
        "parley_messages_total",
        "Messages that were passed on",
        byLabel("kind", meter.messages, { service }),
      ),
      counter("parley_deliveries_total", "Messages given to a receiver, one for each", [
        [{ service }, meter.deliveries],
      ]),
      counter(
        "parley_chat_clients_dropped_total",
        "Clients that did not take what they were sent",
        [
          [{}, meter.dropped],
        ],
      ),
      histogram(
        "parley_chat_read_seconds",
        "Time from the lines of one read to their answers, logins left out",
        meter.seconds === undefined ? [] : [[{}, meter.seconds]],
      ),
      histogram("parley_chat_login_seconds", "Time a login took, waiting included", [
        [{}, meter.loginSeconds],
      ]),
      gauge("parley_chat_clients", "Clients of the login chat", [
        [{ state: "online" }, chat.size],
        [{ state: "logging in" }, Math.max(0, sessions.size - chat.size)],
      ]),
    ],
    activities: () => [
      { name: "Chat lines", total: meter.total, seconds: meter.seconds },
    ],
    view: () => ({
      tiles: [{
        label: "In the login chat",
        value: String(chat.size),
        note: `${sessions.size} connected`,
      }],
      lists: [{
        id: "chat",
        caption: "In the login chat",
        items: chat.users.slice(0, MAX_SHOWN_NAMES),
        empty: "Nobody is logged in",
        more: Math.max(0, chat.size - MAX_SHOWN_NAMES),
      }],
    }),
  };
}

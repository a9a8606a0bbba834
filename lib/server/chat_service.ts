/**
 * The login chat service, joined with its sockets. Rules: protocols/login-chat.md.
 */

import type { ChatLimits } from "../core/limits.ts";
import type { IncomingStream } from "../core/ports.ts";
import { listenTcp } from "../net/tcp.ts";
import { Accounts } from "../services/accounts.ts";
import { LoginChat } from "../services/login_chat.ts";
import { ChatLogin } from "./chat_login.ts";
import { ChatMeter } from "./chat_meter.ts";
import { chatPart } from "./chat_part.ts";
import { ChatSessions } from "./chat_sessions.ts";
import { DoorMeter } from "./door_meter.ts";
import { keepDoor } from "./doorkeeper.ts";
import { SharedChat } from "./shared_chat.ts";
import { type Service, type ServiceParts, tracingOf } from "./service.ts";
import { portIn } from "./tls_ports.ts";

/** What the login chat is asked to be. */
export interface ChatSettings extends ChatLimits {
  /** 0 asks the system for a free one. */
  readonly chatPort: number;
}

/** The port of the login chat. */
export interface ChatPorts {
  readonly tcp: number;
  /** Where there is one. */
  readonly tls?: number;
}

/**
 * Binds the port and starts serving.
 *
 * @throws OperationalError when the port cannot be had
 */
export function startChat(
  settings: ChatSettings,
  parts: ServiceParts,
): Service<ChatPorts> {
  const { host, limits, admission, trusted, tls, clock, log, isTimed } = parts;
  const { store, shared, presence, passwords, attempts } = parts;
  const secure = tls?.of("chat");
  const listener = listenTcp({ hostname: host, port: settings.chatPort });
  const { minPassword } = settings;
  const mayRegister = (ip: string): boolean => attempts.mayRegister(ip, clock());
  const accounts = new Accounts({ store, passwords, presence, minPassword, mayRegister });
  const peers = shared === undefined ? undefined : new SharedChat(shared);
  const chat = new LoginChat<Uint8Array>(peers);
  peers?.serve(chat);
  const meter = new ChatMeter(isTimed, log);
  const login = new ChatLogin({
    ...{ accounts, attempts, meter, clock, log },
    needsTls: parts.accounts?.allowCleartext === false,
  });
  const sessions = new ChatSessions({ ...settings, ...limits }, login, chat, meter);
  const doorMeter = new DoorMeter("chat");
  const door = {
    admission,
    meter: doorMeter,
    trusted,
    readDeadlineSeconds: limits.readDeadlineSeconds,
    log,
    tracing: tracingOf("chat", parts),
    serve: (incoming: IncomingStream) => sessions.serve(incoming),
  };
  const accepting = Promise.all([keepDoor({ ...door, listener }), secure?.keep(door)]);
  const ports = { tcp: (listener.addr as Deno.NetAddr).port, ...portIn(secure) };
  return {
    ports,
    part: chatPart({ ports, door: doorMeter, meter, chat, sessions }),
    async stop() {
      listener.close();
      secure?.close();
      // A connection may have been accepted a moment ago: its session is stopped with the others.
      await accepting;
      await sessions.stop();
      peers?.stop();
    },
  };
}

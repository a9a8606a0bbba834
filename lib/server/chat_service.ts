/**
 * The login chat service, joined with its sockets. Rules: protocols/login-chat.md.
 */

import type { ChatLimits } from "../core/limits.ts";
import { listenTcp } from "../net/tcp.ts";
import { Accounts } from "../services/accounts.ts";
import { LoginChat } from "../services/login_chat.ts";
import { ChatLogin } from "./chat_login.ts";
import { ChatMeter } from "./chat_meter.ts";
import { chatPart } from "./chat_part.ts";
import { ChatSessions } from "./chat_sessions.ts";
import { keepDoor } from "./doorkeeper.ts";
import { LoginAttempts } from "./login_attempts.ts";
import { SharedChat } from "./shared_chat.ts";
import { type Service, type ServiceParts, tracingOf } from "./service.ts";

/** What the login chat is asked to be. */
export interface ChatSettings extends ChatLimits {
  /** 0 asks the system for a free one. */
  readonly chatPort: number;
}

/** The port of the login chat. */
export interface ChatPorts {
  readonly tcp: number;
}

/**
 * Binds the port and starts serving.
 *
 * @throws OperationalError when the port cannot be had
 */
export function startChat(
  settings: ChatSettings,
  {
    host,
    limits,
    admission,
    trusted,
    store,
    shared,
    presence,
    passwords,
    clock,
    log,
    trace,
    isTimed,
  }: ServiceParts,
): Service<ChatPorts> {
  const listener = listenTcp({ hostname: host, port: settings.chatPort });
  const { minPassword } = settings;
  const attempts = new LoginAttempts(trusted);
  const mayRegister = (ip: string): boolean => attempts.mayRegister(ip, clock());
  const accounts = new Accounts({ store, passwords, presence, minPassword, mayRegister });
  const peers = shared === undefined ? undefined : new SharedChat(shared);
  const chat = new LoginChat<Uint8Array>(peers);
  peers?.serve(chat);
  const meter = new ChatMeter(isTimed);
  const login = new ChatLogin({ accounts, attempts, meter, clock, log });
  const sessions = new ChatSessions(settings, login, chat, meter);
  const accepting = keepDoor({
    listener,
    admission,
    trusted,
    readDeadlineSeconds: limits.readDeadlineSeconds,
    log,
    tracing: tracingOf(trace, "chat"),
    serve: (incoming) => sessions.serve(incoming),
  });
  const ports = { tcp: (listener.addr as Deno.NetAddr).port };
  return {
    ports,
    part: chatPart({ ports, meter, chat, sessions }),
    async stop() {
      listener.close();
      // A connection may have been accepted a moment ago: its session is stopped with the others.
      await accepting;
      await sessions.stop();
      peers?.stop();
    },
  };
}

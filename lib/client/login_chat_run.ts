/**
 * The login chat client as a command: from its words to its exit.
 */

import { LOGIN_CHAT_PROGRAM, type LoginChatOptions } from "../config/login_chat_options.ts";
import { EXIT, runProgram } from "../config/start.ts";
import { hostPort } from "../core/endpoint.ts";
import { OperationalError, UsageError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import { OrderlyCloser } from "../net/orderly_close.ts";
import { connectTcp } from "../net/tcp.ts";
import { tracedDial } from "../net/traced_stream.ts";
import { LoginChatLink } from "./login_chat_link.ts";
import { logIn, type LoginEnd } from "./login_chat_login.ts";
import { bannerLine } from "./login_chat_screens.ts";
import { LoginChatSession } from "./login_chat_session.ts";
import { screenTrace } from "./screen_trace.ts";
import { onStopSignals } from "./stop_signals.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { transcribe } from "./transcript.ts";

/** How long the server may take to let us connect. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Runs `client chat` with the words behind it. */
export function runLoginChatCommand(words: readonly string[]): Promise<never> {
  return runProgram(LOGIN_CHAT_PROGRAM, words, async ({ options }) => {
    const { user } = options;
    if (user === undefined) {
      throw new UsageError("Cannot log in without a name: client chat HOST PORT USER");
    }
    await runLoginChat(options, user);
    return EXIT.done;
  });
}

/**
 * Runs the login chat client until its user leaves.
 *
 * @throws UnreachableError when the server cannot be reached, or goes away
 * @throws OperationalError when the server does not let the user in
 */
async function runLoginChat(options: LoginChatOptions, user: UserId): Promise<void> {
  const { server, chatPort, transcript } = options;
  const stop = Promise.withResolvers<void>();
  onStopSignals(stop.resolve);
  let session: LoginChatSession | undefined;
  const screen = openTerminal(stop.resolve, (typed) => session?.completions(typed) ?? []);
  const terminal = transcript === undefined ? screen : transcribe(screen, transcript);
  try {
    terminal.show([bannerLine(hostPort(server, chatPort))]);
    const trace = screenTrace(options, screen);
    const tracing = trace && { trace, service: "chat", name: "client", peer: "server" } as const;
    const conn = await connectTcp(server, chatPort, { timeoutMs: CONNECT_TIMEOUT_MS });
    const link = new LoginChatLink(tracedDial(conn, tracing), new OrderlyCloser());
    const end = await logInUnlessStopped(link, user, terminal, stop.promise);
    if (end === "given up") {
      await link.close();
      throw new OperationalError(`Not logged in as "${user}": no password was given`);
    } else {
      session = new LoginChatSession(link, user);
      stop.promise.then(() => session?.stop());
      await session.run(terminal, end === "registered");
    }
    await link.close();
  } finally {
    terminal.close();
  }
}

async function logInUnlessStopped(
  link: LoginChatLink,
  user: UserId,
  terminal: Terminal,
  stop: Promise<void>,
): Promise<LoginEnd> {
  const givenUp = stop.then((): LoginEnd => "given up");
  return await Promise.race([logIn(link, user, terminal), givenUp]);
}

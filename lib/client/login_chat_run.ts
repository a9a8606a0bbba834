/**
 * The login chat client as a command: from its words to its exit.
 */

import {
  LOGIN_CHAT_OPTIONS,
  LOGIN_CHAT_PROGRAM,
  type LoginChatOptions,
} from "../config/login_chat_options.ts";
import type { Program } from "../config/program.ts";
import { EXIT, runProgram } from "../config/start.ts";
import { hostPort } from "../core/endpoint.ts";
import { OperationalError, UsageError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import { OrderlyCloser } from "../net/orderly_close.ts";
import { connectTcp } from "../net/tcp.ts";
import { tracedDial } from "../net/traced_stream.ts";
import { startClient, type StartLine } from "./client_start.ts";
import { conversationsFor } from "./conversations.ts";
import { beforeLines, historyCommands } from "./history_commands.ts";
import { LoginChatLink } from "./login_chat_link.ts";
import { logIn, type LoginEnd } from "./login_chat_login.ts";
import { bannerLine } from "./login_chat_screens.ts";
import { securePlace } from "./secure_place.ts";
import { withScreenSettings } from "./screen_settings.ts";
import { comingBack } from "./login_chat_return.ts";
import { LoginChatSession } from "./login_chat_session.ts";
import { bellCommand } from "./program_commands.ts";
import type { Terminal } from "./terminal.ts";

/** How long the server may take to let us connect. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Runs `client chat` with the words behind it, or an executable that does nothing else. */
export function runLoginChatCommand(
  words: readonly string[],
  program: Program<typeof LOGIN_CHAT_OPTIONS> = LOGIN_CHAT_PROGRAM,
): Promise<never> {
  return runProgram(program, words, async (line) => {
    const { user } = line.options;
    if (user === undefined) {
      throw new UsageError(`Cannot log in without a name: ${program.name} HOST PORT USER`);
    }
    await runLoginChat(await withScreenSettings(line, LOGIN_CHAT_OPTIONS), user);
    return EXIT.done;
  });
}

/**
 * Runs the login chat client until its user leaves.
 *
 * @throws UnreachableError when the server cannot be reached, or goes away
 * @throws OperationalError when the server does not let the user in
 */
async function runLoginChat(
  line: StartLine & { readonly options: LoginChatOptions },
  user: UserId,
): Promise<void> {
  const { server, chatPort } = line.options;
  const { terminal, trace, stopped, log } = startClient(line);
  const tracing = trace && { trace, service: "chat", name: "client", peer: "server" } as const;
  try {
    // The port is the one that speaks TLS, if TLS is to be spoken.
    const tlsPort = line.options.tls ? chatPort : undefined;
    const { secure } = await securePlace(
      { host: server, tcpPort: chatPort },
      { ...line.options, tlsPort },
      { log, tell: (text) => terminal.show([{ text, tone: "faint" }]) },
    );
    const dial = secure?.dial ?? connectTcp;
    terminal.show([bannerLine(hostPort(server, chatPort))]);
    const connect = async (): Promise<LoginChatLink> => {
      const conn = await dial(server, chatPort, { timeoutMs: CONNECT_TIMEOUT_MS });
      return new LoginChatLink(tracedDial(conn, tracing), new OrderlyCloser());
    };
    const link = await connect();
    // Kept in memory, for as long as the client runs.
    let password = "";
    const end = await logInUnlessStopped(link, user, terminal, stopped, (given) => {
      password = given;
    });
    if (end === "given up") {
      await link.close();
      throw new OperationalError(`Not logged in as "${user}": no password was given`);
    } else {
      const owner = `${user}@${server}`;
      const conversation = conversationsFor(line.options.history, terminal)
        .open({ owner, kind: "chat", name: hostPort(server, chatPort) });
      if (terminal.interactive) terminal.show(beforeLines(conversation));
      const session = new LoginChatSession(link, user, {
        commands: { bell: bellCommand(terminal), ...historyCommands(() => conversation) },
        conversation,
        // A script decides itself what to do about a server that went away.
        ...(terminal.interactive && {
          comeBack: comingBack({ connect, user, terminal, password: () => password }),
        }),
      });
      terminal.completeWith((typed) => session.completions(typed));
      stopped.then(() => session.stop());
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
  keep: (password: string) => void,
): Promise<LoginEnd> {
  const givenUp = stop.then((): LoginEnd => "given up");
  return await Promise.race([logIn(link, user, terminal, undefined, keep), givenUp]);
}

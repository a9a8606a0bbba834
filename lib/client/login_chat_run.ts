/**
 * The login chat client as a command: from its words to its exit.
 */

import { LOGIN_CHAT_PROGRAM, type LoginChatOptions } from "../config/login_chat_options.ts";
import { EXIT, runProgram } from "../config/start.ts";
import { OperationalError, UsageError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import { OrderlyCloser } from "../net/orderly_close.ts";
import { connectTcp, hostPort } from "../net/tcp.ts";
import { LoginChatLink } from "./login_chat_link.ts";
import { logIn, type LoginEnd, type PasswordSource } from "./login_chat_login.ts";
import { bannerLine } from "./login_chat_screens.ts";
import { LoginChatSession } from "./login_chat_session.ts";
import type { ScreenLine } from "./screen_line.ts";
import { isTyped, readSecret } from "./secret_input.ts";
import { onStopSignals } from "./stop_signals.ts";
import { openPlainTerminal, openTerminal, type Terminal } from "./terminal.ts";
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
  const { server, chatPort } = options;
  const stop = Promise.withResolvers<void>();
  onStopSignals(stop.resolve);
  const plain = openPlainTerminal(stop.resolve);
  plain.show([bannerLine(hostPort(server, chatPort))]);
  const link = new LoginChatLink(
    await connectTcp(server, chatPort, { timeoutMs: CONNECT_TIMEOUT_MS }),
    new OrderlyCloser(),
  );
  const source = isTyped() ? new Keyboard(plain) : new Pipe(plain);
  const end = await logInUnlessStopped(link, user, source, stop.promise);
  if (end !== "given up") {
    const session = new LoginChatSession(link, user);
    const terminal = source instanceof Pipe ? plain : openTerminal(stop.resolve, {
      complete: (typed) => session.completions(typed),
      typedAhead: source.typedAhead,
    });
    stop.promise.then(() => session.stop());
    await session.run(withTranscript(terminal, options), end === "registered");
  }
  await link.close();
}

async function logInUnlessStopped(
  link: LoginChatLink,
  user: UserId,
  source: PasswordSource,
  stop: Promise<void>,
): Promise<LoginEnd> {
  const stopped = new AbortController();
  const givenUp = stop.then((): LoginEnd => {
    stopped.abort();
    return "given up";
  });
  return await Promise.race([logIn(link, user, source, stopped.signal), givenUp]);
}

function withTranscript(terminal: Terminal, { transcript }: LoginChatOptions): Terminal {
  return transcript === undefined ? terminal : transcribe(terminal, transcript);
}

/** Somebody who types a password, unseen. */
class Keyboard implements PasswordSource {
  readonly interactive = true;
  readonly #terminal: Terminal;
  /** What was typed behind the password already. */
  typedAhead = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  async ask(prompt: ScreenLine, signal: AbortSignal): Promise<string | undefined> {
    const end = await readSecret(prompt, signal);
    if (end.kind === "given up") return undefined;
    this.typedAhead = end.rest;
    return end.secret;
  }

  show(line: ScreenLine): void {
    this.#terminal.show([line]);
  }
}

/** A script, whose first line is the password. */
class Pipe implements PasswordSource {
  readonly interactive = false;
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  async ask(prompt: ScreenLine): Promise<string> {
    this.#terminal.prompt(prompt);
    const line = await this.#terminal.nextLine();
    if (line === undefined) {
      throw new OperationalError(
        "Cannot log in: the input ended before its first line, a password",
      );
    }
    return line;
  }

  show(line: ScreenLine): void {
    this.#terminal.show([line]);
  }
}

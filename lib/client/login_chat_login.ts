/**
 * Logging in to a login chat: a name, a password, and what the server makes of them. Rules:
 * protocols/login-chat.md, the states `new` and `password`.
 */

import { OperationalError, UnreachableError } from "../core/errors.ts";
import { MAX_PASSWORD_BYTES } from "../core/limits.ts";
import type { UserId } from "../core/user_id.ts";
import type { ChatAnswer } from "../wire/login_chat_answer.ts";
import type { LoginChatLink } from "./login_chat_link.ts";
import { passwordPrompt, passwordRefusedLine } from "./login_chat_screens.ts";
import type { ScreenLine } from "./screen_line.ts";

/** Where passwords come from. */
export interface PasswordSource {
  /** Whether a person types, who may try again. */
  readonly interactive: boolean;
  /** Asks for a password; `undefined` when its user gives up. The signal says that it is too late. */
  ask(prompt: ScreenLine, signal: AbortSignal): Promise<string | undefined>;
  /** Shows why another one is asked for. */
  show(line: ScreenLine): void;
}

/** How a login ended: in, by a new name or not, or given up by its user. */
export type LoginEnd = "registered" | "welcome" | "given up";

/** What the server means by the codes that end a login. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [401, "the password is wrong"],
  [409, "this name is online already, leave there first"],
  [429, "there were too many attempts, try again in a few minutes"],
  [500, "the server cannot store anything at the moment"],
  [503, "the server is full, try again later"],
]);

/** How long the server may take to ask for the password. */
const ANSWER_MS = 10_000;

/**
 * Logs in.
 *
 * @param stop nobody is to be asked any more
 * @throws OperationalError when the server does not let the user in, telling why
 * @throws UnreachableError when the server is gone before that is known
 */
export async function logIn(
  link: LoginChatLink,
  user: UserId,
  source: PasswordSource,
  stop: AbortSignal,
): Promise<LoginEnd> {
  link.send({ kind: "login", user });
  const asked = await firstAnswer(link);
  if (asked?.kind !== "password") throw refusal(user, asked);
  // Read ahead: a server that goes away while somebody types is noticed at once.
  let answer = link.next();
  for (;;) {
    const password = await askWhileThere(user, source, asked.isNew, answer, stop);
    if (password === undefined) return "given up";
    link.send({ kind: "password", password });
    const verdict = await answer;
    if (verdict?.kind !== "reply") throw refusal(user, verdict);
    if (verdict.code === 200) return verdict.words === "OK registered" ? "registered" : "welcome";
    if (verdict.code !== 201 || !source.interactive) throw refusal(user, verdict);
    source.show(passwordRefusedLine(verdict.words.replace(/^INVALID ?/, "")));
    answer = link.next();
  }
}

async function firstAnswer(link: LoginChatLink): Promise<ChatAnswer | undefined> {
  let timer;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new UnreachableError(`The server does not answer within ${ANSWER_MS / 1000} s`));
    }, ANSWER_MS);
  });
  try {
    return await Promise.race([link.next(), silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks until a password can be sent; an answer that comes meanwhile is the server's last. */
async function askWhileThere(
  user: UserId,
  source: PasswordSource,
  isNew: boolean,
  answer: Promise<ChatAnswer | undefined>,
  stop: AbortSignal,
): Promise<string | undefined> {
  const asking = new AbortController();
  const interrupted = answer.then((last): never => {
    asking.abort();
    throw refusal(user, last);
  });
  for (;;) {
    const signal = AbortSignal.any([asking.signal, stop]);
    const typing = source.ask(passwordPrompt(user, isNew), signal);
    const password = await Promise.race([typing, interrupted]);
    // Whoever was asked stopped because the server has gone: that is the reason to tell.
    if (asking.signal.aborted) return await interrupted;
    const trouble = password === undefined ? undefined : troubleWith(password);
    if (trouble === undefined) {
      interrupted.catch(() => {}); // what comes now is the answer to the password
      return password;
    }
    if (!source.interactive) throw cannot(user, trouble);
    source.show(passwordRefusedLine(trouble));
  }
}

function troubleWith(password: string): string | undefined {
  const bytes = new TextEncoder().encode(password).length;
  return bytes >= 1 && bytes <= MAX_PASSWORD_BYTES
    ? undefined
    : `a password has 1 to ${MAX_PASSWORD_BYTES} bytes`;
}

function refusal(user: UserId, answer: ChatAnswer | undefined): Error {
  if (answer === undefined) {
    return new UnreachableError(`Cannot log in as "${user}": the server closed the connection`);
  }
  if (answer.kind !== "reply") {
    return cannot(user, "this is no login chat; check host and port");
  }
  const words = answer.words.replace(/^INVALID ?/, "");
  return cannot(user, REFUSALS.get(answer.code) ?? (words || `the server says ${answer.code}`));
}

function cannot(user: UserId, why: string): OperationalError {
  return new OperationalError(`Cannot log in as "${user}": ${why}`);
}

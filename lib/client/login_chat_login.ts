/**
 * Logging in to a login chat: a name, a password, and what the server makes of them. Rules:
 * protocols/login-chat.md, the states `new` and `password`.
 */

import { OperationalError, UnreachableError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import { within } from "../core/within.ts";
import type { ChatAnswer } from "../wire/login_chat_answer.ts";
import type { LoginChatLink } from "./login_chat_link.ts";
import { passwordPrompt, passwordRefusedLine } from "./login_chat_screens.ts";
import { askForPassword, type PasswordQuestion } from "./password_questions.ts";
import type { Terminal } from "./terminal.ts";

/** How a login ended: in, by a new name or not, or given up by its user. */
export type LoginEnd = "registered" | "welcome" | "given up";

/** What the server means by the codes that end a login. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [401, "the password is wrong"],
  [409, "this name is online already, leave there first"],
  [429, "there were too many attempts, try again in a minute"],
  [500, "the server cannot store anything at the moment"],
  [503, "the server is full or busy, try again later"],
]);

/** How long a server may take. */
export interface LoginWaits {
  /** Milliseconds until it asks for the password. */
  readonly askMs: number;
  /** Milliseconds until it says what it makes of one: its login deadline, and some. */
  readonly verdictMs: number;
}

const LOGIN_WAITS: LoginWaits = { askMs: 10_000, verdictMs: 75_000 };

/**
 * Logs in. A person may try another password where one cannot be taken; a script may not, because
 * its next line is something else.
 *
 * @param keep told the password that is tried
 * @throws OperationalError when the server does not let the user in, telling why
 * @throws UnreachableError when the server is gone, or silent, before that is known
 */
export async function logIn(
  link: LoginChatLink,
  user: UserId,
  terminal: Terminal,
  waits: LoginWaits = LOGIN_WAITS,
  keep: (password: string) => void = () => {},
): Promise<LoginEnd> {
  link.send({ kind: "login", user });
  const asked = await inTime(link.next(), waits.askMs);
  if (asked?.kind !== "password") throw refusal(user, asked);
  // Read ahead: a server that goes away while somebody types is noticed at once.
  let answer = link.next();
  let prompt = passwordPrompt(user, asked.isNew);
  for (;;) {
    const ask: PasswordQuestion = { prompt, isNew: asked.isNew };
    const password = await askWhileThere(user, terminal, ask, answer);
    if (password === undefined) return "given up";
    keep(password);
    link.send({ kind: "password", password });
    const verdict = await inTime(answer, waits.verdictMs);
    if (verdict?.kind !== "reply") throw refusal(user, verdict);
    if (verdict.code === 200) return verdict.words === "OK registered" ? "registered" : "welcome";
    if (verdict.code !== 201 || !terminal.hidesSecrets) throw refusal(user, verdict);
    terminal.show([passwordRefusedLine(reasonIn(verdict.words))]);
    prompt = passwordPrompt(user, false);
    answer = link.next();
  }
}

/** Codes that another try may get past: the lost connection is still there, the server busy. */
const FOR_NOW = [409, 429, 500, 503];

/**
 * Logs in once more with a password that was right, and asks nobody.
 *
 * @throws UnreachableError when that may work later
 * @throws OperationalError when it will not
 */
export async function logInAgain(
  link: LoginChatLink,
  user: UserId,
  password: string,
  waits: LoginWaits = LOGIN_WAITS,
): Promise<void> {
  const judge = (answer: ChatAnswer | undefined): Error => {
    const error = refusal(user, answer);
    const isForNow = answer?.kind === "reply" && FOR_NOW.includes(answer.code);
    return isForNow ? new UnreachableError(error.message, { cause: error }) : error;
  };
  link.send({ kind: "login", user });
  const asked = await inTime(link.next(), waits.askMs);
  if (asked?.kind !== "password") throw judge(asked);
  if (asked.isNew) throw cannot(user, "the server does not know this name any more");
  link.send({ kind: "password", password });
  const verdict = await inTime(link.next(), waits.verdictMs);
  if (verdict?.kind !== "reply" || verdict.code !== 200) throw judge(verdict);
}

function inTime<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  return within(milliseconds, answer, () => {
    throw new UnreachableError(`The server does not answer within ${milliseconds / 1000} s`);
  });
}

/** Asks until a password can be sent; an answer that comes meanwhile is the server's last. */
async function askWhileThere(
  user: UserId,
  terminal: Terminal,
  ask: PasswordQuestion,
  answer: Promise<ChatAnswer | undefined>,
): Promise<string | undefined> {
  const interrupted = answer.then((last): never => {
    throw refusal(user, last);
  });
  const next = (): Promise<string | undefined> =>
    Promise.race([terminal.nextSecret(), interrupted]);
  const typed = await askForPassword(terminal, ask, next);
  if (typed.kind === "unusable") throw cannot(user, typed.why);
  if (typed.kind === "given up") return undefined;
  interrupted.catch(() => {}); // what comes now is the answer to the password
  return typed.password;
}

function refusal(user: UserId, answer: ChatAnswer | undefined): Error {
  if (answer === undefined) {
    return new UnreachableError(`Cannot log in as "${user}": the server closed the connection`);
  }
  if (answer.kind !== "reply") {
    return cannot(user, "this is no login chat; check host and port");
  }
  const words = reasonIn(answer.words) || `the server says ${answer.code}`;
  return cannot(user, REFUSALS.get(answer.code) ?? words);
}

/** What stands behind `201 INVALID`. */
function reasonIn(words: string): string {
  return words.replace(/^INVALID ?/, "");
}

function cannot(user: UserId, why: string): OperationalError {
  return new OperationalError(`Cannot log in as "${user}": ${why}`);
}

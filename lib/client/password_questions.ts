/**
 * Asking for passwords: a person types them without an echo, a new one twice; a script's is its next
 * line, or the first one of a file.
 */

import { OperationalError, systemReason } from "../core/errors.ts";
import { MAX_PASSWORD_BYTES } from "../core/limits.ts";
import type { UserId } from "../core/user_id.ts";
import { passwordPrompt, passwordRefusedLine, repeatPrompt } from "./login_chat_screens.ts";
import type { ScreenLine } from "./screen_line.ts";
import type { AskPassword } from "./server_link.ts";
import type { Terminal } from "./terminal.ts";

/** How a password is asked for. */
export interface PasswordQuestion {
  readonly prompt: ScreenLine;
  /** Whether it is chosen, which nobody gets wrong unseen: it is typed twice. */
  readonly isNew: boolean;
}

/** What came of asking. */
export type TypedPassword =
  | { readonly kind: "typed"; readonly password: string }
  | { readonly kind: "given up" }
  /** A script's, and it has no other. */
  | { readonly kind: "unusable"; readonly why: string };

/** What a password is asked with. */
export type SecretTerminal = Pick<Terminal, "show" | "prompt" | "nextSecret" | "hidesSecrets">;

/**
 * Asks until a password can be used, or nobody answers any more.
 *
 * @param next gives the next secret that is typed
 */
export async function askForPassword(
  terminal: SecretTerminal,
  { prompt, isNew }: PasswordQuestion,
  next: () => Promise<string | undefined> = () => terminal.nextSecret(),
): Promise<TypedPassword> {
  const typed = async (prompt: ScreenLine): Promise<string | undefined> => {
    terminal.prompt(prompt);
    return await next();
  };
  for (;;) {
    const password = await typed(prompt);
    if (password === undefined && !terminal.hidesSecrets) {
      return { kind: "unusable", why: "the input ended before its first line, the password" };
    }
    if (password === undefined) return { kind: "given up" };
    let trouble = troubleWith(password);
    if (trouble === undefined && isNew && terminal.hidesSecrets) {
      const again = await typed(repeatPrompt());
      if (again === undefined) return { kind: "given up" };
      if (again !== password) trouble = "the two are not the same";
    }
    if (trouble === undefined) return { kind: "typed", password };
    if (!terminal.hidesSecrets) return { kind: "unusable", why: trouble };
    terminal.show([passwordRefusedLine(trouble)]);
  }
}

function troubleWith(password: string): string | undefined {
  const bytes = new TextEncoder().encode(password).length;
  return bytes >= 1 && bytes <= MAX_PASSWORD_BYTES
    ? undefined
    : `a password has 1 to ${MAX_PASSWORD_BYTES} bytes`;
}

/** Gives passwords that are typed at a terminal, or the one of a file to whoever it belongs to. */
export function passwordsFrom(
  terminal: SecretTerminal | undefined,
  file: { readonly path: string | undefined; readonly user: UserId | undefined },
): AskPassword {
  return async (user, isNew) => {
    if (file.path !== undefined && file.user === user) return await passwordInFile(file.path);
    if (terminal === undefined) {
      throw new OperationalError(
        `The server asks for the password of ${user}: name a file that holds it with ` +
          "--password-file, or run this at a terminal",
      );
    }
    const typed = await askForPassword(terminal, { prompt: passwordPrompt(user, isNew), isNew });
    if (typed.kind === "unusable") {
      throw new OperationalError(`Cannot log in as ${user}: ${typed.why}`);
    }
    return typed.kind === "typed" ? typed.password : undefined;
  };
}

/**
 * The first line of a file.
 *
 * @throws OperationalError when it cannot be read, or is no password
 */
async function passwordInFile(path: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new OperationalError(`Cannot read the password in "${path}": ${systemReason(error)}`, {
      cause: error,
    });
  }
  const [first = ""] = text.split(/\r?\n/, 1);
  const trouble = troubleWith(first);
  if (trouble === undefined) return first;
  throw new OperationalError(`Cannot use the first line of "${path}": ${trouble}`);
}

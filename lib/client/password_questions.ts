/**
 * Asking for passwords: a person types them without an echo, a new one twice; a script's is its next
 * line, or the first one of a file (`password_file.ts`).
 */

import { OperationalError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { INPUT_PATH, passwordInFile, passwordTrouble } from "./password_file.ts";
import { passwordPrompt, passwordRefusedLine, repeatPrompt } from "./login_chat_screens.ts";
import { line, type ScreenLine } from "./screen_line.ts";
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
    let trouble = passwordTrouble(password);
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

/** Where a script keeps a password, and whose it is. */
export interface PasswordSource {
  readonly path: string | undefined;
  readonly user: UserId | undefined;
  /** Is told what is wrong with the file, where it is used all the same; the terminal else. */
  readonly tell?: (warning: string) => void;
}

/** Gives passwords that are typed at a terminal, or the one of a file to whoever it belongs to. */
export function passwordsFrom(
  terminal: SecretTerminal | undefined,
  { path, user: owner, tell }: PasswordSource,
): AskPassword {
  const warn = tell ?? ((text: string) => terminal?.show([line(visibleText(text), "bad")]));
  // The terminal of a script gives the next line of the standard input anyway.
  const isHere = path === INPUT_PATH && terminal?.hidesSecrets === false;
  // The standard input has its first line once.
  let read: Promise<string> | undefined;
  return async (user, isNew) => {
    if (path !== undefined && owner === user && !isHere) {
      return await (read ??= passwordInFile(path, warn));
    }
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

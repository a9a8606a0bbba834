/**
 * Who logs in, and where: what the command line says, or else what a person at the terminal makes
 * of an offer. A pipe is never asked.
 */

import type { ClientOptions } from "../config/client_options.ts";
import {
  type LoginAddress,
  loginAddressText,
  parseLoginAddress,
  placeOf,
  type ServerPlace,
} from "../config/login_address.ts";
import { reasonOf, UsageError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { valuePrompt } from "./room_screens.ts";
import { line } from "./screen_line.ts";
import type { Terminal } from "./terminal.ts";
import { TypedLines } from "./typed_lines.ts";

/** A user, perhaps, at a server. */
export interface LoginChoice {
  readonly user: UserId | undefined;
  readonly place: ServerPlace;
}

/** The options that say who and where. */
const PARTS: readonly (keyof ClientOptions)[] = ["login", "server", "tcpPort", "udpPort", "user"];

/** Whether a command line says anything of it. */
export function saysLogin(given: ReadonlySet<string>): boolean {
  return PARTS.some((part) => given.has(part));
}

/**
 * What a command line says, defaults included.
 *
 * @throws UsageError when it says something twice
 */
export function saidLogin(
  { options, given }: { readonly options: ClientOptions; readonly given: ReadonlySet<string> },
): LoginChoice {
  // Of the settings it is an offer, not an order.
  const login = given.has("login") ? options.login : undefined;
  if (login?.user !== undefined && given.has("user")) {
    throw new UsageError(`Cannot use --user beside "${login.user}@": give one of them`);
  }
  return { user: login?.user ?? options.user, place: placeOf(login, options, given) };
}

/**
 * Offers a login to the person at a terminal: Enter takes it, and anything else is another one.
 *
 * @returns `undefined` when they leave
 */
export async function askLogin(
  offered: LoginAddress,
  { terminal, stopped }: { readonly terminal: Terminal; readonly stopped: Promise<void> },
): Promise<LoginChoice | undefined> {
  terminal.show([
    line("Enter takes what is in brackets; USER, USER@HOST or @HOST is another.", "faint"),
  ]);
  const offer = { user: offered.user, place: placeOf(offered) };
  const lines = new TypedLines(terminal);
  for (;;) {
    terminal.prompt(valuePrompt("Log in as", loginAddressText(offer.user, offer.place)));
    const typed = await lines.next(stopped);
    if (typed.kind !== "line") return undefined;
    try {
      return answered(typed.text.trim(), offer);
    } catch (error) {
      terminal.show([line(`${visibleText(reasonOf(error))}.`, "bad")]);
    }
  }
}

/** What was typed as a choice; a name alone is another one at the same server. */
function answered(typed: string, offer: LoginChoice): LoginChoice {
  if (typed === "") return offer;
  const login = parseLoginAddress(typed, "");
  return { user: login.user, place: login.host === undefined ? offer.place : placeOf(login) };
}

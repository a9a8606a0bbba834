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
import { UsageError } from "../core/errors.ts";
import type { UserId } from "../core/user_id.ts";
import { Questions, type QuestionWorld } from "./questions.ts";
import { line } from "./screen_line.ts";

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
  world: QuestionWorld,
): Promise<LoginChoice | undefined> {
  const offer = { user: offered.user, place: placeOf(offered) };
  const hint = "Enter takes what is in brackets; USER, USER@HOST or @HOST is another.";
  world.terminal.show([line(hint, "faint")]);
  return await new Questions(world).ask({
    text: "Log in as",
    shown: loginAddressText(offer.user, offer.place),
    read: (typed) => typed === "" ? offer : answered(typed, offer),
  });
}

/** What was typed as a choice; a name alone is another one at the same server. */
function answered(typed: string, offer: LoginChoice): LoginChoice {
  const login = parseLoginAddress(typed, "login");
  return { user: login.user, place: login.host === undefined ? offer.place : placeOf(login) };
}

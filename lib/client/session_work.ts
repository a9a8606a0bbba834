/**
 * The effects of the menu that end in an event: requests to the server, and commands.
 */

import { OperationalError, reasonOf, UnreachableError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { lookUp } from "./buddy_list.ts";
import type { Effect, MenuEvent } from "./menu_state.ts";
import type { PresenceLink } from "./presence_link.ts";
import type { ScreenLine } from "./screen_line.ts";
import { notLoggedInLine, ownTroubleLine, serverTroubleLine } from "./screens.ts";
import type { AskPassword, ServerLink } from "./server_link.ts";
import type { CommandHandler, ProgramWord } from "./slash_commands.ts";

/** How long S and M wait for a fresh list. */
export const FRESH_LIST_MS = 1000;

/** An effect that ends in an event. */
export type WorkEffect = Extract<
  Effect,
  { kind: "register" | "check" | "add" | "remove" | "status" | "lookUp" | "command" }
>;

/** What it is done with. */
export interface WorkParts {
  readonly link: ServerLink;
  readonly presence: PresenceLink;
  readonly commands: Readonly<Record<ProgramWord, CommandHandler>>;
  readonly askPassword: AskPassword;
  readonly log: Log;
}

/** What came of an effect. */
export interface WorkOutcome {
  readonly event: MenuEvent;
  /** Why the server could not be reached, where that kept it from being done. */
  readonly unreachable?: string;
}

/** Does it, and gives the event, whatever happens. */
export async function outcomeOf(effect: WorkEffect, parts: WorkParts): Promise<WorkOutcome> {
  try {
    return { event: await resultOf(effect, parts) };
  } catch (error) {
    const reason = reasonOf(error);
    if (error instanceof UnreachableError) {
      return { event: { kind: "failed", line: serverTroubleLine(error) }, unreachable: reason };
    }
    if (!(error instanceof OperationalError)) {
      parts.log.error("Unexpected error", { doing: effect.kind, reason });
    }
    return { event: { kind: "failed", line: ownTroubleLine(reason) } };
  }
}

/**
 * Does it, and gives the event.
 *
 * @throws UnreachableError when the server does not answer
 * @throws OperationalError when a password cannot be had, or sent
 */
async function resultOf(effect: WorkEffect, parts: WorkParts): Promise<MenuEvent> {
  const { link, presence } = parts;
  switch (effect.kind) {
    case "register": {
      const { user } = effect;
      return { kind: "registered", user, reply: await link.request(effect) };
    }
    case "check": {
      const { get, accounts } = await link.capabilities();
      const { user } = effect;
      if (accounts) return await logIn(user, parts);
      return {
        kind: "checked",
        user,
        reply: get ? (await link.list(user)).reply : undefined,
      };
    }
    case "add":
    case "remove": {
      const reply = await link.request(effect);
      presence.refresh();
      return { kind: effect.kind === "add" ? "added" : "removed", buddy: effect.buddy, reply };
    }
    case "status": {
      const fresh = await presence.ask(FRESH_LIST_MS);
      return { kind: "status", list: presence.list, fresh };
    }
    case "command":
      return { kind: "commanded", lines: await doCommand(effect, parts.commands) };
    case "lookUp": {
      const { name } = effect;
      const known = lookUp(presence.list, name);
      if (known.kind === "reachable") return { kind: "lookedUp", name, lookup: known };
      await presence.ask(FRESH_LIST_MS);
      return { kind: "lookedUp", name, lookup: lookUp(presence.list, name) };
    }
  }
}

/** Logs in where names have passwords. */
async function logIn(user: UserId, { link, askPassword }: WorkParts): Promise<MenuEvent> {
  link.requireSecrecy();
  const password = await askPassword(user, false);
  if (password === undefined) return { kind: "failed", line: notLoggedInLine() };
  return { kind: "checked", user, reply: await link.logIn(user, password) };
}

async function doCommand(
  { word, argument, where }: Extract<Effect, { kind: "command" }>,
  commands: WorkParts["commands"],
): Promise<readonly ScreenLine[]> {
  try {
    return await commands[word](argument, where);
  } catch (error) {
    // A chat goes on, whatever became of a command typed in it.
    return [ownTroubleLine(error)];
  }
}

/**
 * What the login chat client's state machine is made of: its state, what may happen, what is to be
 * done. Rules: protocols/login-chat.md.
 */

import type { UserId } from "../core/user_id.ts";
import type { ChatAnswer } from "../wire/login_chat_answer.ts";
import type { ChatRequest } from "../wire/login_chat_request.ts";
import type { ScreenLine } from "./screen_line.ts";
import type { ProgramWord, SlashCommand } from "./slash_commands.ts";

/** What the client is doing. */
export type ChatMode =
  /** An operation is asked for. */
  | { readonly kind: "idle" }
  /** PM or DM was sent; `rest` is what was typed behind it. */
  | {
    readonly kind: "opening";
    readonly what: "public" | "direct";
    readonly rest: string;
    readonly names: readonly string[];
  }
  /** WHO was sent. */
  | { readonly kind: "listing"; readonly names: readonly string[] }
  /** The message to all is asked for. */
  | { readonly kind: "public" }
  /** The name is asked for, then the message to it. */
  | { readonly kind: "whom" }
  | { readonly kind: "direct"; readonly to: UserId }
  | { readonly kind: "sending"; readonly to: UserId | undefined; readonly text: string }
  /** The connection is lost, and tried to be had again. */
  | { readonly kind: "away" }
  | { readonly kind: "cancelling" }
  | { readonly kind: "leaving" };

/** All the client knows about what its user is doing. */
export interface ChatClientState {
  readonly user: UserId;
  readonly mode: ChatMode;
  /** Who was online when it was last told, and who has been heard since. */
  readonly known: readonly UserId[];
  /** Those that start with `/`. */
  readonly commands: readonly SlashCommand[];
  /** Whether the answer that is waited for takes long. */
  readonly isSlow: boolean;
}

/** Something that happened. */
export type ChatEvent =
  | { readonly kind: "started"; readonly isNew: boolean }
  | { readonly kind: "answer"; readonly answer: ChatAnswer }
  | { readonly kind: "line"; readonly text: string }
  /** A person has waited for an answer for a while. */
  | { readonly kind: "slow" }
  /** The connection is lost; it is tried to be had again. */
  | { readonly kind: "lost" }
  /** It is there again. */
  | { readonly kind: "back" }
  /** End of input, a signal, or nobody reads what we show. */
  | { readonly kind: "end" };

/** Something to do. */
export type ChatEffect =
  | { readonly kind: "show"; readonly line: ScreenLine }
  | { readonly kind: "prompt"; readonly prompt: ScreenLine }
  /** A command of the program; it is done at once. */
  | { readonly kind: "command"; readonly word: ProgramWord; readonly argument: string }
  | { readonly kind: "send"; readonly request: Exclude<ChatRequest, { kind: "invalid" }> };

/** What comes of an event. */
export interface ChatClientStep {
  readonly state: ChatClientState;
  readonly effects: readonly ChatEffect[];
}

/** The state in which a login leaves its user. */
export function loggedIn(
  user: UserId,
  commands: readonly SlashCommand[] = [],
): ChatClientState {
  return { user, mode: { kind: "idle" }, known: [], commands, isSlow: false };
}

/** Whether an answer of the server is waited for. */
export function isWaiting({ mode }: ChatClientState): boolean {
  return ["opening", "listing", "sending", "cancelling"].includes(mode.kind);
}

/** Whether the next line may be read. */
export function wantsLine(state: ChatClientState): boolean {
  return isWaiting(state) ? state.isSlow : state.mode.kind !== "leaving";
}

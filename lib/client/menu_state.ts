/**
 * What the menu's state machine is made of: its state, what may happen, what is to be done.
 */

import type { PeerAddress } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import type { BuddyReply } from "../wire/buddy_reply.ts";
import type { BuddyList, Lookup } from "./buddy_list.ts";
import type { CallFailure, ChatEnd } from "./call_screens.ts";
import type { MenuCommand } from "./menu_commands.ts";
import type { ScreenLine } from "./screen_line.ts";
import type { CommandPlace, ProgramWord } from "./slash_commands.ts";

/** What the client is doing. */
export type Mode =
  | { readonly kind: "menu" }
  /** A command was typed without what it needs. */
  | { readonly kind: "asking"; readonly command: MenuCommand }
  /** An effect is under way. */
  | { readonly kind: "working" }
  /** At the rooms, which read the lines themselves; ends in `roomsLeft`. */
  | { readonly kind: "visiting" }
  /** The waiting call is being accepted. */
  | { readonly kind: "answering" }
  | CallingMode
  | { readonly kind: "chatting"; readonly peer: string }
  | { readonly kind: "leaving" };

/** We called somebody who has not answered yet. */
export interface CallingMode {
  readonly kind: "calling";
  readonly peer: string;
  /** Whether the connection stands; before that only a terminal's lines are read. */
  readonly ringing: boolean;
  /** Messages typed meanwhile, for after ACCEPT. */
  readonly kept: readonly string[];
  /** What to do when they are sent: go on, end the chat, or leave the client. */
  readonly then: "chat" | "menu" | "leave";
}

/** All the client knows about what its user is doing. */
export interface MenuState {
  readonly user: UserId | undefined;
  readonly mode: Mode;
  /** Whether a person sees what happens while they type, and means that. */
  readonly isPerson: boolean;
  /** Who waits for Y or N. */
  readonly caller: string | undefined;
}

/** Something that happened. */
export type MenuEvent =
  | { readonly kind: "started"; readonly user: UserId | undefined }
  | { readonly kind: "line"; readonly text: string }
  /** End of input. */
  | { readonly kind: "end" }
  /** A signal, or nobody reads what we show. */
  | { readonly kind: "stop" }
  | { readonly kind: "registered"; readonly user: UserId; readonly reply: BuddyReply }
  | {
    readonly kind: "checked";
    readonly user: UserId;
    /** What the server says of the user; `undefined` when it cannot be asked. */
    readonly reply: BuddyReply | undefined;
  }
  | { readonly kind: "added" | "removed"; readonly buddy: UserId; readonly reply: BuddyReply }
  | { readonly kind: "status"; readonly list: BuddyList | undefined; readonly fresh: boolean }
  | { readonly kind: "lookedUp"; readonly name: string; readonly lookup: Lookup }
  /** The effect under way could not be done. */
  | { readonly kind: "failed"; readonly line: ScreenLine }
  /** Something to tell, whatever is being done. */
  | { readonly kind: "notice"; readonly line: ScreenLine }
  | { readonly kind: "ringing" }
  | { readonly kind: "callFailed"; readonly failure: CallFailure }
  | { readonly kind: "chatBegun" }
  | { readonly kind: "said"; readonly text: string }
  | { readonly kind: "chatEnded"; readonly end: ChatEnd }
  /** One of very many is only counted. */
  | { readonly kind: "ring"; readonly caller: string; readonly isCounted?: boolean }
  | {
    readonly kind: "ringEnded";
    readonly end: "hung up" | "timeout";
    readonly isCounted?: boolean;
  }
  /** So many calls were counted. */
  | { readonly kind: "called"; readonly count: number }
  | { readonly kind: "turnedAway"; readonly caller: string }
  /** A command of the program was done. */
  | { readonly kind: "commanded"; readonly lines: readonly ScreenLine[] }
  /** The visit to the rooms is over. */
  | { readonly kind: "roomsLeft" };

/** Something to do. */
export type Effect =
  | { readonly kind: "show"; readonly lines: readonly ScreenLine[] }
  | { readonly kind: "prompt"; readonly prompt: ScreenLine }
  /** Ends in `registered` or `failed`. */
  | { readonly kind: "register"; readonly user: UserId }
  /** Ends in `checked` or `failed`. */
  | { readonly kind: "check"; readonly user: UserId }
  /** Tells the server that this user is online, and the one before is not. */
  | { readonly kind: "goOnline"; readonly user: UserId }
  /** Ends in `added`, `removed` or `failed`. */
  | { readonly kind: "add" | "remove"; readonly user: UserId; readonly buddy: UserId }
  /** Ends in `status`. */
  | { readonly kind: "status" }
  /** Ends in `lookedUp`. */
  | { readonly kind: "lookUp"; readonly name: string }
  /** Ends in `callFailed` or `chatBegun`, unless cancelled. */
  | { readonly kind: "call"; readonly address: PeerAddress }
  | { readonly kind: "cancelCall" }
  /** Ends in `chatBegun` or `ringEnded`. */
  | { readonly kind: "acceptCall" }
  | { readonly kind: "rejectCall" }
  | { readonly kind: "send"; readonly text: string }
  | { readonly kind: "endChat" }
  /** Ends in `roomsLeft`. */
  | { readonly kind: "visitRooms" }
  /** A command of the program. Ends in `commanded`. */
  | {
    readonly kind: "command";
    readonly word: ProgramWord;
    readonly argument: string;
    readonly where: CommandPlace;
  }
  | { readonly kind: "leave" };

/** What comes of an event. */
export interface Step {
  readonly state: MenuState;
  readonly effects: readonly Effect[];
}

/** The state before anything has happened. */
export const INITIAL_STATE: MenuState = {
  user: undefined,
  isPerson: false,
  mode: { kind: "working" },
  caller: undefined,
};

/**
 * Longest line sent in a chat, in characters, and how much may be kept for after ACCEPT: together
 * they fit the send queue, whatever the letters. What would be more is left unread and waits.
 */
export const MAX_TYPED_CHARACTERS = 32 * 1024;
const MAX_KEPT_LINES = 100;

function hasRoom(kept: readonly string[]): boolean {
  const characters = kept.reduce((sum, line) => sum + line.length, 0);
  return kept.length < MAX_KEPT_LINES && characters < MAX_TYPED_CHARACTERS;
}

/** Whether the next line may be read; `interactive` when a person types at a terminal. */
export function wantsLine({ mode }: MenuState, interactive: boolean): boolean {
  switch (mode.kind) {
    case "menu":
    case "asking":
    case "chatting":
      return true;
    case "calling":
      return mode.then === "chat" && (mode.ringing || interactive) &&
        hasRoom(mode.kept);
    case "working":
    case "visiting":
    case "answering":
    case "leaving":
      return false;
  }
}

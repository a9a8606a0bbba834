/**
 * The person's end, as the rest of the client sees it: lines are shown, lines are typed.
 */

import type { ScreenLine } from "./screen_line.ts";

/** When a terminal rings: never, for what is for its user alone or names them, for every message. */
export const BELL_MODES = ["off", "pm", "all"] as const;

/** See {@linkcode BELL_MODES}. */
export type BellMode = typeof BELL_MODES[number];

/** What Tab may make of what was typed so far: each stands for all of it. */
export type Complete = (typed: string) => readonly string[];

/** Where lines are shown and typed. */
export interface Terminal {
  /** Whether a person types here with a line editor. */
  readonly interactive: boolean;
  /** Whether a secret is typed by a person, who cannot see what they type. */
  readonly hidesSecrets: boolean;
  /** When it rings, if it can. */
  bell: BellMode;
  /** Shows lines, in order. */
  show(lines: readonly ScreenLine[]): void;
  /** Says what is expected next. */
  prompt(prompt: ScreenLine): void;
  /** The next line without its line end; `undefined` when there are no more. One at a time. */
  nextLine(): Promise<string | undefined>;
  /** As {@linkcode Terminal.nextLine}, for what nobody may see: a person's letters do not show. */
  nextSecret(): Promise<string | undefined>;
  /**
   * Takes back what a person has typed and nobody has read, the half-typed line included, because it
   * was meant for something that is over. Lines of a pipe stay: a script knows what it does.
   */
  dropTyped(): readonly string[];
  /** Says what Tab may make of what is typed, from now on. */
  completeWith(complete: Complete): void;
  /** Leaves the screen in order. */
  close(): void;
}

/**
 * The menu's state machine, played by events: what it shows and what it wants done.
 */

import { step } from "../../lib/client/menu.ts";
import {
  type Effect,
  INITIAL_STATE,
  type MenuEvent,
  type MenuState,
} from "../../lib/client/menu_state.ts";
import type { UserId } from "../../lib/core/user_id.ts";

/** A state machine and everything that came of its events. */
export class MenuPlay {
  state: MenuState = INITIAL_STATE;
  /** What was shown, prompts between `«` and `»`. */
  readonly shown: string[] = [];
  #done: Effect[] = [];

  constructor() {
    this.happens({ kind: "started", user: undefined });
  }

  /** At the menu, with somebody logged in. */
  static loggedIn(user: UserId): MenuPlay {
    const play = new MenuPlay();
    play.state = { ...play.state, user };
    return play;
  }

  /** Lets events happen, in order. */
  happens(...events: readonly MenuEvent[]): void {
    for (const event of events) {
      const { state, effects } = step(this.state, event);
      this.state = state;
      for (const effect of effects) this.#perform(effect);
    }
  }

  /** Types lines. */
  types(...lines: readonly string[]): void {
    for (const text of lines) this.happens({ kind: "line", text });
  }

  /** What it wants done beside showing, since this was asked last. */
  takeDone(): Effect[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  #perform(effect: Effect): void {
    if (effect.kind === "show") this.shown.push(...effect.lines.map(({ text }) => text));
    else if (effect.kind === "prompt") this.shown.push(`«${effect.prompt.text}»`);
    else this.#done.push(effect);
  }
}

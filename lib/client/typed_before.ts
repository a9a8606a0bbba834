/**
 * What Up brings back: where something is said to people, what was said to people; where a command
 * is typed, commands, those of earlier runs included. So no command is said to anybody by mistake,
 * and nothing that was said is kept. Answers to questions are not brought back, and never kept:
 * somebody may have taken the question for another one, and typed a password.
 */

import { InputRecall } from "./input_recall.ts";
import type { RecallStore } from "./recall_file.ts";
import type { ScreenLine } from "./screen_line.ts";

/** Both kinds of lines. */
export class TypedBefore {
  readonly #store: RecallStore;
  readonly #said = new InputRecall();
  readonly #commands: InputRecall;

  constructor(store: RecallStore) {
    this.#store = store;
    this.#commands = new InputRecall(store.lines);
  }

  /** Lines of the kind that is typed behind a prompt. */
  behind(prompt: ScreenLine): InputRecall {
    if (prompt.about === "question") return new InputRecall();
    return prompt.about === "own" ? this.#said : this.#commands;
  }

  /** Remembers a line typed behind a prompt. */
  add(line: string, prompt: ScreenLine): void {
    const recall = this.behind(prompt);
    if (recall.add(line) && recall === this.#commands) this.#store.add(line);
  }
}

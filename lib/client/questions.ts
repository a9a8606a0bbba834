/** Questions to a person, each asked until its answer is usable. */

import { reasonOf } from "../core/errors.ts";
import { visibleText } from "../core/visible_text.ts";
import { valuePrompt } from "./room_screens.ts";
import { line } from "./screen_line.ts";
import type { Terminal } from "./terminal.ts";
import { TypedLines } from "./typed_lines.ts";

/** Who asks, and where. */
export interface QuestionWorld {
  readonly terminal: Terminal;
  /** Resolves when the person has enough. */
  readonly stopped: Promise<void>;
}

/** One question. */
export interface Question<Value> {
  readonly text: string;
  /** What nothing typed stands for, as it is shown. */
  readonly shown?: string;
  /**
   * Reads what was typed, without blanks around it.
   *
   * @throws Error saying what is wrong with it
   */
  readonly read: (typed: string) => Value;
}

/** Asks a person at a terminal, or whatever writes to our input. */
export class Questions {
  readonly #world: QuestionWorld;
  readonly #lines: TypedLines;

  constructor(world: QuestionWorld) {
    this.#world = world;
    this.#lines = new TypedLines(world.terminal);
  }

  /** The answer; `undefined` when there is none any more. */
  async ask<Value>({ text, shown, read }: Question<Value>): Promise<Value | undefined> {
    const { terminal, stopped } = this.#world;
    for (;;) {
      terminal.prompt({ ...valuePrompt(text, shown), about: "question" });
      const typed = await this.#lines.next(stopped);
      if (typed.kind !== "line") return undefined;
      try {
        return read(typed.text.trim());
      } catch (error) {
        terminal.show([line(`${visibleText(reasonOf(error))}.`, "bad")]);
      }
    }
  }

  /** Yes or no; nothing typed is `usual`. */
  async confirm(text: string, usual: boolean): Promise<boolean | undefined> {
    return await this.ask({
      text,
      shown: usual ? "Y/n" : "y/N",
      read(typed) {
        const word = typed.toLowerCase();
        if (word === "") return usual;
        if (["y", "yes", "n", "no"].includes(word)) return word.startsWith("y");
        throw new Error(`Cannot use "${typed}": type y or n`);
      },
    });
  }
}

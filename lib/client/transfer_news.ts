/**
 * Where a transfer is told of while it runs: lines, and how far it is.
 */

import { line, type ScreenLine } from "./screen_line.ts";
import type { ScriptStreams } from "./script_streams.ts";
import { reportPauses } from "./transfer_progress.ts";

/** Tells a person about a transfer. */
export interface TransferNews {
  show(lines: readonly ScreenLine[]): void;
  /** Tells how far it is, now and then, until it is told to stop. */
  follow(text: () => string): Disposable;
}

/** Among other lines: less and less often, each line stays on the screen. */
export function newsAmongLines(show: (lines: readonly ScreenLine[]) => void): TransferNews {
  return {
    show,
    follow(text) {
      const pauses = reportPauses();
      let timer: ReturnType<typeof setTimeout>;
      const wait = (): void => {
        timer = setTimeout(() => {
          show([line(text(), "faint")]);
          wait();
        }, pauses.next().value);
      };
      wait();
      return { [Symbol.dispose]: () => clearTimeout(timer) };
    },
  };
}

/** How often a line that is written over changes, in milliseconds. */
const REWRITE_MS = 200;

/** For a command: one line that changes where a person looks at it, and the others above it. */
export function newsOfCommand(streams: Pick<ScriptStreams, "tell" | "status">): TransferNews {
  return {
    show: (lines) => {
      streams.status("");
      for (const { text } of lines) streams.tell(text);
    },
    follow(text) {
      const timer = setInterval(() => streams.status(text()), REWRITE_MS);
      return {
        [Symbol.dispose]() {
          clearInterval(timer);
          streams.status("");
        },
      };
    },
  };
}

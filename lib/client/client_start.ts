/**
 * What every client program begins with: its log, its terminal, and what asks it to end.
 */

import { surviveUnexpected } from "../config/lifetime.ts";
import type { Log, LogLevel, Trace } from "../core/ports.ts";
import { createStderrLog, type LogSettings } from "../observe/log.ts";
import { onStopSignals } from "./stop_signals.ts";
import { openTerminal, type TerminalWishes } from "./open_terminal.ts";
import { screenTrace } from "./screen_trace.ts";
import type { Terminal } from "./terminal.ts";
import { transcribe } from "./transcript.ts";
import { logsToScreen } from "./tty.ts";

/** What of a command line a client's log depends on. */
export interface LogLine {
  readonly options: { readonly log: LogSettings["format"]; readonly logLevel: LogLevel };
  /** Names of the options that were given. */
  readonly given: ReadonlySet<string>;
}

/** What of a command line the start depends on. */
export interface StartLine extends LogLine {
  readonly options: LogLine["options"] & TerminalWishes & {
    readonly transcript: string | undefined;
    readonly trace: boolean;
  };
}

/** Where a client runs. Whoever started it closes the terminal. */
export interface ClientWorld {
  readonly log: Log;
  readonly terminal: Terminal;
  /** What listens to everything that crosses the wire, where something does. */
  readonly trace: Trace | undefined;
  /** Resolves when a signal, Ctrl-C or a reader that went away asks the client to end. */
  readonly stopped: Promise<void>;
}

/** A client's log. People look at the dialogue; what went well in it needs no log. */
export function clientLog({ options, given }: LogLine, write?: LogSettings["write"]): Log {
  return createStderrLog(options.log, given.has("logLevel") ? options.logLevel : "warn", write);
}

/**
 * Starts a client: from here on there is a terminal to be closed.
 *
 * @throws OperationalError when the transcript cannot be written
 */
export function startClient(line: StartLine): ClientWorld {
  const { options } = line;
  const stop = Promise.withResolvers<void>();
  const screen = openTerminal(options, stop.resolve);
  // On the same screen, a line of the log must not fall into the one that is typed.
  const toScreen = screen.interactive && logsToScreen();
  const log = toScreen
    ? clientLog(line, (text) => screen.show([{ text: text.trimEnd(), tone: "faint" }]))
    : clientLog(line);
  // A bug in one corner must not cost its user the chat in another.
  surviveUnexpected(log, "Unexpected error");
  onStopSignals(stop.resolve);
  const stopped = stop.promise;
  const trace = screenTrace(options, screen);
  if (options.transcript === undefined) return { log, terminal: screen, trace, stopped };
  try {
    return { log, terminal: transcribe(screen, options.transcript), trace, stopped };
  } catch (error) {
    screen.close();
    throw error;
  }
}

/**
 * The log of a program that serves: to stderr, or to a file. Whatever becomes of either, the program
 * goes on. What the log has to say of itself goes to stderr, in the form of its other lines.
 */

import type { Log, LogLevel } from "../core/ports.ts";
import { FloodGate } from "./flood_gate.ts";
import type { LineQueue } from "./line_queue.ts";
import { createLog, type LineFormat, type LogSettings, stderrQueue } from "./log.ts";
import { LogFile } from "./log_file.ts";

/** What the options say; see `config/log_options.ts`. */
export interface ProgramLogSettings {
  /** For people or for programs. */
  readonly log: "text" | "json";
  /** Lines below this level are left out. */
  readonly logLevel: LogLevel;
  /** `undefined` for stderr. */
  readonly logFile: string | undefined;
  /** Longest file in bytes. */
  readonly logSize: number;
  /** How many older files are kept. */
  readonly logKeep: number;
  /** Lines a second in the long run; 0 for as many as there are. */
  readonly logRate: number;
}

/** The lines of a trace: they go to stderr, wherever the log goes. */
export interface TraceLines {
  /** Whether another line may be written; one that may not is counted. */
  readonly lets: () => boolean;
  /** Takes a whole line with its LF. */
  readonly write: (line: string) => void;
}

/** An open log. */
export interface ProgramLog {
  /** Where diagnostics go. */
  readonly log: Log;
  /** Where a trace goes. */
  readonly trace: TraceLines;
  /** Tells what was left out and not told yet, and waits until all is written, within bounds. */
  finish(): Promise<void>;
}

/**
 * How long the last lines may take: nobody may be reading them. In steps, so that a machine which
 * stands still for a moment costs one of them, and no line.
 */
const FINISH = { steps: 6, stepMs: 50 } as const;

/**
 * Opens what the options ask for. On SIGHUP a file is opened anew.
 *
 * @param textFormat how lines of text look, when not as those of other programs
 * @throws OperationalError when the file cannot be written
 */
export function openProgramLog(
  options: ProgramLogSettings,
  textFormat?: (isFile: boolean) => LineFormat,
): ProgramLog {
  const { logFile: path, logRate: rate } = options;
  const settingsOf = (isFile: boolean): Pick<LogSettings, "format" | "clock" | "line"> => ({
    ...{ format: options.log, clock: Date.now },
    line: options.log === "json" ? undefined : textFormat?.(isFile),
  });
  const stderr = stderrQueue((count) =>
    own.warn(`${count} lines were left out, nobody read them`, { count })
  );
  const own = createLog({ ...settingsOf(false), level: "info", write: stderr.write });
  const write = path === undefined ? stderr.write : openFile(options, path, stderr, own);
  const log = createLog({
    ...settingsOf(path !== undefined),
    level: options.logLevel,
    rate,
    write,
  });
  const gate = new FloodGate({
    rate,
    clock: () => performance.now(),
    tell: (count) =>
      own.warn(`${count} lines of the trace were left out, there were too many (--log-rate)`, {
        count,
      }),
  });
  return {
    log,
    trace: { lets: () => gate.lets("info"), write: stderr.write },
    async finish() {
      gate.finish();
      log.finish();
      for (let step = 0; step < FINISH.steps; step++) await stderr.flush(FINISH.stepMs);
    },
  };
}

function openFile(
  { logSize, logKeep }: ProgramLogSettings,
  path: string,
  stderr: LineQueue,
  own: Log,
): (line: string) => void {
  const file = new LogFile({
    ...{ path, maxBytes: logSize, keep: logKeep },
    instead: stderr.write,
    tell: (level, message) => own[level](message),
  });
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", () => file.reopen());
  return (line) => file.write(line);
}

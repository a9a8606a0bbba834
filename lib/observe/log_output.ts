/** Where the lines of a program that serves go: to stderr, or to a file. */

import { writeToStderr } from "./log.ts";
import { LogFile } from "./log_file.ts";

/** What the options say; see `config/log_options.ts`. */
export interface LogOutputSettings {
  /** `undefined` for stderr. */
  readonly logFile: string | undefined;
  /** Longest file in bytes. */
  readonly logSize: number;
  /** How many older files are kept. */
  readonly logKeep: number;
}

/** Takes lines. */
export interface LogOutput {
  /** Takes a whole line with its LF. */
  readonly write: (line: string) => void;
}

/**
 * Opens what the options ask for. On SIGHUP a file is opened anew.
 *
 * @throws OperationalError when the file cannot be written
 */
export function openLogOutput({ logFile, logSize, logKeep }: LogOutputSettings): LogOutput {
  if (logFile === undefined) return { write: writeToStderr };
  const file = new LogFile({
    ...{ path: logFile, maxBytes: logSize, keep: logKeep },
    instead: writeToStderr,
  });
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", () => file.reopen());
  return { write: (line) => file.write(line) };
}

/**
 * The log: one line per event, as text or JSON, always on stderr. Text from outside is made visible
 * here, so a name with a newline in it cannot forge a line.
 */

import type { Clock, Log, LogFields, LogLevel } from "../core/ports.ts";
import { visibleText } from "../core/visible_text.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** How a log writes. */
export interface LogSettings {
  /** For people or for programs. */
  readonly format: "text" | "json";
  /** Lines below this level are left out. */
  readonly level: LogLevel;
  /** Gives the time of a line. */
  readonly clock: Clock;
  /** Takes a whole line with its LF. */
  readonly write: (line: string) => void;
}

/** Makes a log. */
export function createLog(settings: LogSettings): Log {
  const lowest = LEVELS.indexOf(settings.level);
  const format = settings.format === "json" ? jsonLine : textLine;
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}): void => {
    if (LEVELS.indexOf(level) < lowest) return;
    settings.write(format(new Date(settings.clock()).toISOString(), level, message, fields));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function textLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const words = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${quoteIfNeeded(visibleText(String(value)))}`);
  return `${time} ${level.padEnd(5)} ${visibleText(message)}${words.join("")}\n`;
}

function quoteIfNeeded(value: string): string {
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function jsonLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const safe = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === "string" ? visibleText(value) : value,
  ]);
  const head = { time, level, message: visibleText(message) };
  // Once more at the end: a field of the same name changes none of them.
  return JSON.stringify({ ...head, ...Object.fromEntries(safe), ...head }) + "\n";
}

/** Makes the log of a program: on stderr unless it is written elsewhere, by the system's clock. */
export function createStderrLog(
  format: LogSettings["format"],
  level: LogLevel,
  write: LogSettings["write"] = writeToStderr,
): Log {
  return createLog({ format, level, clock: Date.now, write });
}

/** Writes a line to stderr. A reader that went away is no reason to stop serving. */
export function writeToStderr(line: string): void {
  const bytes = new TextEncoder().encode(line);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    // Nobody is listening, and there is nowhere else to say so.
  }
}

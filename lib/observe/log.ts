/**
 * The log: one line per event, as text or JSON. Text from outside is made visible here, so a name
 * with a newline in it cannot forge a line; secrets are taken out; a flood is cut short.
 */

import type { Clock, Log, LogFields, LogLevel } from "../core/ports.ts";
import { HIDDEN, isSecretName, withoutSecrets } from "../core/secrets.ts";
import { visibleText } from "../core/visible_text.ts";
import { FloodGate } from "./flood_gate.ts";
import { LineQueue } from "./line_queue.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** How a log writes. */
export interface LogSettings {
  /** For people or for programs. */
  readonly format: "text" | "json";
  /** Lines below this level are left out. */
  readonly level: LogLevel;
  /** Lines a second in the long run, see `flood_gate.ts`; as many as there are unless given. */
  readonly rate?: number;
  /** Gives the time of a line. */
  readonly clock: Clock;
  /** Takes a whole line with its LF. */
  readonly write: (line: string) => void;
  /** How its lines look, when not as the format says. */
  readonly line?: LineFormat | undefined;
}

/** A log that can be brought to an end. */
export interface FinishableLog extends Log {
  /** Tells what was left out and not told yet. */
  finish(): void;
}

/** Makes a line of an event, with its LF; texts are safe already. */
export type LineFormat = (
  time: string,
  level: LogLevel,
  message: string,
  fields: LogFields,
) => string;

/** Makes a log. */
export function createLog(settings: LogSettings): FinishableLog {
  const { level: least, clock, write, rate = 0 } = settings;
  const lowest = LEVELS.indexOf(least);
  const line = settings.line ?? (settings.format === "json" ? jsonLine : textLine);
  const put = (level: LogLevel, message: string, fields: LogFields): void =>
    write(line(new Date(clock()).toISOString(), level, safe(message), safeFields(fields)));
  const gate = new FloodGate({
    rate,
    // Whoever sets the time of day must not stop the log.
    clock: () => performance.now(),
    tell: (count) =>
      put("warn", `${count} log lines were left out, there were too many (--log-rate)`, { count }),
  });
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}): void => {
    if (LEVELS.indexOf(level) >= lowest && gate.lets(level)) put(level, message, fields);
  };
  return {
    ...{ debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    isOn: (level) => LEVELS.indexOf(level) >= lowest,
    finish: () => gate.finish(),
  };
}

function safe(text: string): string {
  return visibleText(withoutSecrets(text));
}

function safeFields(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined).map(([name, value]) => [
      name,
      isSecretName(name) ? HIDDEN : typeof value === "string" ? safe(value) : value,
    ]),
  );
}

/** A line for people: time, level, message, fields. */
export function textLine(
  time: string,
  level: LogLevel,
  message: string,
  fields: LogFields,
): string {
  const words = Object.entries(fields).map(([name, value]) =>
    ` ${name}=${quoteIfNeeded(String(value))}`
  );
  return `${time} ${level.padEnd(5)} ${message}${words.join("")}\n`;
}

function quoteIfNeeded(value: string): string {
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function jsonLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const head = { time, level, message };
  // Once more at the end: a field of the same name changes none of them.
  return JSON.stringify({ ...head, ...fields, ...head }) + "\n";
}

/** Makes the log of a program: on stderr unless it is written elsewhere, by the system's clock. */
export function createStderrLog(
  format: LogSettings["format"],
  level: LogLevel,
  write: LogSettings["write"] = writeToStderr,
): Log {
  return createLog({ format, level, clock: Date.now, write });
}

/** Lines for stderr that no program waits for; `leftOut` is told how many nobody read. */
export function stderrQueue(leftOut: (count: number) => void): LineQueue {
  return new LineQueue({ write: (bytes) => Deno.stderr.write(bytes), leftOut });
}

/** Writes a line to stderr and waits until it is taken: for programs that serve nobody meanwhile. */
export function writeToStderr(line: string): void {
  const bytes = new TextEncoder().encode(line);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    // Nobody is listening, and there is nowhere else to say so.
  }
}

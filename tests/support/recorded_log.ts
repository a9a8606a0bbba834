/**
 * A log that keeps what it is told, for tests that look at it or only want silence.
 */

import type { Log, LogFields, LogLevel } from "../../lib/core/ports.ts";

/** One thing a log was told. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log and what it was told. */
export class RecordedLog implements Log {
  readonly entries: LogEntry[] = [];
  #told = Promise.withResolvers<void>();
  readonly #isTalkative: boolean;

  readonly isOn = (level: LogLevel): boolean => level !== "debug" || this.#isTalkative;
  readonly debug = this.#at("debug");
  readonly info = this.#at("info");
  readonly warn = this.#at("warn");
  readonly error = this.#at("error");

  /** @param isTalkative whether lines for whoever looks for a fault are wanted, too */
  constructor(isTalkative = false) {
    this.#isTalkative = isTalkative;
  }

  /** The messages of one level. */
  messages(level: LogLevel): string[] {
    return this.entries.filter((entry) => entry.level === level).map(({ message }) => message);
  }

  /** Resolves when the log is told the next thing. */
  next(): Promise<void> {
    return this.#told.promise;
  }

  #at(level: LogLevel): (message: string, fields?: LogFields) => void {
    return (message, fields = {}) => {
      this.entries.push({ level, message, fields });
      this.#told.resolve();
      this.#told = Promise.withResolvers();
    };
  }
}

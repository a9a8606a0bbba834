/** Where a program that serves writes its log, and how much of it. */

import { LOG_FILES, LOG_FLOOD } from "../core/limits.ts";
import { type OptionTable, text, wholeNumber } from "./option.ts";

/** The options of a log beside those every program has. */
export const LOG_FILE_OPTIONS = {
  logFile: text("log-file", "FILE", undefined, "write the log here instead; opened anew on SIGHUP"),
  logSize: wholeNumber(
    "log-size",
    LOG_FILES.maxBytes,
    { min: 1000, max: 1_000_000_000_000 },
    "bytes from which the log file is renamed to FILE.1",
  ),
  logKeep: wholeNumber(
    "log-keep",
    LOG_FILES.keep,
    { min: 0, max: 1000 },
    "older log files that are kept",
  ),
  logRate: wholeNumber(
    "log-rate",
    LOG_FLOOD.rate,
    { min: 0, max: 1_000_000 },
    "log or trace lines a second, more are counted; 0 for all",
  ),
} satisfies OptionTable;

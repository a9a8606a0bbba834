/**
 * One line of the journal: text <-> record. Pure.
 *
 * A line is `SEQUENCE TIME WORD FIELDS... CHECKSUM` with single spaces and LF:
 *
 * ```text
 * 1 2026-11-20T20:11:25Z journal parley/1 1f0c5f2e
 * 2 2026-11-20T20:11:31Z reg alice 5a3f8d10
 * 3 2026-11-20T20:11:40Z add alice bob 90b7c2aa
 * 4 2026-11-20T20:12:02Z del alice bob 3be1d09c
 * ```
 *
 * - SEQUENCE counts every record by one, so a missing or doubled line shows.
 * - TIME is when it was written, UTC, for people; nothing depends on it.
 * - CHECKSUM is the CRC-32 of everything before the blank in front of it, 8 hex digits, so that any
 *   change to the line shows. It guards against damage, not against people: edit with `repair`.
 * - The first record of a file is `journal` and names the format.
 */

import { crc32 } from "node:zlib";
import { parseUserId, type UserId } from "../core/user_id.ts";
import type { UserChange } from "./store.ts";

/** What a journal line says. */
export type JournalEntry = UserChange | { readonly kind: "journal" };

/** One line of the journal. */
export interface JournalRecord {
  /** 1 for the first record ever, then one more for each. */
  readonly sequence: number;
  /** What happened. */
  readonly entry: JournalEntry;
}

/** The format word of the `journal` record. Another one is another version's file. */
export const JOURNAL_FORMAT = "parley/1";

/** Why a line is no record. */
export type RecordFault = "checksum" | "format" | "unknown";

const decoder = new TextDecoder("latin1");

/** Writes a record as its line, LF included. `time` is seconds, `2026-11-20T20:11:25Z`. */
export function encodeRecord(record: JournalRecord, time: string): string {
  const content = `${record.sequence} ${time} ${entryWords(record.entry)}`;
  return `${content} ${checksumOf(content)}\n`;
}

/** The time of a record as it stands in its line. */
export function recordTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19) + "Z";
}

function entryWords(entry: JournalEntry): string {
  switch (entry.kind) {
    case "journal":
      return `journal ${JOURNAL_FORMAT}`;
    case "register":
      return `reg ${entry.user}`;
    case "add":
      return `add ${entry.user} ${entry.buddy}`;
    case "remove":
      return `del ${entry.user} ${entry.buddy}`;
  }
}

/** The CRC-32 of ASCII text or bytes as it stands at the end of a line: 8 hex digits. */
function checksumOf(content: string | Uint8Array): string {
  return crc32(content).toString(16).padStart(8, "0");
}

const CHECKSUM_LENGTH = 8;
const SPACE = 32;

/**
 * Reads a line without its LF.
 *
 * @returns the record, or what is wrong: `checksum`, the line is not as it was written; `unknown`,
 * it is, but by a version that knows more; `format`, it is, but makes no sense
 */
export function parseRecord(line: Uint8Array): JournalRecord | RecordFault {
  const cut = line.length - CHECKSUM_LENGTH - 1;
  if (cut < 1 || line[cut] !== SPACE) return "checksum";
  const written = decoder.decode(line.subarray(cut + 1));
  if (written !== checksumOf(line.subarray(0, cut))) return "checksum";
  const [sequenceText = "", , ...words] = decoder.decode(line.subarray(0, cut)).split(" ");
  const sequence = /^[1-9]\d{0,14}$/.test(sequenceText) ? Number(sequenceText) : undefined;
  const entry = parseEntry(words);
  if (sequence === undefined) return "format";
  return typeof entry === "string" ? entry : { sequence, entry };
}

function parseEntry(words: readonly string[]): JournalEntry | RecordFault {
  const [word, first = "", second = ""] = words;
  switch (word) {
    case "journal":
      return first === JOURNAL_FORMAT && words.length === 2 ? { kind: "journal" } : "unknown";
    case "reg": {
      const user = storedId(first);
      return user !== undefined && words.length === 2 ? { kind: "register", user } : "format";
    }
    case "add":
    case "del": {
      const user = storedId(first);
      const buddy = storedId(second);
      if (user === undefined || buddy === undefined || words.length !== 3) return "format";
      return { kind: word === "add" ? "add" : "remove", user, buddy };
    }
    default:
      return "unknown";
  }
}

/** An id as it was stored: folded already, so anything that would fold was not written by us. */
function storedId(text: string): UserId | undefined {
  const id = parseUserId(text);
  return id === text ? id : undefined;
}

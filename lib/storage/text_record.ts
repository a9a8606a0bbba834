/**
 * One line of the journal: text <-> record. Pure.
 *
 * A line is `SEQUENCE TIME WORD FIELDS... CHECKSUM` with single spaces and LF:
 *
 * ```text
 * 1 2026-11-20T20:11:25Z journal parley/1 - 1f0c5f2e
 * 2 2026-11-20T20:11:31Z reg alice 5a3f8d10
 * 3 2026-11-20T20:11:40Z add alice bob 90b7c2aa
 * 4 2026-11-20T20:12:02Z del alice bob 3be1d09c
 * ```
 *
 * - SEQUENCE counts every record by one, so a missing or doubled line shows.
 * - `reg` has the hash of a password behind the name of who registers with one: both are there, or
 *   neither.
 * - TIME is when it was written, UTC, for people; nothing depends on it.
 * - CHECKSUM: see `checked_line.ts`.
 * - The first record of a file is `journal`. It names the format and what went before: its own
 *   sequence is that of the last record before the file, and its last field is that record's
 *   checksum (`-` when nothing went before), so that files of different histories are told apart.
 * - Tokens that a change was judged by (`store.ts`) are not written: what is written was judged.
 * - Names of rooms and members are any text and written as `field.ts` says.
 */

import { checksumOfLine, openLine, sealLine } from "./checked_line.ts";
import { decodeFields, encodeField } from "./field.ts";
import { storedId } from "./stored_id.ts";
import type { StoreChange } from "./store.ts";

/** The beginning of a journal file. */
export interface JournalStart {
  /** What tells it from a change. */
  readonly kind: "journal";
  /** Checksum of the record that went before; `-` when none did. */
  readonly after: string;
}

/** What a journal line says. */
export type JournalEntry = StoreChange | JournalStart;

/** One line of the journal. */
export interface JournalRecord {
  /** 1 for the beginning of everything, then one more for each record. */
  readonly sequence: number;
  /** What it says. */
  readonly entry: JournalEntry;
  /** The checksum at its end, which tells records of one sequence apart. */
  readonly checksum: string;
}

/** The format word of the `journal` record. Another one is another version's file. */
export const JOURNAL_FORMAT = "parley/1";

/** `after` of a journal that nothing went before. */
export const NOTHING_BEFORE = "-";

/** Why a line is no record. */
export type RecordFault = "checksum" | "format" | "unknown";

/** Writes a record as its line, LF included. `time` is seconds, `2026-11-20T20:11:25Z`. */
export function encodeRecord(sequence: number, entry: JournalEntry, time: string): string {
  return sealLine(`${sequence} ${time} ${entryWords(entry)}`);
}

/** The time of a record as it stands in its line. */
export function recordTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19) + "Z";
}

/** The words of a change as they stand in a line, fields encoded. */
function entryWords(entry: JournalEntry): string {
  switch (entry.kind) {
    case "journal":
      return `journal ${JOURNAL_FORMAT} ${entry.after}`;
    case "register":
      return entry.hash === undefined
        ? `reg ${entry.user}`
        : `reg ${entry.user} ${encodeField(entry.hash)}`;
    case "add":
      return `add ${entry.user} ${entry.buddy}`;
    case "remove":
      return `del ${entry.user} ${entry.buddy}`;
    case "set password":
      return `password ${entry.user} ${encodeField(entry.hash)}`;
    default:
      return roomWords(entry);
  }
}

/** The words of what happens to a member, and takes nothing but the two names. */
const MEMBER_WORDS = {
  "leave room": "leave",
  "doubt member": "doubt",
  "vouch for member": "vouch",
  "expire member": "expire",
} as const;

function roomWords(entry: Extract<StoreChange, { readonly room: string }>): string {
  const room = encodeField(entry.room);
  switch (entry.kind) {
    case "create room": {
      const { host, hash = "", hostSeat } = entry;
      const seat = hostSeat === undefined ? [] : [hostSeat.token, hostSeat.ip];
      return ["room", room, ...[host, hash, ...seat].map(encodeField)].join(" ");
    }
    case "close room":
      return `close ${room}`;
    case "join room":
      return `join ${room} ${encodeField(entry.member)} ${encodeField(entry.token)} ${
        encodeField(entry.ip)
      }`;
    case "leave room":
    case "doubt member":
    case "vouch for member":
    case "expire member":
      return `${MEMBER_WORDS[entry.kind]} ${room} ${encodeField(entry.member)}`;
  }
}

/**
 * Reads a line without its LF.
 *
 * @returns the record, or what is wrong: `checksum`, the line is not as it was written; `unknown`,
 * it is, but by a version that knows more; `format`, it is, but makes no sense
 */
export function parseRecord(line: Uint8Array): JournalRecord | RecordFault {
  const words = openLine(line);
  if (words === undefined) return "checksum";
  const [sequenceText = "", , word = "", ...fields] = words;
  if (!/^[1-9]\d{0,14}$/.test(sequenceText)) return "format";
  const parse = ENTRIES.get(word);
  if (parse === undefined) return "unknown";
  const entry = parse(fields);
  if (typeof entry === "string") return entry;
  return { sequence: Number(sequenceText), entry, checksum: checksumOfLine(line) };
}

type ParseEntry = (fields: readonly string[]) => JournalEntry | RecordFault;

/** Reads fields of known kinds; anything missing, left over or undecodable is a fault. */
const ENTRIES: ReadonlyMap<string, ParseEntry> = new Map<string, ParseEntry>([
  ["journal", ([format, after = "", ...more]) => {
    if (format !== JOURNAL_FORMAT) return "unknown";
    return more.length === 0 && /^(-|[0-9a-f]{8})$/.test(after)
      ? { kind: "journal", after }
      : "format";
  }],
  ["reg", ([name, ...fields]) => {
    const user = storedId(name);
    if (user === undefined) return "format";
    if (fields.length === 0) return { kind: "register", user };
    const [hash] = decodeFields(fields, 1);
    return hash === undefined ? "format" : { kind: "register", user, hash };
  }],
  ["add", (fields) => buddyEntry("add", fields)],
  ["del", (fields) => buddyEntry("remove", fields)],
  ["password", ([name, ...fields]) => {
    const user = storedId(name);
    const [hash] = decodeFields(fields, 1);
    return user && hash !== undefined ? { kind: "set password", user, hash } : "format";
  }],
  ["room", (fields) => {
    // A room that lets its host in has two more; older journals have none such.
    const [room, host, hash, token, ip] = decodeFields(fields, fields.length === 5 ? 5 : 3);
    if (room === undefined || host === undefined) return "format";
    const created = { kind: "create room", room, host, hash: hash || undefined } as const;
    return token === undefined || ip === undefined
      ? created
      : { ...created, hostSeat: { token, ip } };
  }],
  ["close", (fields) => {
    const [room] = decodeFields(fields, 1);
    return room === undefined ? "format" : { kind: "close room", room };
  }],
  ["join", (fields) => {
    const [room, member, token, ip] = decodeFields(fields, 4);
    return room === undefined || member === undefined || token === undefined || ip === undefined
      ? "format"
      : { kind: "join room", room, member, token, ip };
  }],
  ["leave", (fields) => memberEntry("leave room", fields)],
  ["doubt", (fields) => memberEntry("doubt member", fields)],
  ["vouch", (fields) => memberEntry("vouch for member", fields)],
  ["expire", (fields) => memberEntry("expire member", fields)],
]);

function memberEntry(
  kind: keyof typeof MEMBER_WORDS,
  fields: readonly string[],
): JournalEntry | RecordFault {
  const [room, member] = decodeFields(fields, 2);
  return room === undefined || member === undefined ? "format" : { kind, room, member };
}

function buddyEntry(kind: "add" | "remove", fields: readonly string[]): JournalEntry | RecordFault {
  const user = storedId(fields[0]);
  const buddy = storedId(fields[1]);
  return user && buddy && fields.length === 2 ? { kind, user, buddy } : "format";
}

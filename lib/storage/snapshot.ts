/**
 * The snapshot, `users.txt`: everything there was at one point of the journal, sorted by user.
 *
 * ```text
 * snapshot parley/1 4711 5a3f8d10 2026-11-20T20:11:25Z 7be1d09c
 * user alice - bob carol 1f0c5f2e
 * user bob scrypt$15$8$3$c2FsdA$aGFzaA 3be1d09c
 * user carol - alice bob dave 0b18d3b6
 * more carol - erin frank 45c14599
 * room lab alice % 90b7c2aa
 * member lab alice token_0f3a 192.0.2.7 5a3f8d10
 * end 6 0c5f2e1f
 * ```
 *
 * The first line names the last record it contains and that record's checksum, where the journal
 * goes on; the last line counts the lines between, so that a part of a file is not taken for the
 * whole. Whoever has many buddies has several lines, because no line may be too long to be read.
 */

import type { UserId } from "../core/user_id.ts";
import { contentOf, sealLine } from "./checked_line.ts";
import { DamagedFileError, FAULT_WORDS } from "./damage.ts";
import type { DiskFile } from "./disk.ts";
import { decodeField, decodeFields, encodeField } from "./field.ts";
import type { JournalPoint } from "./journal_point.ts";
import { readLines } from "./line_reader.ts";
import type { StoredRoom } from "./store.ts";
import { storedId } from "./stored_id.ts";
import type { RecordFault } from "./text_record.ts";
import type { PackedUser, StoredUser } from "./user_index.ts";

const FORMAT = "parley/1";
const SPACE = 32;
const DASH = 45;

const decoder = new TextDecoder("latin1");

/** What a line of a snapshot says. */
export type SnapshotLine =
  | { readonly kind: "start"; readonly through: JournalPoint }
  | { readonly kind: "user" | "more"; readonly user: PackedUser }
  | { readonly kind: "room"; readonly room: string; readonly host: string; readonly hash?: string }
  | {
    readonly kind: "member";
    readonly room: string;
    readonly member: string;
    readonly token: string;
    readonly ip: string;
  }
  | { readonly kind: "doubt"; readonly room: string; readonly member: string }
  | { readonly kind: "end"; readonly lines: number };

/** A line between the first and the last. */
export type ContentLine = Exclude<SnapshotLine, { readonly kind: "start" | "end" }>;

/** The first line. */
export function startLine(through: JournalPoint, time: string): string {
  return sealLine(`snapshot ${FORMAT} ${through.sequence} ${through.checksum} ${time}`);
}

/** So many buddies of the longest name are a quarter of what a line may hold. */
const BUDDIES_PER_LINE = 500;

/** A user's lines: mostly one. */
export function userLines({ user, hash, buddies }: StoredUser): string[] {
  const hashWord = hash === undefined ? "-" : encodeField(hash);
  const lines = [
    sealLine(["user", user, hashWord, ...buddies.slice(0, BUDDIES_PER_LINE)].join(" ")),
  ];
  for (let at = BUDDIES_PER_LINE; at < buddies.length; at += BUDDIES_PER_LINE) {
    lines.push(
      sealLine(["more", user, "-", ...buddies.slice(at, at + BUDDIES_PER_LINE)].join(" ")),
    );
  }
  return lines;
}

/** A room's lines: itself, its members, then who of them is doubted. */
export function roomLines({ room, host, hash, members }: StoredRoom): string[] {
  const name = encodeField(room);
  return [
    sealLine(`room ${name} ${encodeField(host)} ${encodeField(hash ?? "")}`),
    ...members.map(({ member, token, ip }) =>
      sealLine(["member", name, ...[member, token, ip].map(encodeField)].join(" "))
    ),
    ...members.filter(({ isDoubted }) => isDoubted).map(({ member }) =>
      sealLine(`doubt ${name} ${encodeField(member)}`)
    ),
  ];
}

/** The last line. */
export function endLine(lines: number): string {
  return sealLine(`end ${lines}`);
}

/**
 * Reads a line without its LF.
 *
 * @returns what it says, or what is wrong with it, as `parseRecord` tells it
 */
export function parseSnapshotLine(line: Uint8Array): SnapshotLine | RecordFault {
  const content = contentOf(line);
  if (content === undefined) return "checksum";
  const [word, ...fields] = isUserLine(content) ? ["user"] : decoder.decode(content).split(" ");
  switch (word) {
    case "user":
      return parseUser("user", content);
    case "more":
      return parseUser("more", content);
    case "snapshot":
      return parseStart(fields);
    case "end":
      return fields.length === 1 && /^\d+$/.test(fields[0]!)
        ? { kind: "end", lines: Number(fields[0]) }
        : "format";
    case "room": {
      const [room, host, hash] = decodeFields(fields, 3);
      if (room === undefined || host === undefined) return "format";
      return hash ? { kind: "room", room, host, hash } : { kind: "room", room, host };
    }
    case "member": {
      const [room, member, token, ip] = decodeFields(fields, 4);
      return room === undefined || member === undefined || token === undefined || ip === undefined
        ? "format"
        : { kind: "member", room, member, token, ip };
    }
    case "doubt": {
      const [room, member] = decodeFields(fields, 2);
      return room === undefined || member === undefined
        ? "format"
        : { kind: "doubt", room, member };
    }
    default:
      return "unknown";
  }
}

const USER_WORD = new TextEncoder().encode("user ");

function isUserLine(content: Uint8Array): boolean {
  return USER_WORD.every((byte, at) => content[at] === byte);
}

/** Any number of ids, each as `stored_id.ts` has them, with single blanks between them. */
const LIST = /^(?:[a-z0-9][a-z0-9._-]{0,31}(?: (?!$)|$))*$/;

/** Reads `user ID HASH BUDDY...`: nearly all lines are such, and there are many. */
function parseUser(kind: "user" | "more", content: Uint8Array): SnapshotLine | RecordFault {
  const idEnd = wordEnd(content, USER_WORD.length);
  const hashEnd = wordEnd(content, idEnd + 1);
  const user = storedId(decoder.decode(content.subarray(USER_WORD.length, idEnd)));
  const hasHash = hashEnd !== idEnd + 2 || content[idEnd + 1] !== DASH;
  const hash = hasHash
    ? decodeField(decoder.decode(content.subarray(idEnd + 1, hashEnd)))
    : undefined;
  const list = decoder.decode(content.subarray(hashEnd + 1));
  const endsInBlank = hashEnd + 1 === content.length;
  const isWhole = user !== undefined && (!hasHash || hash !== undefined) && !endsInBlank &&
    hashEnd > idEnd + 1 && LIST.test(list);
  return isWhole ? { kind, user: { user, hash, list } } : "format";
}

/** Where a word ends. */
function wordEnd(content: Uint8Array, start: number): number {
  const end = content.indexOf(SPACE, start);
  return end < 0 ? content.length : end;
}

function parseStart(
  [format, sequence = "", checksum = ""]: string[],
): SnapshotLine | RecordFault {
  if (format !== FORMAT) return "unknown";
  if (!/^[1-9]\d{0,14}$/.test(sequence)) return "format";
  return { kind: "start", through: { sequence: Number(sequence), checksum } };
}

/**
 * Reads a snapshot whole.
 *
 * @param path what to call the file in messages
 * @param take is given the lines between the first and the last
 * @returns the point of the journal it contains everything up to
 * @throws DamagedFileError with the number of the first line that is not as it was written
 */
export async function readSnapshot(
  file: DiskFile,
  path: string,
  take: (line: ContentLine) => void,
): Promise<JournalPoint> {
  let through: JournalPoint | undefined;
  let count = 0;
  let ended = false;
  let user: UserId | undefined;
  const { rest } = await readLines(file, 0, (bytes) => {
    count++;
    const line = parseSnapshotLine(bytes);
    if (typeof line === "string") throw new DamagedFileError(path, count, FAULT_WORDS[line]);
    const isFirst = count === 1;
    const isStray = line.kind === "more" && line.user.user !== user;
    if (ended || isStray || isFirst !== (line.kind === "start")) {
      throw new DamagedFileError(path, count, "it does not belong there");
    }
    if (line.kind === "user") user = line.user.user;
    if (line.kind === "start") through = line.through;
    else if (line.kind !== "end") take(line);
    else if (line.lines === count - 2) ended = true;
    else throw new DamagedFileError(path, count, "lines before it are missing");
    return true;
  });
  if (through === undefined || !ended || rest.length > 0) {
    throw new DamagedFileError(path, count + 1, "the file ends too early or goes on too long");
  }
  return through;
}

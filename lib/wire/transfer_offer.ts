/**
 * What somebody offers to send: who, to whom, and which files and folders. Rules:
 * docs/protocols/files.md, "OFFER".
 *
 * Names are taken as they are: what becomes of them on a disk is `core/received_name.ts`.
 */

import { TRANSFER_LIMITS } from "../core/limits.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";

/** A file that is offered. */
export interface OfferedFile {
  /** Tells it from a folder. */
  readonly kind: "file";
  /** Its folders from the outside in, and its name. */
  readonly path: readonly string[];
  /** Bytes. */
  readonly size: number;
  /** When it was changed last, in milliseconds since the epoch. */
  readonly modified: number;
}

/** A folder, which may be empty. */
export interface OfferedFolder {
  /** Tells it from a file. */
  readonly kind: "folder";
  /** The folders around it from the outside in, and its name. */
  readonly path: readonly string[];
}

/** One row of an offer. */
export type OfferedEntry = OfferedFile | OfferedFolder;

/** Everything the receiver knows before it answers. */
export interface Offer {
  /** Who says to be sending. */
  readonly from: UserId;
  /** For whom it is. */
  readonly to: UserId;
  /** In the order in which they are numbered, from 0. At least one. */
  readonly entries: readonly OfferedEntry[];
}

/** The last moment that a date can be, in milliseconds since the epoch. */
const MAX_TIME = 8.64e15;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Writes an offer as JSON. It may come out longer than a frame takes: see `TRANSFER_LIMITS`. */
export function encodeOffer({ from, to, entries }: Offer): Uint8Array<ArrayBuffer> {
  const rows = entries.map((entry) =>
    entry.kind === "folder"
      ? { path: entry.path }
      : { path: entry.path, size: entry.size, modified: entry.modified }
  );
  return encoder.encode(JSON.stringify({ from, to, entries: rows }));
}

/** Reads an offer; `undefined` for what is none, or beyond {@linkcode TRANSFER_LIMITS}. */
export function parseOffer(payload: Uint8Array): Offer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(payload));
  } catch {
    return undefined;
  }
  const { from, to, entries } = fieldsOf(value);
  const sender = parseUserId(textOf(from));
  const receiver = parseUserId(textOf(to));
  if (sender === undefined || receiver === undefined || !Array.isArray(entries)) return undefined;
  if (entries.length === 0 || entries.length > TRANSFER_LIMITS.entries) return undefined;
  const rows = entries.map(parseEntry);
  if (!rows.every((row) => row !== undefined)) return undefined;
  return Number.isSafeInteger(offeredBytes(rows))
    ? { from: sender, to: receiver, entries: rows }
    : undefined;
}

/** Bytes of all files of an offer. */
export function offeredBytes(entries: readonly OfferedEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
}

function parseEntry(value: unknown): OfferedEntry | undefined {
  const { path, size, modified } = fieldsOf(value);
  if (!isPath(path)) return undefined;
  if (size === undefined && modified === undefined) return { kind: "folder", path };
  if (!isCount(size) || !isCount(modified) || modified > MAX_TIME) return undefined;
  return { kind: "file", path, size, modified };
}

function isPath(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.length <= TRANSFER_LIMITS.depth &&
    value.every((name) => typeof name === "string" && isName(name));
}

function isName(name: string): boolean {
  // A character is three bytes at most, a pair of two four: most names need not be encoded.
  const { nameBytes } = TRANSFER_LIMITS;
  return name !== "" &&
    (name.length * 3 <= nameBytes || encoder.encode(name).length <= nameBytes);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

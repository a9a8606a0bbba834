/**
 * Names from outside as file names: the one function for every id, room or title that becomes part
 * of a path (export, history). Safe on every system a disk may be carried to. Received files, which
 * a person wants to find under their own names, have `received_name.ts`.
 */

import { createHash } from "node:crypto";

/** Kept as they are: what no system gives a meaning to. Capitals are not among them, see below. */
const PLAIN = /^[a-z0-9_]$/;

/** Device names of Windows, with or without an extension; the name is in lower case. */
export const RESERVED: RegExp =
  /^(con|prn|aux|nul|com[0-9\u00B9\u00B2\u00B3]|lpt[0-9\u00B9\u00B2\u00B3]|conin\$|conout\$) *(\.|$)/;

/** Longest result in bytes: systems allow 255, and callers add an extension. */
export const MAX_LENGTH = 200;

/** How much of a name too long to keep stays readable in front of its checksum. */
const READABLE_LENGTH = 120;

/**
 * Writes a name as a file name: different names always give different ones, also where the system
 * folds case, and the result is never empty, hidden, a device, a path, or longer than 200 bytes.
 *
 * Lower-case letters, digits, `_`, inner dots and `-` but in front (where programs take it for an
 * option) stay; every other byte of its UTF-8 becomes
 * `%` and two hex digits, capitals too. A name too long is cut, and carries a checksum of the whole.
 */
export function encodeFileName(name: string): string {
  if (name === "") return "%";
  const bytes = new TextEncoder().encode(name);
  let encoded = "";
  for (const [index, byte] of bytes.entries()) {
    const character = String.fromCharCode(byte);
    const isInner = index > 0 && index < bytes.length - 1;
    const isPlain = character === "."
      ? isInner
      : character === "-"
      ? index > 0
      : PLAIN.test(character);
    encoded += isPlain ? character : escapeByte(byte);
  }
  if (RESERVED.test(encoded)) encoded = escapeByte(bytes[0]!) + encoded.slice(1);
  if (encoded.length <= MAX_LENGTH) return encoded;
  return `${encoded.slice(0, READABLE_LENGTH)}%~${checksum(bytes)}`;
}

/**
 * Reads back what {@linkcode encodeFileName} wrote.
 *
 * @returns the name, or `undefined` for a file name it never gives, or gives for a cut name
 */
export function decodeFileName(fileName: string): string | undefined {
  if (fileName === "%") return "";
  if (!/^(?:[a-z0-9._-]|%[0-9a-f]{2})+$/.test(fileName)) return undefined;
  const parts = fileName.match(/%[0-9a-f]{2}|./g) ?? [];
  const bytes = parts.map((part) =>
    part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0)
  );
  try {
    const name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(Uint8Array.from(bytes));
    return encodeFileName(name) === fileName ? name : undefined;
  } catch {
    return undefined;
  }
}

/** A byte as `%` and two hex digits. */
export function escapeByte(byte: number): string {
  return "%" + byte.toString(16).padStart(2, "0");
}

/** What a name that had to be cut carries, so that two of them differ. */
export function checksum(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

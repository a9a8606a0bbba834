/**
 * A line that shows when it was changed: words with single blanks between them, the last one the
 * CRC-32 of all before the blank in front of it, as 8 hex digits. Every line of every text file here
 * is one. It guards against damage, not against people.
 */

import { crc32 } from "node:zlib";

const CHECKSUM_LENGTH = 8;
const SPACE = 32;

const decoder = new TextDecoder("latin1");

/** Writes the words of a line, ASCII without a line end, as a checked line with LF. */
export function sealLine(words: string): string {
  return `${words} ${checksumOf(words)}\n`;
}

/**
 * Gives what a checked line, read without its LF, says in front of its checksum.
 *
 * @returns a view into `line`; `undefined` when the line is not as it was written
 */
export function contentOf(line: Uint8Array): Uint8Array | undefined {
  const cut = line.length - CHECKSUM_LENGTH - 1;
  if (cut < 1 || line[cut] !== SPACE) return undefined;
  const content = line.subarray(0, cut);
  return writtenChecksum(line, cut + 1) === crc32(content) ? content : undefined;
}

/** The checksum at the end of a line as a number; -1 when it is not 8 small hex digits. */
function writtenChecksum(line: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; at < line.length; at++) {
    const byte = line[at]!;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    if (!isDigit && (byte < 0x61 || byte > 0x66)) return -1;
    value = value * 16 + (isDigit ? byte - 0x30 : byte - 0x57);
  }
  return value;
}

/**
 * Gives the words of a checked line, read without its LF, and without the checksum.
 *
 * @returns `undefined` when the line is not as it was written
 */
export function openLine(line: Uint8Array): string[] | undefined {
  const content = contentOf(line);
  return content && decoder.decode(content).split(" ");
}

/** The checksum that a line, read without its LF, ends in. */
export function checksumOfLine(line: Uint8Array): string {
  return decoder.decode(line.subarray(-CHECKSUM_LENGTH));
}

/** The checksum of a line that {@linkcode sealLine} wrote, with its LF. */
export function checksumOfSealed(line: string): string {
  return line.slice(-CHECKSUM_LENGTH - 1, -1);
}

function checksumOf(words: string | Uint8Array): string {
  return crc32(words).toString(16).padStart(CHECKSUM_LENGTH, "0");
}

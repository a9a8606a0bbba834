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
 * Gives the words of a checked line, read without its LF, and without the checksum.
 *
 * Each word is decoded by itself: cut out of a longer text, it would keep all of that in memory.
 *
 * @returns `undefined` when the line is not as it was written
 */
export function openLine(line: Uint8Array): string[] | undefined {
  const cut = line.length - CHECKSUM_LENGTH - 1;
  if (cut < 1 || line[cut] !== SPACE) return undefined;
  const content = line.subarray(0, cut);
  if (checksumOfLine(line) !== checksumOf(content)) return undefined;
  const words: string[] = [];
  for (let start = 0; start <= cut;) {
    const space = content.indexOf(SPACE, start);
    const end = space < 0 ? cut : space;
    words.push(decoder.decode(content.subarray(start, end)));
    start = end + 1;
  }
  return words;
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

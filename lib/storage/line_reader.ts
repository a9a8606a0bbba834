/**
 * A file's lines, read in large pieces: millions of them at start, a few while following.
 */

import type { DiskFile } from "./disk.ts";

const LF = 10;
/** Some 1,500 lines: a millisecond or two of work, then others have their turn. */
const CHUNK_BYTES = 64 * 1024;

/** No line is longer: more bytes than this without LF are no line of ours. */
export const MAX_LINE_BYTES = 64 * 1024;

/** Where reading ended. */
export interface LinesEnd {
  /** Offset behind the last whole line. */
  readonly offset: number;
  /** What stands behind it without LF; cut at {@linkcode MAX_LINE_BYTES}. */
  readonly rest: Uint8Array;
}

/**
 * Reads whole lines from an offset to the end of the file, or until `take` says it has enough.
 *
 * @param take is given each line without its LF, a view valid until it returns; false stops
 * before that line
 * @param pause is awaited between pieces: a place to write, or to let others have their turn
 */
export async function readLines(
  file: DiskFile,
  from: number,
  take: (line: Uint8Array) => boolean,
  pause?: () => Promise<void>,
): Promise<LinesEnd> {
  const chunk = new Uint8Array(CHUNK_BYTES + MAX_LINE_BYTES);
  let offset = from;
  let held = 0;
  for (;;) {
    const count = await file.readAt(offset + held, chunk.subarray(held, held + CHUNK_BYTES));
    if (count === 0) return { offset, rest: chunk.slice(0, held) };
    const bytes = chunk.subarray(0, held + count);
    let start = 0;
    for (let end; (end = bytes.indexOf(LF, start)) >= 0; start = end + 1) {
      if (take(bytes.subarray(start, end)) === false) {
        return { offset: offset + start, rest: new Uint8Array(0) };
      }
    }
    offset += start;
    held = bytes.length - start;
    if (held > MAX_LINE_BYTES) return { offset, rest: chunk.slice(start, start + MAX_LINE_BYTES) };
    chunk.copyWithin(0, start, bytes.length);
    await pause?.();
  }
}

/**
 * Buffers for reading files, used again by the next transfer, and the loops around the system's
 * short reads and writes.
 */

import { TRANSFER_LIMITS } from "../core/limits.ts";
import { TRANSFER_HEADER_BYTES } from "../wire/transfer.ts";

/** A piece of a file, with room for its header in front. */
const LENGTH = TRANSFER_HEADER_BYTES + TRANSFER_LIMITS.pieceBytes;

/** Unused ones kept: those of two transfers. */
const KEPT = 4;
const unused: Uint8Array<ArrayBuffer>[] = [];

function take(): Uint8Array<ArrayBuffer> {
  return unused.pop() ?? new Uint8Array(LENGTH);
}

/** Two buffers, one to fill while the other one is being emptied. */
export class FileBuffers {
  readonly pair: readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] = [take(), take()];

  /** Lets others have them. Nothing may use them any more. */
  giveBack(): void {
    unused.push(...this.pair.slice(0, KEPT - unused.length));
  }
}

/** Reads until `into` is full or the file ends, and tells how much that was. */
export async function fillFrom(file: Deno.FsFile, into: Uint8Array): Promise<number> {
  let at = 0;
  while (at < into.length) {
    const count = await file.read(into.subarray(at));
    if (count === null) break;
    at += count;
  }
  return at;
}

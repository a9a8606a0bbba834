/**
 * Reading byte streams in tests, those of a memory pair above all.
 */

import type { ByteStream } from "../../lib/core/ports.ts";
import { within } from "./within.ts";

/** Everything up to a clean end of the stream, as text. Rejects when it is reset instead. */
export async function readToEnd(stream: ByteStream): Promise<string> {
  return new TextDecoder().decode(await readBytesToEnd(stream));
}

/** As {@linkcode readToEnd}, as bytes. */
export async function readBytesToEnd(stream: ByteStream): Promise<Uint8Array> {
  const chunk = new Uint8Array(64 * 1024);
  const pieces: Uint8Array[] = [];
  for (;;) {
    const count = await within("the end of the stream", stream.read(chunk));
    if (count === null) {
      return new Uint8Array(await new Blob(pieces.map((piece) => piece.slice())).arrayBuffer());
    }
    pieces.push(chunk.slice(0, count));
  }
}

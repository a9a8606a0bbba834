/**
 * Reading byte streams in tests, those of a memory pair above all.
 */

import type { ByteStream } from "../../lib/core/ports.ts";
import { within } from "./within.ts";

/** Everything up to a clean end of the stream, as text. Rejects when it is reset instead. */
export async function readToEnd(stream: ByteStream): Promise<string> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(64 * 1024);
  let text = "";
  for (;;) {
    const count = await within("the end of the stream", stream.read(chunk));
    if (count === null) return text + decoder.decode();
    text += decoder.decode(chunk.subarray(0, count), { stream: true });
  }
}

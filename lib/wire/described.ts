/**
 * What all decoders of a trace share: a message put together, and the names of line ends.
 */

import type { DescribedMessage, WireField, WireProtocol } from "../core/wire_message.ts";
import { allOf, MaskedBytes } from "./masked_bytes.ts";

/** What a decoder says of the bytes it masked. */
export interface Said {
  /** In one line. */
  readonly text: string;
  /** Part by part. */
  readonly fields?: readonly WireField[];
  /** Whose message it is. */
  readonly user?: string | undefined;
}

/** Puts a message together. */
export function described(
  protocol: WireProtocol,
  { bytes, hidden }: MaskedBytes,
  { text, fields = [], user }: Said,
): DescribedMessage {
  return { protocol, text, fields, user, isRelayed: false, bytes, hidden };
}

/** A message nobody can read, of which nothing is shown but its length. */
export function unreadable(
  protocol: WireProtocol,
  bytes: Uint8Array,
  what: string,
): DescribedMessage {
  const text = `(${bytes.length} ${bytes.length === 1 ? "byte" : "bytes"}: ${what})`;
  return described(protocol, new MaskedBytes(bytes, [allOf(bytes)]), { text });
}

/** Where the text of a line ends, and what ends it. */
export function lineEnd(bytes: Uint8Array): { readonly end: number; readonly name: string } {
  const hasLf = bytes.at(-1) === 10;
  if (hasLf && bytes.at(-2) === 13) return { end: bytes.length - 2, name: "CRLF" };
  return hasLf ? { end: bytes.length - 1, name: "LF" } : { end: bytes.length, name: "none" };
}

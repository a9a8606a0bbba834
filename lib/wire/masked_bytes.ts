/**
 * Bytes whose secrets are overwritten. Whatever a trace shows is made from these, so that no way of
 * showing can tell what was hidden.
 */

import type { ByteSpan } from "../core/wire_message.ts";

/** What stands for a secret in a text, whatever its length. */
export const HIDDEN = "********";

const STAR = 42;

/** A room token wherever it stands, whole: nobody needs to see one, and some programs misplace it. */
const TOKEN = /token_[0-9a-f]{32}/gi;

const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes as text, one character each, so that places in the text are places in the bytes. */
export function bytesAsText(bytes: Uint8Array): string {
  // The decoder of this name is that of Windows: it turns some control bytes into other characters,
  // still one each, and leaves ASCII as it is.
  return latin1.decode(bytes);
}

/** A copy of bytes without their secrets. */
export class MaskedBytes {
  /** The copy; a star for each byte that is hidden. */
  readonly bytes: Uint8Array;
  /** What is hidden, in order, none overlapping. */
  readonly hidden: readonly ByteSpan[];

  /** Copies `bytes` and hides `spans` in them, and every room token besides. */
  constructor(bytes: Uint8Array, spans: readonly ByteSpan[]) {
    const tokens = [...bytesAsText(bytes).matchAll(TOKEN)]
      .map(({ 0: { length }, index }) => ({ start: index, end: index + length }));
    this.bytes = bytes.slice();
    this.hidden = merged([...spans, ...tokens]);
    for (const { start, end } of this.hidden) this.bytes.fill(STAR, start, end);
  }

  /** What stands from `start` up to `end`, as UTF-8; what is hidden as {@linkcode HIDDEN}. */
  text(start: number = 0, end: number = this.bytes.length): string {
    let text = "";
    let at = start;
    for (const span of this.hidden) {
      if (span.end <= start || span.start >= end) continue;
      text += utf8.decode(this.bytes.subarray(at, Math.max(at, span.start))) + HIDDEN;
      at = span.end;
    }
    return text + utf8.decode(this.bytes.subarray(Math.min(at, end), end));
  }
}

/** All of some bytes. */
export function allOf(bytes: Uint8Array): ByteSpan {
  return { start: 0, end: bytes.length };
}

function merged(spans: readonly ByteSpan[]): ByteSpan[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start >= end) continue;
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

/** Asking a backend whether it offers trunks, and opening one. Rules: docs/protocols/trunk.md. */

import type { ByteStream } from "../core/ports.ts";
import { closeNow, writeAll } from "../net/orderly_close.ts";
import { setUpSocket } from "../net/tcp.ts";
import { parseBuddyReply } from "../wire/buddy_reply.ts";
import { encodeBuddyRequest } from "../wire/buddy_request.ts";
import { parseCapabilities } from "../wire/capabilities.ts";
import { ReceiveBuffer } from "../wire/receive_buffer.ts";
import { isTrunkTaken, TRUNK_OPENING } from "../wire/trunk.ts";
import type { Backend } from "./backend.ts";
import type { Connect } from "./dialer.ts";

/** How a backend is spoken to. */
export interface Introduction {
  readonly connect: Connect;
  /** What a backend that expects a PROXY header is sent first. */
  readonly preface: () => Uint8Array | undefined;
  /** Seconds it may take to answer. */
  readonly seconds: number;
  /** Breaks it off. */
  readonly signal: AbortSignal;
}

/** The longest answer worth looking at. */
const ANSWER_BYTES = 512;

const QUESTION = encodeBuddyRequest({ kind: "capabilities" });

/**
 * Whether a backend offers trunks: one that hangs up or says nothing does not. Rejects when there is no
 * connection to be had.
 */
export async function offersTrunk(backend: Backend, how: Introduction): Promise<boolean> {
  const stream = await how.connect(backend.settings.host, backend.settings.port);
  try {
    const line = await askLine(stream, how, QUESTION);
    return parseCapabilities(parseBuddyReply(line)).trunk;
  } catch {
    return false;
  } finally {
    closeNow(stream);
  }
}

/** Opens a trunk; `undefined` when the backend will not have one. Rejects when it does not answer. */
export async function openTrunk(
  backend: Backend,
  how: Introduction,
): Promise<ByteStream | undefined> {
  const stream = await how.connect(backend.settings.host, backend.settings.port);
  setUpSocket(stream);
  let isTaken = false;
  try {
    isTaken = isTrunkTaken(await askLine(stream, how, TRUNK_OPENING));
    return isTaken ? stream : undefined;
  } finally {
    if (!isTaken) closeNow(stream);
  }
}

/** Says something, and gives the line that is said to it, in time. */
async function askLine(
  stream: ByteStream,
  { preface, seconds, signal }: Introduction,
  said: Uint8Array,
): Promise<Uint8Array> {
  const close = (): void => closeNow(stream);
  const timer = setTimeout(close, seconds * 1000);
  signal.addEventListener("abort", close);
  try {
    // It may have been broken off while it was connected.
    signal.throwIfAborted();
    const header = preface();
    if (header !== undefined) await writeAll(stream, header);
    await writeAll(stream, said);
    return await readLine(stream);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", close);
  }
}

async function readLine(stream: ByteStream): Promise<Uint8Array> {
  const buffer = new ReceiveBuffer(ANSWER_BYTES);
  for (;;) {
    const count = await stream.read(buffer.free());
    if (count === null) return buffer.takeRest();
    buffer.filled(count);
    const line = buffer.takeLine();
    if (line !== undefined) return line;
    if (buffer.overflowed) return buffer.takeRest();
  }
}

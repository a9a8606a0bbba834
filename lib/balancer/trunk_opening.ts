/** Asking a backend whether it offers trunks, and opening one. Rules: docs/protocols/trunk.md. */

import type { ByteStream } from "../core/ports.ts";
import { closeNow, writeAll } from "../net/orderly_close.ts";
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
}

/** The longest answer worth looking at. */
const ANSWER_BYTES = 512;

const QUESTION = encodeBuddyRequest({ kind: "capabilities" });

/** Whether a backend offers trunks. Rejects when it cannot be asked. */
export async function offersTrunk(backend: Backend, how: Introduction): Promise<boolean> {
  const { stream, line } = await begin(backend, how, QUESTION);
  closeNow(stream);
  return parseCapabilities(parseBuddyReply(line)).trunk;
}

/** Opens a trunk; `undefined` when the backend will not have one. Rejects when it cannot be asked. */
export async function openTrunk(
  backend: Backend,
  how: Introduction,
): Promise<ByteStream | undefined> {
  const { stream, line } = await begin(backend, how, TRUNK_OPENING);
  if (isTrunkTaken(line)) return stream;
  closeNow(stream);
  return undefined;
}

/** Connects, says something, and gives the line that is said to it. */
async function begin(
  { settings: { host, port } }: Backend,
  { connect, preface, seconds }: Introduction,
  said: Uint8Array,
): Promise<{ stream: ByteStream; line: Uint8Array }> {
  const stream = await connect(host, port);
  const timer = setTimeout(() => closeNow(stream), seconds * 1000);
  try {
    const header = preface();
    if (header !== undefined) await writeAll(stream, header);
    await writeAll(stream, said);
    return { stream, line: await readLine(stream) };
  } catch (error) {
    closeNow(stream);
    throw error;
  } finally {
    clearTimeout(timer);
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

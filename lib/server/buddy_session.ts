/**
 * Buddy requests over TCP: one line in, one reply out. Rules: protocols/buddy.md. A client that takes
 * too long is told `201 INVALID` where it has sent something.
 */

import { MAX_BUDDY_LINE_BYTES } from "../core/limits.ts";
import type { ByteStream } from "../core/ports.ts";
import { REPLIES } from "../wire/buddy_reply.ts";
import { ReceiveBuffer } from "../wire/receive_buffer.ts";
import { opensTrunk } from "../wire/trunk.ts";
import {
  type Asker,
  type RequestProtocol,
  RequestSessions,
  type RequestTally,
} from "./request_sessions.ts";

/** Gives the reply to a request line; see `BuddyRequests.answer`. */
export type Answer = (
  line: Uint8Array | undefined,
  from: Asker,
) => Promise<Uint8Array | undefined>;

/** A request line; `undefined` stands for one that is too long. */
interface Request {
  readonly line: Uint8Array | undefined;
}

const OVERLONG: Request = { line: undefined };

/** What buddy sessions need. */
export interface BuddySessionParts {
  readonly answer: Answer;
  readonly readDeadlineSeconds: number;
  /** Counts what becomes of them, where somebody wants to know. */
  readonly tally?: RequestTally | undefined;
  /** Serves a trunk to its end: takes ownership, never rejects. */
  readonly trunk?: (stream: ByteStream) => Promise<void>;
}

/** Serves buddy connections. */
export class BuddySessions extends RequestSessions<ReceiveBuffer, Request> {
  constructor(parts: BuddySessionParts) {
    super(protocolOf(parts), parts.readDeadlineSeconds, parts.tally);
  }
}

function protocolOf(
  { answer, trunk }: BuddySessionParts,
): RequestProtocol<ReceiveBuffer, Request> {
  return {
    handOver: ({ line }, { isTrusted }) =>
      isTrusted === true && line !== undefined && opensTrunk(line) ? trunk : undefined,
    makeBuffer: () => new ReceiveBuffer(MAX_BUDDY_LINE_BYTES),
    take(buffer, hasEnded) {
      if (hasEnded) return buffer.length === 0 ? undefined : { line: buffer.takeRest() };
      const line = buffer.takeLine();
      if (line !== undefined) return { line };
      return buffer.overflowed ? OVERLONG : undefined;
    },
    isWhole: ({ line }) => line !== undefined,
    answer: ({ line }, from) => answer(line, from),
    late: (buffer) => buffer.length > 0 ? REPLIES[201] : undefined,
  };
}

/**
 * Room requests over TCP: one frame in, a compliance and a complete frame out. Rules:
 * protocols/rooms.md, TCRP. A client that takes too long, or ends in the middle, gets both frames where its
 * header could be read.
 */

import { MAX_ROOM_PAYLOAD_BYTES } from "../core/limits.ts";
import { encodeRoomAnswer } from "../wire/room_answer.ts";
import { type TcrpFrame, TcrpReader } from "../wire/tcrp.ts";
import {
  type Asker,
  type RequestProtocol,
  RequestSessions,
  type RequestTally,
} from "./request_sessions.ts";

/** Gives the answer to a frame; see `RoomRequests.answer`. */
export type AnswerFrame = (frame: TcrpFrame, from: Asker) => Promise<Uint8Array>;

/** Serves connections that ask about rooms. */
export class RoomSessions extends RequestSessions<TcrpReader, TcrpFrame> {
  constructor(answer: AnswerFrame, readDeadlineSeconds: number, tally?: RequestTally) {
    super(protocolOf(answer), readDeadlineSeconds, tally);
  }
}

function protocolOf(answer: AnswerFrame): RequestProtocol<TcrpReader, TcrpFrame> {
  return {
    makeBuffer: () => new TcrpReader(MAX_ROOM_PAYLOAD_BYTES),
    take: (reader, hasEnded) => hasEnded ? reader.takePart() : reader.take(),
    isWhole: ({ payload }) => typeof payload !== "string",
    answer,
    late(reader) {
      const part = reader.takePart();
      if (part === undefined) return undefined;
      return encodeRoomAnswer(part, { success: false, error: "the request came too slowly" });
    },
  };
}

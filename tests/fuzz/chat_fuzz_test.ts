/** The login chat: what its clients send, and what its servers say. */

import { assert, assertEquals } from "@std/assert";
import { MAX_CHAT_FRAME_BYTES } from "../../lib/core/limits.ts";
import { encodeChatAnswer, parseChatAnswer } from "../../lib/wire/login_chat_answer.ts";
import {
  encodeChatRequest,
  parseChatRequest,
  parseDirectMessage,
} from "../../lib/wire/login_chat_request.ts";
import { ReceiveBuffer } from "../../lib/wire/receive_buffer.ts";
import {
  CHAT_ANSWER_SAMPLES,
  CHAT_REQUEST_SAMPLES,
  STRANGE_ANSWER_SAMPLES,
} from "../samples/login_chat_samples.ts";
import { fuzz, readHowever } from "./fuzz.ts";

const bytesOf = ({ bytes }: { readonly bytes: Uint8Array }): Uint8Array => bytes;

fuzz("requests of the login chat", CHAT_REQUEST_SAMPLES.map(bytesOf), (line) => {
  const request = parseChatRequest(line);
  if (request.kind === "invalid") {
    assert(request.reason.length > 0);
    return;
  }
  if (request.kind === "data") parseDirectMessage(request.text);
  assertEquals(parseChatRequest(encodeChatRequest(request).subarray(0, -1)), request);
});

const ANSWERS = [...CHAT_ANSWER_SAMPLES, ...STRANGE_ANSWER_SAMPLES].map(bytesOf);

fuzz("answers of the login chat", ANSWERS, (line) => {
  const answer = parseChatAnswer(line);
  if (answer.kind === "unknown") return;
  assertEquals(parseChatAnswer(encodeChatAnswer(answer).subarray(0, -1)), answer);
});

fuzz("lines", [...ANSWERS, ...CHAT_REQUEST_SAMPLES.map(bytesOf)], (bytes, dice) => {
  const longest = 1 + dice.below(MAX_CHAT_FRAME_BYTES);
  const linesOf = (pieces: readonly Uint8Array[]): (Uint8Array | "too long")[] => {
    const buffer = new ReceiveBuffer(longest);
    const lines: (Uint8Array | "too long")[] = [];
    for (let piece of pieces) {
      while (piece.length > 0) {
        piece = piece.subarray(buffer.feed(piece));
        for (let line; (line = buffer.takeLine()) !== undefined;) lines.push(line.slice());
        if (buffer.overflowed) return [...lines, "too long"];
      }
    }
    return [...lines, buffer.takeRest().slice()];
  };
  readHowever(bytes, dice, linesOf);
});

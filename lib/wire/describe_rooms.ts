/**
 * Room requests over TCP as a trace shows them. Rules: protocols/rooms.md, TCRP, and
 * docs/protocols/rooms-extensions.md.
 */

import { MAX_ROOM_ANSWER_BYTES, MAX_ROOM_PAYLOAD_BYTES } from "../core/limits.ts";
import type { ByteSpan, Conversation, DescribedMessage, WireSide } from "../core/wire_message.ts";
import { inFrames } from "./conversation.ts";
import { described, unreadable } from "./described.ts";
import { allOf, bytesAsText, MaskedBytes } from "./masked_bytes.ts";
import { secretMembers } from "./masked_json.ts";
import { parseRoomAnswer } from "./room_answer.ts";
import { parseRoomRequest, ROOM_OPERATIONS } from "./room_request.ts";
import { parseTcrpHeader, TCRP_HEADER_BYTES, TCRP_STATES, type TcrpFrame } from "./tcrp.ts";
import type { TokenUsers } from "./token_users.ts";

const OPERATION_NAMES = new Map<number, string>([
  [ROOM_OPERATIONS.create, "create"],
  [ROOM_OPERATIONS.join, "join"],
  [ROOM_OPERATIONS.list, "list"],
  [ROOM_OPERATIONS.createProtected, "create with a password"],
  [ROOM_OPERATIONS.joinProtected, "join with a password"],
  [ROOM_OPERATIONS.who, "who"],
]);

const STATE_NAMES = new Map<number, string>(
  Object.entries(TCRP_STATES).map(([name, state]) => [state, name]),
);

/** Beside its payload a frame has a header and a name. */
const FRAME_HEAD_BYTES = TCRP_HEADER_BYTES + 255;

const MOST = {
  client: FRAME_HEAD_BYTES + MAX_ROOM_PAYLOAD_BYTES,
  server: FRAME_HEAD_BYTES + MAX_ROOM_ANSWER_BYTES,
};

/** Reads a connection to the room service; `users` learns whose the token is that it grants. */
export function roomConversation(users: TokenUsers): Conversation {
  let user: string | undefined;
  return inFrames(MOST, (from, { bytes, isWhole }) => {
    if (!isWhole) return unreadable("rooms", bytes, "a part of a frame");
    const frame = takeApart(bytes);
    if (from === "client") {
      const request = parseRoomRequest(frame);
      if ("member" in request) user = request.member;
      if (request.kind === "who") user = users.of(request.token);
    } else if (frame.state === TCRP_STATES.complete && user !== undefined) {
      const answer = parseRoomAnswer(ALLOWED, frame.payload);
      if (answer?.success && answer.token !== "") users.learn(answer.token, user);
    }
    return describeFrame(bytes, frame, { from, user });
  });
}

/** Stands for the compliance before a complete frame: only with a grant is there a token in it. */
const ALLOWED = new TextEncoder().encode('{"success": 1}');

function takeApart(bytes: Uint8Array): TcrpFrame & { readonly payload: Uint8Array } {
  const { roomLength, operation, state } = parseTcrpHeader(bytes);
  const payloadAt = TCRP_HEADER_BYTES + roomLength;
  const room = bytes.subarray(TCRP_HEADER_BYTES, payloadAt);
  return { room, operation, state, payload: bytes.subarray(payloadAt) };
}

function describeFrame(
  bytes: Uint8Array,
  frame: TcrpFrame & { readonly payload: Uint8Array },
  { from, user }: { readonly from: WireSide; readonly user: string | undefined },
): DescribedMessage {
  const { room, operation, state, payload } = frame;
  const operationName = OPERATION_NAMES.get(operation);
  if (operationName === undefined) {
    return unreadable("rooms", bytes, `a frame of the unknown operation ${operation}`);
  }
  const stateName = STATE_NAMES.get(state) ?? "unknown";
  const payloadAt = bytes.length - payload.length;
  const inPayload = secretsOf(frame, from)
    .map(({ start, end }) => ({ start: payloadAt + start, end: payloadAt + end }));
  // A length that is wrong has the payload begin within the name.
  const inName = /["{}]/.test(bytesAsText(room))
    ? [{ start: TCRP_HEADER_BYTES, end: payloadAt }]
    : [];
  const masked = new MaskedBytes(bytes, [...inName, ...inPayload]);
  const roomText = masked.text(TCRP_HEADER_BYTES, payloadAt);
  const payloadText = masked.text(payloadAt);
  return described("rooms", masked, {
    text: `${stateName}: ${operationName} ${roomText} ${payloadText}`,
    fields: [
      ["room length", `${room.length}`],
      ["operation", `${operation} (${operationName})`],
      ["state", `${state} (${stateName})`],
      ["payload length", `${payload.length}`],
      ["room", roomText],
      ["payload", payloadText],
    ],
    user,
  });
}

/** What of a payload may be a secret; a name alone, in quotes or without, is none. */
function secretsOf(
  { operation, payload }: TcrpFrame & { readonly payload: Uint8Array },
  from: WireSide,
): ByteSpan[] {
  const text = bytesAsText(payload).trim();
  if (text.startsWith("{")) return secretMembers(payload, from);
  const { create, join, list } = ROOM_OPERATIONS;
  const takesName = operation === create || operation === join || operation === list;
  return takesName && /^(?:"(?:[^"\\]|\\.)*"|[^"{}[\]:]*)$/.test(text) ? [] : [allOf(payload)];
}

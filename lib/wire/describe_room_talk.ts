/**
 * Datagrams of rooms as a trace shows them. Rules: protocols/rooms.md, UCRP.
 */

import type { DescribedMessage } from "../core/wire_message.ts";
import { described, unreadable } from "./described.ts";
import { bytesAsText, MaskedBytes } from "./masked_bytes.ts";
import type { TokenUsers } from "./token_users.ts";
import { parseRoomDatagram, parseRoomDelivery } from "./ucrp.ts";

/** Reads a datagram of a room; `users` knows whose a token is. */
export function describeRoomTalk(
  bytes: Uint8Array,
  isToServer: boolean,
  users: TokenUsers,
): DescribedMessage {
  return isToServer ? describeTalk(bytes, users) : describeDelivery(bytes);
}

function describeTalk(bytes: Uint8Array, users: TokenUsers): DescribedMessage {
  const datagram = parseRoomDatagram(bytes);
  if (datagram === undefined) return unreadable("room talk", bytes, "lengths that overrun it");
  const { room, token } = datagram;
  const tokenAt = 2 + room.length;
  const messageAt = tokenAt + token.length;
  const masked = new MaskedBytes(bytes, [{ start: tokenAt, end: messageAt }]);
  const [roomText, messageText] = [masked.text(2, tokenAt), masked.text(messageAt)];
  return described("room talk", masked, {
    text: `to ${roomText}: ${messageText}`,
    fields: [
      ["room length", `${room.length}`],
      ["token length", `${token.length}`],
      ["room", roomText],
      ["token", masked.text(tokenAt, messageAt)],
      ["message", messageText],
    ],
    user: users.of(bytesAsText(token)),
  });
}

function describeDelivery(bytes: Uint8Array): DescribedMessage {
  const delivery = parseRoomDelivery(bytes);
  if (delivery === undefined) return unreadable("room talk", bytes, "a length that overruns it");
  const masked = new MaskedBytes(bytes, []);
  if (delivery.kind === "closed") {
    const text = masked.text();
    return described("room talk", masked, { text, fields: [["message", text]] });
  }
  const messageAt = 1 + (bytes[0] ?? 0);
  const [sender, message] = [masked.text(1, messageAt), masked.text(messageAt)];
  return described("room talk", masked, {
    text: `from ${sender}: ${message}`,
    fields: [["name length", `${messageAt - 1}`], ["sender", sender], ["message", message]],
  });
}

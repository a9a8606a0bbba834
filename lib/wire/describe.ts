/**
 * Bytes to messages for people who look on: which decoder reads what. Pure: no sockets, no clock.
 *
 * Rules of the `describe_*` files:
 * - What is shown is made from bytes whose secrets are overwritten (`masked_bytes.ts`), never from
 *   those that came.
 * - Nothing is refused. What nobody can read is told of by its length, because it may hold anything.
 */

import type {
  Conversation,
  DescribedMessage,
  Describer,
  TracedService,
  WireSide,
} from "../core/wire_message.ts";
import { copyOf } from "../core/bytes.ts";
import { describePresence } from "./describe_buddy.ts";
import { chatConversation } from "./describe_chat.ts";
import { unreadable } from "./described.ts";
import { peerConversation } from "./describe_peer.ts";
import { behindPrefix, behindProxyHeader } from "./describe_proxy.ts";
import { roomConversation } from "./describe_rooms.ts";
import { describeRoomTalk } from "./describe_room_talk.ts";
import { buddyOrTrunk } from "./describe_trunk.ts";
import { TokenUsers } from "./token_users.ts";

/** Makes what reads everything one program sees. */
export function createDescriber(): Describer {
  const users = new TokenUsers();
  const begin = (service: TracedService): Conversation => {
    switch (service) {
      case "buddy":
        return buddyOrTrunk();
      case "rooms":
        return roomConversation(users);
      case "chat":
        return chatConversation();
      case "peer":
        return peerConversation();
      case "any":
        return anyConversation(begin);
    }
  };
  return {
    conversation: (service, mayRelay) =>
      mayRelay ? behindProxyHeader(begin(service)) : begin(service),
    datagram: (service, bytes, { isToServer, mayRelay }) => {
      const read = (payload: Uint8Array): DescribedMessage =>
        service === "rooms"
          ? describeRoomTalk(payload, isToServer, users)
          : describePresence(payload, isToServer);
      return isToServer && mayRelay ? behindPrefix(bytes, read) : read(bytes);
    },
  };
}

/** Reads a connection of which only its first bytes tell what it is. */
function anyConversation(begin: (service: TracedService) => Conversation): Conversation {
  let held: Uint8Array = new Uint8Array();
  let found: Conversation | undefined;
  const find = (isEnd: boolean): readonly DescribedMessage[] => {
    const service = serviceOf(held, isEnd);
    if (service === undefined) return [];
    found = service === "unknown" ? UNKNOWN : begin(service);
    return found.take("client", held);
  };
  return {
    take(from: WireSide, bytes: Uint8Array) {
      if (found !== undefined) return found.take(from, bytes);
      if (from === "client") {
        held = copyOf([held, bytes]);
        return find(false);
      }
      // None of ours speaks before its client does.
      const left = held.length > 0 ? find(true) : [];
      found ??= UNKNOWN;
      return [...left, ...found.take(from, bytes)];
    },
    end(from) {
      const left = found === undefined && held.length > 0 ? find(true) : [];
      return [...left, ...(found?.end(from) ?? [])];
    },
  };
}

/** What the first bytes of a client begin; `undefined` while more are needed. */
function serviceOf(
  [first = 0, second, third]: Uint8Array,
  isEnd: boolean,
): "buddy" | "rooms" | "chat" | "unknown" | undefined {
  if (second === undefined && !isEnd) return undefined;
  if ((first === 0x43 || first === 0x44) && second === 0x20) return "chat";
  if (second !== undefined && second >= 1 && second <= 6) {
    if (third === undefined && !isEnd) return undefined;
    return third === 0 ? "rooms" : "unknown";
  }
  return isText(first) && isText(second ?? 10) ? "buddy" : "unknown";
}

function isText(byte: number): boolean {
  return byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte < 0x7f);
}

const UNKNOWN: Conversation = {
  take: (_from, bytes) => [unreadable("unknown", bytes, "of a protocol this trace does not know")],
  end: () => [],
};

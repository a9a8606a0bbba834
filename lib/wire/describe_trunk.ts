/**
 * A trunk as a trace shows it: each request with its number and the client it is for, each answer with
 * its number. Rules: docs/protocols/trunk.md.
 */

import { copyOf } from "../core/bytes.ts";
import { MAX_BUDDY_LINE_BYTES, TRUNK_LIMITS } from "../core/limits.ts";
import { RecentMap } from "../core/recent_map.ts";
import type { Conversation, DescribedMessage, WireField } from "../core/wire_message.ts";
import { converse } from "./conversation.ts";
import { buddyConversation, describeReply, describeRequest, isLogin } from "./describe_buddy.ts";
import { described, unreadable } from "./described.ts";
import { bytesAsText, MaskedBytes } from "./masked_bytes.ts";
import { type CutPiece, lineLength, MessageCutter } from "./message_cutter.ts";
import { isTrunkTaken, MAX_TRUNK_LINE_BYTES, opensTrunk, parseTrunkCall } from "./trunk.ts";

const LF = 10;

/** Reads a connection to the buddy service, which may become a trunk. */
export function buddyOrTrunk(): Conversation {
  const plain = buddyConversation();
  let trunk: Conversation | undefined;
  let client: Uint8Array = new Uint8Array();
  let reply: Uint8Array = new Uint8Array();
  const takeReply = (bytes: Uint8Array): readonly DescribedMessage[] => {
    const held = copyOf([reply, bytes]);
    const end = held.indexOf(LF) + 1;
    if (end === 0 && held.length < MAX_BUDDY_LINE_BYTES) {
      reply = held;
      return [];
    }
    client = reply = new Uint8Array();
    if (!isTrunkTaken(held.subarray(0, Math.max(0, end - 2)))) return plain.take("server", held);
    trunk = trunkConversation();
    return [
      ...plain.take("server", held.subarray(0, end)),
      ...trunk.take("server", held.subarray(end)),
    ];
  };
  return {
    take(from, bytes) {
      if (trunk !== undefined) return trunk.take(from, bytes);
      if (from === "server") {
        const isAsked = client.at(-1) === LF && opensTrunk(client.subarray(0, -1));
        return isAsked ? takeReply(bytes) : plain.take(from, bytes);
      }
      // A longer line opens nothing.
      if (client.length < MAX_BUDDY_LINE_BYTES) client = copyOf([client, bytes]);
      return plain.take(from, bytes);
    },
    end(from) {
      if (trunk !== undefined) return trunk.end(from);
      const held = from === "server" && reply.length > 0 ? plain.take(from, reply) : [];
      return [...held, ...plain.end(from)];
    },
  };
}

/** What is remembered of a request for its answer. */
interface Asked {
  readonly user: string | undefined;
  readonly isLogin: boolean;
}

/** Reads what goes over a trunk. */
function trunkConversation(): Conversation {
  const requests = new RecentMap<Asked>(TRUNK_LIMITS.window);
  const cutters = {
    client: new MessageCutter(lineLength, MAX_TRUNK_LINE_BYTES + 2),
    server: new MessageCutter(replyLength, TRUNK_LIMITS.pieceBytes),
  };
  return converse(cutters, (from, piece) => {
    if (!piece.isWhole) return unreadable("buddy", piece.bytes, "part of what is no trunk");
    return from === "client" ? describeCall(piece, requests) : describeAnswer(piece, requests);
  }, false);
}

/** Measures what a server says on a trunk. */
function replyLength(held: Uint8Array): number | undefined {
  const end = lineLength(held);
  if (end === undefined) return undefined;
  const [, length = "0"] = /^\d+ (\d{1,16})\r?\n/.exec(bytesAsText(held.subarray(0, end))) ?? [];
  return end + Number(length);
}

function describeCall({ bytes }: CutPiece, requests: RecentMap<Asked>): DescribedMessage {
  const call = parseTrunkCall(bytes.subarray(0, -1));
  if (call === undefined) return unreadable("buddy", bytes, "what is no request on a trunk");
  if (call.kind === "ping") return word(bytes);
  const { number, ip, port, line } = call;
  // Its line end belongs to it, and stands behind it.
  const said = describeRequest(bytes.subarray(bytes.length - line.length - 1));
  requests.set(String(number), { user: said.user, isLogin: isLogin(line) });
  return behind(bytes, said, {
    text: `#${number} (for ${ip} port ${port}) ${said.text}`,
    fields: [["number", String(number)], ["client", `${ip} port ${port}`]],
  });
}

function describeAnswer({ bytes }: CutPiece, requests: RecentMap<Asked>): DescribedMessage {
  const end = lineLength(bytes)!;
  const [, number, length] = /^(\d+) (\d+)$/.exec(bytesAsText(bytes.subarray(0, end - 1))) ?? [];
  if (number === undefined || length === undefined) return word(bytes);
  const fields: WireField[] = [["number", number], ["length", length]];
  const asked = requests.get(number);
  const user = asked?.user;
  if (length === "0") {
    const masked = new MaskedBytes(bytes, []);
    return {
      ...described("buddy", masked, { text: `#${number} (no answer)`, fields, user }),
      isRelayed: true,
    };
  }
  const said = describeReply(bytes.subarray(end), user, asked?.isLogin ?? true);
  const text = said.text.split("\n").map((line) => line.trimEnd()).join(" | ");
  return behind(bytes, said, { text: `#${number} ${text}`, fields });
}

/** A message that stands behind what says whose it is. */
function behind(
  bytes: Uint8Array,
  said: DescribedMessage,
  { text, fields }: { readonly text: string; readonly fields: readonly WireField[] },
): DescribedMessage {
  const at = bytes.length - said.bytes.length;
  return {
    ...said,
    text,
    fields: [...fields, ...said.fields],
    isRelayed: true,
    bytes: copyOf([bytes.subarray(0, at), said.bytes]),
    hidden: said.hidden.map(({ start, end }) => ({ start: at + start, end: at + end })),
  };
}

/** A message of the trunk itself. */
function word(bytes: Uint8Array): DescribedMessage {
  const masked = new MaskedBytes(bytes, []);
  return { ...described("buddy", masked, { text: masked.text().trimEnd() }), isRelayed: true };
}

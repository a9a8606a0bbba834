/**
 * Chat between two clients as a trace shows it. Rules: protocols/buddy.md, "Peer chat".
 */

import { MAX_PEER_LINE_BYTES } from "../core/limits.ts";
import type { Conversation } from "../core/wire_message.ts";
import { inLines } from "./conversation.ts";
import { described, lineEnd } from "./described.ts";
import { MaskedBytes } from "./masked_bytes.ts";

/** Reads a chat between two clients: the first line of the one that was called is its answer. */
export function peerConversation(): Conversation {
  return inLines(MAX_PEER_LINE_BYTES, (_from, { bytes, isWhole }) => {
    const masked = new MaskedBytes(bytes, []);
    const { end, name } = lineEnd(bytes);
    const text = masked.text(0, end);
    return described("peer chat", masked, {
      text,
      fields: [["line", text], ["line end", isWhole ? name : "none: a piece of a long line"]],
    });
  });
}

/**
 * A conversation as a trace reads it: both sides cut into messages, each described.
 */

import type { Conversation, DescribedMessage, WireSide } from "../core/wire_message.ts";
import { type CutPiece, frameLength, lineLength, MessageCutter } from "./message_cutter.ts";

/** Says what a message is; pieces of one that is too long, or was left unfinished, are not whole. */
export type Describe = (from: WireSide, piece: CutPiece) => DescribedMessage;

/** A conversation in lines of at most so many bytes. The end of a side ends its last line. */
export function inLines(most: number, describe: Describe): Conversation {
  const cutters = {
    client: new MessageCutter(lineLength, most),
    server: new MessageCutter(lineLength, most),
  };
  return converse(cutters, describe, true);
}

/** A conversation in TCRP frames, of at most so many bytes from each side. */
export function inFrames(
  most: Readonly<Record<WireSide, number>>,
  describe: Describe,
): Conversation {
  const cutters = {
    client: new MessageCutter(frameLength, most.client),
    server: new MessageCutter(frameLength, most.server),
  };
  return converse(cutters, describe, false);
}

/** A conversation that is cut as its sides need; the end of a side may end its last message. */
export function converse(
  cutters: Readonly<Record<WireSide, MessageCutter>>,
  describe: Describe,
  endsWhole: boolean,
): Conversation {
  return {
    take: (from, bytes) => cutters[from].take(bytes).map((piece) => describe(from, piece)),
    end(from) {
      const isWhole = endsWhole && !cutters[from].isInPieces;
      const rest = cutters[from].end();
      return rest === undefined ? [] : [describe(from, { ...rest, isWhole })];
    },
  };
}

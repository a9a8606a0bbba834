/**
 * Bytes of the chat between two clients and what they mean: the same truth as the section "Peer
 * chat" of `protocols/buddy.md`, and `lib/wire/peer.ts`.
 */

import { rows, type Sample } from "./sample.ts";

/** What a callee sends before it ends its side; true when the caller takes it for a yes. */
export const CALL_ANSWER_SAMPLES: readonly Sample<boolean>[] = rows([
  ["ACCEPT ended by LF", "ACCEPT\n", true],
  ["ACCEPT ended by CRLF", "ACCEPT\r\n", true],
  ["ACCEPT ended by end of stream", "ACCEPT", true],
  ["REJECT ended by LF", "REJECT\n", false],
  ["REJECT without LF", "REJECT", false],
  ["a silent close", "", false],
  ["an empty line", "\n", false],
  ["ACCEPT in another case", "accept\n", false],
  ["ACCEPT after a blank", " ACCEPT\n", false],
  ["ACCEPT with more on its line", "ACCEPT now\n", false],
  ["ACCEPT after a byte order mark", "\xef\xbb\xbfACCEPT\n", false],
  ["ACCEPT in the second line", "HELLO\nACCEPT\n", false],
  ["another dialect's yes", "OK\n", false],
  ["another dialect's ACCEPTED", "ACCEPTED\n", false],
  ["a line longer than any answer", "A".repeat(300) + "\n", false],
]);

/** What a peer sends before it ends its side, and the messages it means. */
export const PEER_SAMPLES: readonly Sample<readonly string[]>[] = rows([
  ["every line is a message", "hello\nhow are you?\n", ["hello", "how are you?"]],
  ["a line may end in CRLF", "hello\r\n", ["hello"]],
  ["only one CR belongs to the line end", "hello\r\r\n", ["hello\r"]],
  ["end of stream ends the last line", "hello\nbye", ["hello", "bye"]],
  ["an empty line is an empty message", "\n\r\n", ["", ""]],
  ["end of stream alone is no message", "", []],
  ["there is no envelope: q and / are text here", "q\n/files\n", ["q", "/files"]],
  ["UTF-8", "\xc3\xa9 \xe8\x8a\xb1\xe5\xad\x90 \xf0\x9f\x98\x80\n", ["é 花子 😀"]],
  ["what is no UTF-8 is Latin-1", "caf\xe9\n", ["café"]],
  ["each line for itself", "caf\xe9\ncaf\xc3\xa9\n", ["café", "café"]],
  ["UTF-8 cut short is Latin-1", "\xe8\x8a\n", ["\u00e8\u008a"]],
  ["a byte order mark is kept", "\xef\xbb\xbfhi\n", ["\ufeffhi"]],
  ["control characters arrive as they are", "\x1b[2J\0\n", ["\x1b[2J\0"]],
  ["a line of 4096 bytes", "x".repeat(4096) + "\n", ["x".repeat(4096)]],
  ["a line of 4096 bytes ending in CRLF", "x".repeat(4096) + "\r\n", ["x".repeat(4096)]],
  ["a line of 4097 bytes is shown in pieces", "x".repeat(4097) + "\n", ["x".repeat(4096), "x"]],
  ["pieces that fill up exactly", "x".repeat(8192) + "\n", ["x".repeat(4096), "x".repeat(4096)]],
  ["pieces end between characters", "x".repeat(4095) + "\xc3\xa9y\n", ["x".repeat(4095), "éy"]],
  ["pieces of Latin-1 end anywhere", "\xe9".repeat(4097) + "\n", ["é".repeat(4096), "é"]],
  ["a piece, then the next message", "x".repeat(4097) + "\nhi\n", ["x".repeat(4096), "x", "hi"]],
]);

/**
 * Conversations kept in text files, one for each buddy or room of each user at each server, for
 * their owner only. A line is `2026-11-21 14:03:22 bob: see you`, in local time.
 *
 * Every line is handed to the system as it comes, so that a killed client has lost nothing. Trouble
 * with a file is told once, and is in nobody's way.
 */

import { reasonOf } from "../core/errors.ts";
import { encodeFileName } from "../core/file_name.ts";
import type { Clock } from "../core/ports.ts";
import { visibleText } from "../core/visible_text.ts";
import { NOT_DELIVERED } from "./call_screens.ts";
import { line } from "./screen_line.ts";
import type { Terminal } from "./terminal.ts";
import { stateDirectory } from "./user_directory.ts";

/** Bytes read at the end of a file to show the last lines: some thousand of them. */
const TAIL_BYTES = 256 * 1024;

/** Bytes read at once of a file that is searched. */
const PIECE_BYTES = 256 * 1024;

/** Longest line that is looked through; longer ones are none of ours. */
const MAX_LINE_BYTES = 64 * 1024;

/** One conversation. */
export interface Conversation {
  /** Keeps a line; what was said and did not arrive says so. */
  add(who: string, text: string, isDelivered?: boolean): void;
  /** The last lines, the oldest first. */
  last(count: number): readonly string[];
  /** The last lines that have this in them, in any case. */
  search(text: string, count: number): Promise<readonly string[]>;
}

/** With whom. */
export interface ConversationName {
  /** Who talks, as `alice@lab-1`. */
  readonly owner: string;
  readonly kind: "buddy" | "room" | "chat";
  readonly name: string;
}

/** Where conversations are kept. */
export interface Conversations {
  open(name: ConversationName): Conversation;
}

const NOT_KEPT: Conversation = {
  add() {},
  last: () => [],
  search: () => Promise.resolve([]),
};

/** Keeps nothing. */
export const NO_CONVERSATIONS: Conversations = { open: () => NOT_KEPT };

/**
 * Keeps conversations below a directory, which is made when it is first written to.
 *
 * @param warn is told when a file cannot be written, once for each conversation
 */
export function keepConversations(
  directory: string,
  clock: Clock,
  warn: (reason: string) => void,
): Conversations {
  return {
    open({ owner, kind, name }) {
      const folder = `${directory}/${encodeFileName(owner)}`;
      return new TextConversation(folder, `${kind}-${encodeFileName(name)}.txt`, clock, warn);
    },
  };
}

/**
 * Keeps conversations as somebody wishes: without a wish where a person types, and not for scripts,
 * which keep what they want.
 */
export function conversationsFor(wish: boolean | undefined, terminal: Terminal): Conversations {
  if (!(wish ?? terminal.interactive)) return NO_CONVERSATIONS;
  const directory = stateDirectory();
  const warn = (reason: string): void => terminal.show([line(`${visibleText(reason)}.`, "bad")]);
  if (directory !== undefined) return keepConversations(`${directory}/history`, Date.now, warn);
  if (wish) warn("Conversations are not kept: HOME is not set");
  return NO_CONVERSATIONS;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class TextConversation implements Conversation {
  readonly #folder: string;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #warn: (reason: string) => void;
  #isBroken = false;
  /** Whether the folder was made: one that is taken away later stays away. */
  #isMade = false;

  constructor(folder: string, name: string, clock: Clock, warn: (reason: string) => void) {
    this.#folder = folder;
    this.#path = `${folder}/${name}`;
    this.#clock = clock;
    this.#warn = warn;
  }

  add(who: string, text: string, isDelivered = true): void {
    if (this.#isBroken) return;
    const mark = isDelivered ? "" : ` ${NOT_DELIVERED}`;
    const line = `${localTime(this.#clock())} ${visibleText(who)}: ${visibleText(text)}${mark}\n`;
    try {
      this.#append(encoder.encode(line));
    } catch (error) {
      this.#isBroken = true;
      this.#warn(`Cannot keep the conversation in "${this.#path}": ${reasonOf(error)}`);
    }
  }

  #append(bytes: Uint8Array): void {
    if (!this.#isMade) Deno.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#isMade = true;
    using file = Deno.openSync(this.#path, { append: true, create: true, mode: 0o600 });
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  }

  last(count: number): readonly string[] {
    try {
      using file = Deno.openSync(this.#path);
      const begin = Math.max(0, file.statSync().size - TAIL_BYTES);
      file.seekSync(begin, Deno.SeekMode.Start);
      const bytes = new Uint8Array(TAIL_BYTES);
      let length = 0;
      for (let read; (read = file.readSync(bytes.subarray(length)));) length += read;
      const lines = decoder.decode(bytes.subarray(0, length)).split("\n");
      // What the tail begins with may be the end of a line.
      const whole = begin === 0 ? lines : lines.slice(1);
      return whole.filter((line) => line !== "").slice(-count).map(visibleText);
    } catch {
      return []; // none yet, or none that can be read
    }
  }

  async search(text: string, count: number): Promise<readonly string[]> {
    const wanted = text.toLowerCase();
    const found: string[] = [];
    try {
      using file = await Deno.open(this.#path);
      for await (const line of linesOf(file)) {
        if (!line.toLowerCase().includes(wanted)) continue;
        found.push(visibleText(line));
        if (found.length > count) found.shift();
      }
    } catch {
      // none yet, or none that can be read
    }
    return found;
  }
}

async function* linesOf(file: Deno.FsFile): AsyncGenerator<string, void> {
  const buffer = new Uint8Array(PIECE_BYTES);
  const text = new TextDecoder();
  let rest = "";
  for (let count; (count = await file.read(buffer)) !== null;) {
    const lines = (rest + text.decode(buffer.subarray(0, count), { stream: true })).split("\n");
    rest = lines.pop()!.slice(-MAX_LINE_BYTES);
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** `2026-11-21 14:03:22`, in the zone of whoever talks. */
function localTime(at: number): string {
  const date = new Date(at);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${date.toTimeString().slice(0, 8)}`;
}

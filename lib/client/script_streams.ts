/**
 * Standard input and output as the commands for scripts use them: results on stdout, a line each,
 * messages on stderr, and lines from stdin.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import { MAX_SEND_QUEUE_BYTES } from "../core/limits.ts";
import { visibleText } from "../core/visible_text.ts";
import { writeToStderr } from "../observe/log.ts";
import { decodePeerText } from "../wire/peer.ts";
import { ReceiveBuffer } from "../wire/receive_buffer.ts";

/** Longest line of the input in bytes: what may wait for one peer at most, with room to spare. */
const MAX_INPUT_LINE_BYTES = MAX_SEND_QUEUE_BYTES / 4;

/** Where a command for scripts reads and writes. */
export interface ScriptStreams {
  /** Prints a line of the result as it is; false when nobody reads it any more. */
  print(line: string): boolean;
  /** The same for text from outside, which must not steer a terminal. */
  printForeign(line: string): boolean;
  /** Tells a person something. */
  tell(line: string): void;
  /** Shows a person a line that the next one takes the place of; an empty one takes it away. */
  status(text: string): void;
  /** The lines of the input, one at a time. */
  lines(): AsyncIterable<string>;
}

const encoder = new TextEncoder();

/** Why something could not be printed, but for a reader who has gone: that is no trouble. */
let trouble: unknown;

function print(line: string): boolean {
  const bytes = encoder.encode(line + "\n");
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) trouble ??= error;
    return false;
  }
}

/**
 * Looks whether the result was printed, as far as anybody reads it. A script must not take a part of
 * it for all of it.
 *
 * @throws OperationalError when it was not
 */
export function checkPrinted(): void {
  if (trouble === undefined) return;
  throw new OperationalError(`Cannot write the result: ${reasonOf(trouble)}`, { cause: trouble });
}

/** Only where a person looks: a file would keep every one of them. */
function status(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  const { columns } = Deno.consoleSize();
  writeToStderr(`\r\x1b[K${text.slice(0, columns - 1)}`);
}

/** The input of this process, for who wants no more of it than a line. */
export const STANDARD_INPUT = {
  isTerminal: (): boolean => Deno.stdin.isTerminal(),
  read: (into: Uint8Array): Promise<number | null> => Deno.stdin.read(into),
};

/** The streams of this process. */
export const SCRIPT_STREAMS: ScriptStreams = {
  print,
  // A program gets what was said, a person what can be shown.
  printForeign: (line) => print(Deno.stdout.isTerminal() ? visibleText(line) : line),
  tell: (line) => writeToStderr(line + "\n"),
  status,
  lines: () => readLines((space) => Deno.stdin.read(space)),
};

/**
 * Cuts what is read into lines ending in LF or CRLF, or at its end: UTF-8, else Latin-1.
 *
 * @throws OperationalError when a line is longer than any that is sent
 */
export async function* readLines(
  read: (space: Uint8Array) => Promise<number | null>,
): AsyncGenerator<string, void> {
  const buffer = new ReceiveBuffer(MAX_INPUT_LINE_BYTES);
  for (let number = 1;;) {
    const line = buffer.takeLine();
    if (line !== undefined) {
      yield decodePeerText(line);
      number++;
      continue;
    }
    if (buffer.overflowed) {
      throw new OperationalError(
        `Line ${number} of the input has more than ${MAX_INPUT_LINE_BYTES} bytes: not sent`,
      );
    }
    const count = await read(buffer.free());
    if (count === null) break;
    buffer.filled(count);
  }
  if (buffer.length > 0) yield decodePeerText(buffer.takeRest());
}

/**
 * Which bytes of a line may be a secret: of a command that is known, the words behind those it needs,
 * and what stands where a user id belongs and is none; of anything else all but a word that looks
 * like a command. Somebody may have sent a password where none belongs.
 */

import { parseUserId } from "../core/user_id.ts";
import type { ByteSpan } from "../core/wire_message.ts";

/** A word of a line. */
interface Word extends ByteSpan {
  readonly text: string;
}

/** The words of a line, cut at blanks and line ends. */
function wordsOf(line: string): Word[] {
  return [...line.matchAll(/[^ \t\r\n]+/g)].map(({ 0: text, index }) => (
    { text, start: index, end: index + text.length }
  ));
}

/** What of a command is no secret. */
export interface KnownWords {
  /** How many user ids follow it. */
  readonly ids: number;
  /** How many words, whatever they are, follow those. */
  readonly more?: number;
}

/** Commands by their names, in upper case. */
export type KnownCommands = ReadonlyMap<string, KnownWords>;

const COMMAND_LIKE = /^[A-Za-z]{1,16}$/;

/**
 * What to hide of a line, given as text with one character for each byte.
 *
 * @param isPublic says of a word behind the known ones that it may be seen all the same
 */
export function secretWords(
  line: string,
  commands: KnownCommands,
  isPublic: (word: string, command: string) => boolean = () => false,
): ByteSpan[] {
  const [first, ...others] = wordsOf(line);
  if (first === undefined) return [];
  const command = first.text.toUpperCase();
  const known = commands.get(command);
  if (known === undefined) {
    return COMMAND_LIKE.test(first.text) ? others : [first, ...others];
  }
  const { ids, more = 0 } = known;
  return others.filter(({ text }, index) => {
    if (index < ids) return parseUserId(text) === undefined;
    return index >= ids + more && !isPublic(text, command);
  });
}

/** The words of a line, given in the same way, that may be a secret by what they look like. */
export function wordsThat(line: string, isSecret: (word: string) => boolean): ByteSpan[] {
  return wordsOf(line).filter(({ text }) => isSecret(text));
}

/**
 * Which bytes of a line may be a secret: of a command that is known, the words behind those it needs;
 * of anything else all but a word that looks like a command. Somebody may have sent a password where
 * none belongs.
 */

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

/** How many words of a command are no secret, the command itself included. */
export type KnownCommands = ReadonlyMap<string, number>;

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
  return others.filter(({ text }, index) => index + 1 >= known && !isPublic(text, command));
}

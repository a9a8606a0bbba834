/**
 * Any text as one word of a line: room names, for example. What is visible ASCII stays readable,
 * every other byte of its UTF-8 (and `%`) becomes `%` and two hex digits. No text becomes `-`: lines use
 * that where there is nothing to tell.
 */

/** Writes a text as a word without blanks. Nothing becomes `%`. */
export function encodeField(text: string): string {
  if (text === "") return "%";
  if (text === "-") return "%2d";
  return Array.from(new TextEncoder().encode(text), (byte) => {
    const stays = byte > 0x20 && byte < 0x7f && byte !== 0x25;
    return stays ? String.fromCharCode(byte) : "%" + byte.toString(16).padStart(2, "0");
  }).join("");
}

/** Reads exactly so many words; nothing when there are more or fewer, or one is none of ours. */
export function decodeFields(words: readonly string[], count: number): string[] {
  const texts = words.map(decodeField).filter((text) => text !== undefined);
  return texts.length === count && words.length === count ? texts : [];
}

/**
 * Reads back what {@linkcode encodeField} wrote.
 *
 * @returns `undefined` for a word it never writes
 */
export function decodeField(word: string): string | undefined {
  if (word === "%") return "";
  if (!/^(?:[!-$&-~]|%[0-9a-f]{2})+$/.test(word)) return undefined;
  try {
    const text = decodeURIComponent(word);
    return encodeField(text) === word ? text : undefined;
  } catch {
    return undefined;
  }
}

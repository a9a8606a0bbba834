/**
 * Text from outside, made safe to show. The one function for everything that came over a network
 * or out of a file and goes to a terminal, a log or a page.
 */

/**
 * Control, format (bidirectional overrides, zero-width), line and paragraph separators, private
 * use, unpaired surrogates and noncharacters: whatever a terminal might obey, a reader could not
 * see, or a document must not hold (XML takes no U+FFFF).
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

const ZERO_WIDTH_JOINER = "\u200D";
const PICTOGRAPH_BEFORE = /\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]*$/u;
const PICTOGRAPH_AFTER = /^\p{Extended_Pictographic}/u;

/**
 * Makes control characters visible instead of letting a terminal obey them.
 *
 * `ESC` becomes `^[`, BEL `^G`, DEL `^?`; characters without a caret form become `<U+202E>`; a tab
 * becomes four spaces. A zero-width joiner inside an emoji stays, as it only draws.
 *
 * @param text any text, of any length
 * @returns text without a single character that could move a cursor, ring, colour or hide
 */
export function visibleText(text: string): string {
  return text.replace(UNSAFE, (character, offset: number) => {
    if (character === "\t") return "    ";
    if (character === ZERO_WIDTH_JOINER && joinsEmoji(text, offset)) return character;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return "^" + String.fromCharCode(code + 0x40);
    if (code === 0x7f) return "^?";
    return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

function joinsEmoji(text: string, offset: number): boolean {
  return PICTOGRAPH_BEFORE.test(text.slice(Math.max(0, offset - 8), offset)) &&
    PICTOGRAPH_AFTER.test(text.slice(offset + 1, offset + 3));
}

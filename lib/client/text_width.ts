/**
 * How wide text is on a screen, and where it can be cut: letters as a person counts them, with
 * their accents, and how many columns each takes. Pure.
 *
 * Terminals do not agree about every emoji; most draw one that is joined of several, or has a skin
 * tone, as one of two columns, and so it counts here. East Asian letters of ambiguous width are narrow.
 */

const SEGMENTER = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Drawn on top of the letter before them, or not at all. */
const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\u{1160}-\u{11FF}]/u;

/** East Asian Wide and Fullwidth (UAX 11), and what is drawn as an emoji by itself. */
const WIDE =
  /[\u{1100}-\u{115F}\u{2E80}-\u{303E}\u{3041}-\u{3247}\u{3250}-\u{4DBF}\u{4E00}-\u{A4CF}\u{A960}-\u{A97C}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE10}-\u{FE19}\u{FE30}-\u{FE6B}\u{FF01}-\u{FF60}\u{FFE0}-\u{FFE6}\u{16FE0}-\u{18CFF}\u{1AFF0}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;

/** An emoji made of several characters: joined, with a skin tone, a flag, or asked for by U+FE0F. */
const JOINED = /[\u{200D}\u{FE0F}\u{1F3FB}-\u{1F3FF}]|[\u{1F1E6}-\u{1F1FF}]{2}/u;

/** Cuts text into letters as a person counts them. */
export function lettersOf(text: string): string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
}

/** How many columns one of these letters takes. */
export function letterWidth(letter: string): number {
  if (JOINED.test(letter) && /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(letter)) {
    return 2;
  }
  let width = 0;
  for (const character of letter) {
    if (!ZERO_WIDTH.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** How many columns text takes on one row. */
export function textWidth(text: string): number {
  return lettersOf(text).reduce((width, letter) => width + letterWidth(letter), 0);
}

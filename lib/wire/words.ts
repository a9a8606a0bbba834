/** Words of a command and the text behind them, for the protocols that are typed by hand. */

/** Joins words and what follows them; nothing follows without a text. */
export function withText(words: string, text: string): string {
  return text === "" ? words : `${words} ${text}`;
}

/**
 * A line as the screens make it: its text, and what it is about. Only a terminal that may use
 * colours turns the second into anything; everywhere else the text is the whole line.
 */

/** What a line is about, so that a style can colour it. */
export type Tone = "plain" | "good" | "bad" | "call" | "peer" | "you" | "own" | "faint";

/**
 * What a line is part of, for a terminal at which a person sits: it shows the time of such a line,
 * rings, and counts what is new. `chat` is said in a chat of two, `own` is a prompt behind which a
 * message is typed, `question` one behind which something is answered that is good for this once.
 */
export type About =
  | "message"
  | "chat"
  | "direct"
  | "mention"
  | "call"
  | "news"
  | "own"
  | "question";

/** One line to show, or a prompt. Its text holds no control characters and no line end. */
export interface ScreenLine {
  readonly text: string;
  readonly tone?: Tone;
  readonly about?: About;
  /** How many characters at the start the tone is for; absent for all of them. */
  readonly toned?: number;
}

/** Makes a line. */
export function line(text: string, tone?: Tone): ScreenLine {
  return tone === undefined ? { text } : { text, tone };
}

/** Something said, behind who said it: it stands out where it is for its reader or names them. */
export function spokenLine(
  who: string,
  text: string,
  about: Extract<About, "message" | "chat" | "direct" | "mention">,
): ScreenLine {
  const tone = about === "direct" || about === "mention" ? "you" : "peer";
  return { text: `${who}: ${text}`, tone, toned: who.length + 1, about };
}

/** A prompt behind which is typed what is said to somebody. */
export function talkPrompt(text: string): ScreenLine {
  return { text, tone: "own", about: "own" };
}

/** Lines of a table with its columns aligned, below a faint head. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  toneOf: (row: readonly string[]) => Tone = () => "plain",
): ScreenLine[] {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]!.length))
  );
  const align = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd();
  return [line(align(head), "faint"), ...rows.map((row) => line(align(row), toneOf(row)))];
}

/** Lines of two columns, the right one aligned. */
export function alignedLines(rows: readonly (readonly [string, string])[]): ScreenLine[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => ({ text: `  ${left.padEnd(width)}  ${right}` }));
}

/** Gives text of one tone the look it has on a terminal. */
export type Style = (tone: Tone, text: string) => string;

/** For pipes, files, dumb terminals and people who set `NO_COLOR`. */
export function plainStyle(_tone: Tone, text: string): string {
  return text;
}

/** SGR parameters: the eight basic colours only, which follow the terminal's own theme. */
const COLOURS: Readonly<Record<Tone, string>> = {
  plain: "",
  good: "32",
  bad: "31",
  call: "1;33",
  peer: "1;36",
  you: "1;35",
  own: "36",
  faint: "2",
};

/** For a terminal with colours. */
export function colourStyle(tone: Tone, text: string): string {
  return COLOURS[tone] === "" || text === "" ? text : `\x1b[${COLOURS[tone]}m${text}\x1b[0m`;
}

/** A line in the look of a style. */
export function paint(line: ScreenLine, style: Style): string {
  const cut = line.toned ?? line.text.length;
  return style(line.tone ?? "plain", line.text.slice(0, cut)) + line.text.slice(cut);
}

/** What is on a terminal, as tmux tells it with its colours (`capture-pane -e`). Pure. */

/** How text looks; a colour is a number of the terminal's palette. */
export interface Look {
  readonly colour?: number;
  readonly bold?: true;
  readonly faint?: true;
  readonly inverse?: true;
}

/** Text of one look. */
export interface Run {
  readonly text: string;
  readonly look: Look;
}

// deno-lint-ignore no-control-regex
const CODES = /\x1b\[([\d;]*)m/;

/** Reads a screen: its lines, each in runs, what is empty at its end left out. */
export function readScreen(captured: string): Run[][] {
  let look: Look = {};
  return captured.trimEnd().split("\n").map((line) => {
    const runs: Run[] = [];
    line.split(CODES).forEach((part, index) => {
      // Between the texts stand the codes.
      if (index % 2 === 1) look = lookAfter(look, part);
      else if (part !== "") runs.push({ text: part, look });
    });
    return runs;
  });
}

/** A look after the numbers of an escape code. */
function lookAfter(look: Look, codes: string): Look {
  return codes.split(";").map(Number).reduce(afterCode, look);
}

function afterCode(look: Look, code: number): Look {
  if (code === 0) return {};
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, faint: true };
  if (code === 7) return { ...look, inverse: true };
  if (code === 22) return without(look, "bold", "faint");
  if (code === 27) return without(look, "inverse");
  if (code === 39) return without(look, "colour");
  if (code >= 30 && code <= 37) return { ...look, colour: code - 30 };
  // The bright ones follow the eight others in the palette.
  return code >= 90 && code <= 97 ? { ...look, colour: code - 90 + 8 } : look;
}

function without(look: Look, ...names: readonly (keyof Look)[]): Look {
  return Object.fromEntries(
    Object.entries(look).filter(([name]) => !names.includes(name as keyof Look)),
  );
}

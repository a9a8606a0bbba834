/**
 * How a buddy request is cut into fields: at runs of spaces and tabs, also leading and trailing
 * ones (protocols/buddy.md). Bytes are read one to one into characters, so that anything outside
 * ASCII stays one wrong character and never passes a grammar.
 */

const SPACE = 32;
const TAB = 9;

/**
 * Cuts a line into at most `most` fields; what follows the last one is ignored, unread.
 *
 * @param line a line without its line end
 * @param most how many fields are wanted
 * @param end where the line ends, in bytes that may go on behind it
 */
export function splitFields(line: Uint8Array, most: number, end: number = line.length): string[] {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < most) {
    while (at < end && isBlank(line[at])) at++;
    if (at >= end) break;
    let field = "";
    while (at < end && !isBlank(line[at])) field += String.fromCharCode(line[at++]!);
    fields.push(field);
  }
  return fields;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

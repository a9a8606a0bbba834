/** Output of the tools: text for people on stdout, trouble on stderr. */

/** Writes text to stdout as it is. */
export function print(text: string): void {
  write(Deno.stdout, text);
}

/** Writes a line to stderr. */
export function complain(line: string): void {
  write(Deno.stderr, line + "\n");
}

function write(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

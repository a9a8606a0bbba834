/**
 * Typing a password at a terminal that does not show it. Done before `terminal.ts` opens a line
 * editor, which would echo it and keep it in its history.
 */

import type { ScreenLine } from "./screen_line.ts";
import { type SecretEnd, SecretLine } from "./secret_line.ts";

/** Whether a person types here, who must not see a password. */
export function isTyped(): boolean {
  return Deno.stdin.isTerminal();
}

/**
 * Reads a line from a terminal without showing it, while no terminal is open here.
 *
 * @param signal gives up; the terminal shows what is typed again from then on
 */
export async function readSecret(prompt: ScreenLine, signal: AbortSignal): Promise<SecretEnd> {
  const secret = new SecretLine();
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(1024);
  const aborted = Promise.withResolvers<null>();
  signal.addEventListener("abort", () => aborted.resolve(null), { once: true });
  show(prompt.text);
  Deno.stdin.setRaw(true);
  try {
    for (;;) {
      const count = await Promise.race([Deno.stdin.read(chunk), aborted.promise]);
      if (count === null) return { kind: "given up" };
      const end = secret.type(decoder.decode(chunk.subarray(0, count), { stream: true }));
      if (end !== undefined) return end;
    }
  } finally {
    chunk.fill(0);
    Deno.stdin.setRaw(false);
    show("\n");
  }
}

function show(text: string): void {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  } catch {
    // Nobody looks; what is typed counts all the same.
  }
}

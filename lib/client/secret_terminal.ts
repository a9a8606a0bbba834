/**
 * A terminal for a command whose output is for programs: it asks on stderr, and only for secrets.
 */

import { writeToStderr } from "../observe/log.ts";
import type { SecretTerminal } from "./password_questions.ts";
import { PlainTerminal } from "./plain_terminal.ts";
import { SystemTty } from "./tty.ts";

/** The one of this process; `undefined` where nobody types: the input is for something else then. */
export function secretTerminal(): SecretTerminal | undefined {
  const tty = new SystemTty(() => {});
  if (!tty.isTyped) return undefined;
  const terminal = new PlainTerminal(tty, true, () => {});
  return {
    hidesSecrets: true,
    show: (lines) => writeToStderr(lines.map(({ text }) => `${text}\n`).join("")),
    prompt: ({ text }) => writeToStderr(text),
    async nextSecret() {
      const secret = await terminal.nextSecret();
      // Enter was typed without an echo, too.
      writeToStderr("\n");
      return secret;
    },
  };
}

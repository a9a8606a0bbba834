/** The options about passwords of every client of the buddy service. */

import { type OptionTable, text, toggle } from "./option.ts";

/** There is none for the password itself: others on the machine see arguments. */
export const CLIENT_ACCOUNT_OPTIONS = {
  passwordFile: text(
    "password-file",
    "FILE",
    undefined,
    "its first line is the password; - is standard input",
  ),
  allowCleartextPasswords: toggle(
    "allow-cleartext-passwords",
    "send a password without TLS, too: whoever sees the network reads it",
  ),
} satisfies OptionTable;

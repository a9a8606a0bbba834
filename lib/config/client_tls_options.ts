/** The options about TLS of every client. */

import { UsageError } from "../core/errors.ts";
import { type Option, type OptionTable, type OptionValues, text, toggle } from "./option.ts";

/** 64 hexadecimal digits, however they are divided. */
function fingerprint(flag: string, help: string): Option<string | undefined> {
  return {
    flag,
    valueName: "SHA256",
    default: undefined,
    help,
    parse([given = ""], label) {
      const digits = given.replaceAll(":", "").toUpperCase();
      if (/^[0-9A-F]{64}$/.test(digits)) return digits.match(/../g)!.join(":");
      throw new UsageError(
        `Cannot use ${label} "${given}": expected 64 hexadecimal digits, the server's fingerprint`,
      );
    },
  };
}

/** Whether to speak TLS, and whom to believe. */
export const CLIENT_TLS_OPTIONS = {
  tls: toggle("tls", "speak TLS with the server; its certificate is remembered"),
  ca: text("ca", "FILE", undefined, "trust this authority (PEM) instead of what is remembered"),
  acceptNewKey: fingerprint("accept-new-key", "take another certificate, if it is this one"),
} satisfies OptionTable;

/** What a user wants of TLS. */
export type TlsWishes = OptionValues<typeof CLIENT_TLS_OPTIONS> & {
  /** The server's TLS port; the server is asked unless it is given. */
  readonly tlsPort?: number | undefined;
};

/** The options about accounts, and what a server can guard with them. */

import { UsageError } from "../core/errors.ts";
import { choice, type OptionTable, type OptionValues, toggle } from "./option.ts";

/** Whether names have passwords. */
export const ACCOUNT_OPTIONS = {
  accounts: choice(
    "accounts",
    ["open", "password"],
    "open",
    "open: whoever says a name has it; or passwords",
  ),
  allowCleartextPasswords: toggle(
    "allow-cleartext-passwords",
    "take passwords without TLS, too: whoever sees the network reads them",
  ),
} satisfies OptionTable;

/** What guarding depends on. */
export interface GuardedOptions extends OptionValues<typeof ACCOUNT_OPTIONS> {
  /** What shall run. */
  readonly services: readonly string[];
  /** Where buddies are served over TLS. */
  readonly tlsPort: number | undefined;
  /** The same for the login chat. */
  readonly chatTlsPort: number | undefined;
}

/**
 * The services of a server whose accounts have passwords, unless it was told which: those it can
 * guard. Who is in a room is proved by tokens that everybody on the network can read.
 */
export function guardedServices({ chatTlsPort, allowCleartextPasswords }: GuardedOptions): (
  | "buddy"
  | "chat"
)[] {
  const canGuardChat = chatTlsPort !== undefined || allowCleartextPasswords;
  return canGuardChat ? ["buddy", "chat"] : ["buddy"];
}

/**
 * Checks what options cannot check one by one.
 *
 * @throws UsageError saying what to do about it
 */
export function checkAccounts(options: GuardedOptions): void {
  const { accounts, allowCleartextPasswords, services, tlsPort, chatTlsPort } = options;
  if (accounts === "open") {
    if (!allowCleartextPasswords) return;
    throw new UsageError("Cannot use --allow-cleartext-passwords without --accounts password");
  }
  if (!services.includes("buddy")) {
    throw new UsageError(
      "Cannot use --accounts password without the buddy service: add buddy to --services",
    );
  }
  if (services.includes("rooms")) {
    throw new UsageError(
      "Cannot guard rooms with --accounts password, as their tokens go over the network for " +
        "everybody to see: leave rooms out of --services, or run them in a server of their own",
    );
  }
  if (allowCleartextPasswords) return;
  if (tlsPort === undefined) {
    throw new UsageError(
      "Cannot take passwords without TLS: give a port with --tls-port, or take them for " +
        "everybody to see with --allow-cleartext-passwords",
    );
  }
  if (services.includes("chat") && chatTlsPort === undefined) {
    throw new UsageError(
      "Cannot guard the login chat without TLS: give a port with --chat-tls-port, or leave chat " +
        "out of --services",
    );
  }
}

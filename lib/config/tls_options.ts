/** The options about TLS of every program that serves it. */

import { UsageError } from "../core/errors.ts";
import { TLS_HANDSHAKE_SECONDS } from "../core/limits.ts";
import { optionalPort, type OptionTable, type OptionValues, seconds, text } from "./option.ts";

/** Whose certificate a server shows, and how long it waits. */
export const TLS_OPTIONS = {
  tlsCert: text("tls-cert", "FILE", undefined, "certificate chain (PEM); one is made if not given"),
  tlsKey: text("tls-key", "FILE", undefined, "its private key (PEM)"),
  handshakeDeadline: seconds(
    "handshake-deadline",
    TLS_HANDSHAKE_SECONDS,
    "seconds a client has for its TLS handshake",
  ),
} satisfies OptionTable;

/** A port of TLS for the login chat. */
export const CHAT_TLS_PORT: ReturnType<typeof optionalPort> = optionalPort(
  "chat-tls-port",
  "login chat over TLS",
);

/**
 * Checks what options cannot check one by one.
 *
 * @throws UsageError naming the options that do not go together
 */
export function checkTls(
  { tlsCert, tlsKey }: Pick<OptionValues<typeof TLS_OPTIONS>, "tlsCert" | "tlsKey">,
  ports: readonly (number | undefined)[],
): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError("Cannot use TLS: it needs both --tls-cert and --tls-key");
  }
  if (tlsCert !== undefined && ports.every((port) => port === undefined)) {
    throw new UsageError("Cannot use --tls-cert: no port speaks TLS, give one with --tls-port");
  }
}

/**
 * The few error classes a caller tells apart. Everything else is a built-in error and a bug.
 * Messages: sentence case, the failed action first, values quoted, what to do about it last.
 */

/** Wrong use of the command line or a config file: exit code 2. */
export class UsageError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "UsageError";
}

/** The program cannot start or go on, and its user can do something about it: exit code 1. */
export class OperationalError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "OperationalError";
}

/** A database or presence server cannot be reached at the start; waiting may help: exit code 1. */
export class MissingBackendError extends OperationalError {
  /** What cannot be reached, and why: the message without what to do about it. */
  readonly what: string;

  /** Adds what to do about it. */
  constructor(what: string, options?: ErrorOptions) {
    super(`${what}; check that it runs, or wait for it with --wait-for-backends`, options);
    this.what = what;
  }
}

/** A server the client needs cannot be reached: exit code 3. */
export class UnreachableError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "UnreachableError";
}

/** A server whose certificate is not to be trusted. Nothing was sent to it. */
export class UntrustedError extends UnreachableError {}

/** A change could not be made durable; the request is answered `500 STORAGE`. */
export class StorageError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "StorageError";
}

/** More is asked for at once than can wait its turn: whoever asks is told to come back later. */
export class BusyError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "BusyError";
}

/** What servers share cannot be reached now; a server goes on with what it knows itself. */
export class SharingError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "SharingError";
}

/** Whether a connection failed for its certificate: no waiting helps against that. */
export function isCertificateFault(error: unknown): boolean {
  return /\bcertificate\b/i.test(reasonOf(error));
}

/**
 * Why the system refused something about a file or a connection, in words for people: without error
 * numbers, names of calls, and advice about flags that an executable does not have.
 */
export function systemReason(thrown: unknown): string {
  const message = reasonOf(thrown);
  const [, right] = /^Requires (\w+) access/.exec(message) ?? [];
  if (right === "all") return "it belongs to the system, and this program does not touch it";
  if (right !== undefined) return `this program was not given the right to (--allow-${right})`;
  const [, reason] = /^(.+?) \(os error \d+\)/s.exec(message) ?? [];
  return reason === undefined ? message : reason[0]!.toLowerCase() + reason.slice(1);
}

/** What to tell a person about any thrown value: its message, without a stack. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * Buddy requests where accounts have passwords: what is asked, and what proves who asks it. Rules:
 * docs/protocols/accounts.md.
 *
 * Rules of this file:
 * - What is asked is read by the rules of `buddy_request.ts`; here is only what comes with it.
 * - No password is ever part of an error.
 */

import { MAX_PASSWORD_BYTES } from "../core/limits.ts";
import { parseSecret, secretText, type SessionKey } from "../core/session_key.ts";
import type { UserId } from "../core/user_id.ts";
import type { BuddyReply } from "./buddy_reply.ts";
import { type BuddyRequest, parseBuddyRequest } from "./buddy_request.ts";
import { type AuthenticatedLine, parseAuthenticatedLine } from "./request_mac.ts";

/** What comes with a request to prove who asks. */
export type Proof =
  | { readonly kind: "none" }
  /** Behind REG and LOG. */
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "mac"; readonly line: AuthenticatedLine };

/** A request, and what proves who asks it. */
export interface AccountRequest {
  /** What is asked. */
  readonly request: BuddyRequest;
  /** What came with it. */
  readonly proof: Proof;
}

const NO_PROOF: Proof = { kind: "none" };
const INVALID: AccountRequest = { request: { kind: "invalid" }, proof: NO_PROOF };

/** Reads one request line, without its line end. */
export function parseAccountRequest(line: Uint8Array): AccountRequest {
  const authenticated = parseAuthenticatedLine(line);
  if (authenticated !== undefined) {
    const request = parseBuddyRequest(authenticated.request);
    // With a password in it, or anything but its own words, it is none of ours.
    return takesPassword(request)
      ? INVALID
      : { request, proof: { kind: "mac", line: authenticated } };
  }
  const request = parseBuddyRequest(line);
  if (!takesPassword(request)) return { request, proof: NO_PROOF };
  const text = textBehindUser(line);
  if (text === undefined || isBlank(text)) {
    return request.kind === "log in" ? INVALID : { request, proof: NO_PROOF };
  }
  const password = parsePassword(text);
  return password === undefined ? INVALID : { request, proof: { kind: "password", password } };
}

function takesPassword({ kind }: BuddyRequest): boolean {
  return kind === "register" || kind === "log in";
}

const SPACE = 32;
const TAB = 9;

function isBlankByte(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

function isBlank(text: Uint8Array): boolean {
  return text.every(isBlankByte);
}

/** What stands behind the second word and one blank. */
function textBehindUser(line: Uint8Array): Uint8Array | undefined {
  let at = 0;
  for (let words = 0; words < 2; words++) {
    while (isBlankByte(line[at])) at++;
    while (at < line.length && !isBlankByte(line[at])) at++;
  }
  return at < line.length ? line.subarray(at + 1) : undefined;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The rest of the line is the password as it is, blanks included, as in the login chat. */
function parsePassword(text: Uint8Array): string | undefined {
  if (text.length > MAX_PASSWORD_BYTES) return undefined;
  try {
    return decoder.decode(text);
  } catch {
    return undefined;
  }
}

/**
 * Writes a request with a password as the line a client sends, ending in LF.
 *
 * @param password 1 to 256 bytes of UTF-8 without a line end, and not only blanks
 */
export function encodePasswordRequest(
  kind: "register" | "log in",
  user: UserId,
  password: string,
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${kind === "register" ? "REG" : "LOG"} ${user} ${password}\n`);
}

/** What a login gives. */
export interface LoginGrant {
  /** The session. */
  readonly key: SessionKey;
  /** `registered`: the name had no password, and has this one from now on. */
  readonly how: "welcome" | "registered";
}

/** Writes what a login gives, as words behind `200 OK`. */
export function grantWords({ key: { session, secret }, how }: LoginGrant): string {
  return `${session} ${secretText(secret)} ${how}`;
}

/** Reads a reply to LOG; `undefined` when it gives no session. */
export function parseGrant({ code, words }: BuddyReply): LoginGrant | undefined {
  const [session = "", text = "", how] = words;
  if (code !== 200 || !/^[A-Za-z0-9_-]{16}$/.test(session)) return undefined;
  if (how !== "welcome" && how !== "registered") return undefined;
  const secret = parseSecret(text);
  return secret && { key: { session, secret }, how };
}

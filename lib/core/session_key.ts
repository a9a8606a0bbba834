/**
 * What somebody gets when they log in: what says which login it is, and a secret that their requests
 * are authenticated with. Rules: docs/protocols/accounts.md.
 */

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 32 random bytes that only the server and its user know. */
export type SessionSecret = Uint8Array;

/** A login. */
export interface SessionKey {
  /** 16 characters; anybody may see it. */
  readonly session: string;
  /** What proves it. */
  readonly secret: SessionSecret;
}

/** In base64url these leave no bits over, so that each has one way to be written. */
const SESSION_BYTES = 12;
const TAG_BYTES = 18;

const SECRET_BYTES = 32;

/** Characters of a tag as it is written. */
export const TAG_CHARACTERS = 24;

/** Makes one that nobody can guess. */
export function newSessionKey(): SessionKey {
  return {
    session: randomBytes(SESSION_BYTES).toString("base64url"),
    secret: new Uint8Array(randomBytes(SECRET_BYTES)),
  };
}

/** Writes a secret: 43 characters of base64url. */
export function secretText(secret: SessionSecret): string {
  return secret.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Reads a secret; `undefined` for anything but 32 bytes. */
export function parseSecret(text: string): SessionSecret | undefined {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) return undefined;
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}

/**
 * The tag of bytes: HMAC-SHA-256 over a label and them, cut to 144 bits, as 24 characters.
 *
 * @param label what the bytes are: one of a fixed set, of which none is the beginning of another
 */
export function tagOf(secret: SessionSecret, label: string, bytes: Uint8Array): string {
  const digest = createHmac("sha256", secret).update(label).update(bytes).digest();
  return digest.subarray(0, TAG_BYTES).toString("base64url");
}

const encoder = new TextEncoder();

/** Whether a tag is the right one, which takes the same time wherever they differ. */
export function isSameTag(given: string, right: string): boolean {
  const [a, b] = [encoder.encode(given), encoder.encode(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

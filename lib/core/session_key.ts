/** What a user gets when they log in: what says which login it is, and what proves it. */

/** Rules: docs/protocols/accounts.md. */
export interface SessionKey {
  /** 16 characters; anybody may see it. */
  readonly session: string;
  /** 32 random bytes that only the server and its user know. */
  readonly secret: Uint8Array;
}

/** Bytes of a session's id, and of its secret. In base64url the id leaves no bits over. */
export const SESSION_KEY_BYTES = { id: 12, secret: 32 } as const;

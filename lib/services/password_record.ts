/**
 * What is kept of a password: text <-> record. Pure.
 *
 * A record is `scrypt$LOG2N$R$P$SALT$HASH`, the last two in base64url, so that each says how it was
 * made: the cost can be raised later, and older records still be read.
 */

/** What one hash costs: `128 * r * 2**log2N` bytes for a time that grows with all three. */
export interface ScryptCost {
  /** Binary logarithm of N. */
  readonly log2N: number;
  /** Size of a block. */
  readonly r: number;
  /** How often it is all done, one after the other. */
  readonly p: number;
}

/** A hash and how it was made. */
export interface PasswordRecord {
  /** What making it cost. */
  readonly cost: ScryptCost;
  /** Random bytes that went into it. */
  readonly salt: Uint8Array;
  /** What came of it. */
  readonly hash: Uint8Array;
}

/** Bytes of a new salt. */
export const SALT_BYTES = 16;

/** Bytes of a hash. */
export const HASH_BYTES = 32;

/** Most a record may ask for, so that a damaged one cannot take all memory, or hours. */
const MOST_BYTES = 300_000_000;
const MOST_P = 16;

const RECORD =
  /^scrypt\$([1-9]\d?)\$([1-9]\d?)\$([1-9]\d?)\$([A-Za-z0-9_-]{11,86})\$([A-Za-z0-9_-]{43})$/;

/** Writes a record. */
export function encodePasswordRecord({ cost, salt, hash }: PasswordRecord): string {
  const [saltText, hashText] = [salt, hash].map((bytes) =>
    bytes.toBase64({ alphabet: "base64url", omitPadding: true })
  );
  return `scrypt$${cost.log2N}$${cost.r}$${cost.p}$${saltText}$${hashText}`;
}

/**
 * Reads what {@linkcode encodePasswordRecord} wrote.
 *
 * @returns `undefined` for anything else, or a cost beyond all reason
 */
export function parsePasswordRecord(text: string): PasswordRecord | undefined {
  const [, log2N, r, p, salt, hash] = RECORD.exec(text) ?? [];
  if (salt === undefined || hash === undefined) return undefined;
  const cost = { log2N: Number(log2N), r: Number(r), p: Number(p) };
  if (memoryBytes(cost) > MOST_BYTES || cost.p > MOST_P) return undefined;
  try {
    const record = { cost, salt: fromBase64(salt), hash: fromBase64(hash) };
    return encodePasswordRecord(record) === text ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes that making a hash takes, exactly as OpenSSL counts them. */
export function memoryBytes({ log2N, r, p }: ScryptCost): number {
  return 128 * r * (2 ** log2N + p + 2);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}

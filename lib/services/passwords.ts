/**
 * Passwords, of users and of rooms: hashed with salted scrypt, never kept. Rules:
 * protocols/login-chat.md, "Passwords are stored only as salted scrypt hashes".
 *
 * Rules of this file:
 * - Hashing happens on other threads, only so many at once: each takes 32 MiB.
 * - Whether a name exists must not show in the time an answer takes: without a record the same work
 *   is done for nothing.
 * - Hashes are compared in constant time.
 * - No password is ever part of an error.
 */

import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { PASSWORD_WORK } from "../core/limits.ts";
import {
  encodePasswordRecord,
  HASH_BYTES,
  memoryBytes,
  parsePasswordRecord,
  type PasswordRecord,
  SALT_BYTES,
  type ScryptCost,
} from "./password_record.ts";
import { type Turn, type TurnLimits, Turns } from "./turns.ts";

/** What a new hash costs: 32 MiB and about 0.26 s (OWASP's second choice after argon2id). */
export const SCRYPT_COST: ScryptCost = { log2N: 15, r: 8, p: 3 };

/** Makes and checks password hashes. One for the whole server, so that its bound holds for all. */
export class Passwords {
  readonly #cost: ScryptCost;
  readonly #turns: Turns;
  readonly #nobody: PasswordRecord;

  /** Hashes at `cost`, as many at once as `limits` say. */
  constructor(cost: ScryptCost = SCRYPT_COST, limits: TurnLimits = PASSWORD_WORK) {
    this.#cost = cost;
    this.#turns = new Turns(limits);
    this.#nobody = { cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
  }

  /**
   * Makes the record to store for a password; another one each time.
   *
   * @param turn for whom, so that many hashes for one do not keep the others waiting
   * @throws BusyError when too many hashes are waited for already, or it is not wanted any more
   */
  async hash(password: string, turn?: Turn): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#scrypt(password, salt, this.#cost, turn);
    return encodePasswordRecord({ cost: this.#cost, salt, hash });
  }

  /**
   * Whether a password belongs to a stored record. Takes as long without a record, or with one that
   * cannot be read, and is false then.
   *
   * @param turn as in {@linkcode Passwords.hash}
   * @throws BusyError when too many hashes are waited for already, or it is not wanted any more
   */
  async verify(password: string, stored: string | undefined, turn?: Turn): Promise<boolean> {
    const record = stored === undefined ? undefined : parsePasswordRecord(stored);
    const { cost, salt, hash } = record ?? this.#nobody;
    const isEqual = timingSafeEqual(await this.#scrypt(password, salt, cost, turn), hash);
    return isEqual && record !== undefined;
  }

  /** Whether a record was made at another cost than new ones: time to make it anew. */
  isOutdated(stored: string): boolean {
    const cost = parsePasswordRecord(stored)?.cost;
    return cost?.log2N !== this.#cost.log2N || cost.r !== this.#cost.r || cost.p !== this.#cost.p;
  }

  #scrypt(
    password: string,
    salt: Uint8Array,
    cost: ScryptCost,
    turn: Turn | undefined,
  ): Promise<Uint8Array> {
    // Keyboards differ in how they compose letters; the password is the same.
    const text = password.normalize("NFC");
    const { log2N, r, p } = cost;
    const options = { N: 2 ** log2N, r, p, maxmem: memoryBytes(cost) };
    return this.#turns.run(() =>
      new Promise((resolve, reject) => {
        scrypt(text, salt, HASH_BYTES, options, (error, hash) => {
          if (error === null) resolve(hash);
          else reject(error);
        });
      }), turn);
  }
}

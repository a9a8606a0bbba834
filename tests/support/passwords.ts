/**
 * Passwords that cost nothing, so that tests of everything else take no time.
 */

import { Passwords } from "../../lib/services/passwords.ts";
import { type Turn, Turns } from "../../lib/services/turns.ts";
import type { ScryptCost } from "../../lib/services/password_record.ts";

/** The least scrypt can do. */
export const CHEAP_COST: ScryptCost = { log2N: 4, r: 1, p: 1 };

/** Passwords whose work is done at once: nothing else comes between, and no deadline passes. */
export function instantPasswords(): Passwords {
  const passwords = new Passwords(CHEAP_COST);
  passwords.hash = (password) => Promise.resolve(`hash of ${password}`);
  passwords.verify = (password, stored) => Promise.resolve(stored === `hash of ${password}`);
  return passwords;
}

/** Passwords whose work is held back, one at once, until `go` is called. */
export function heldPasswords(
  waiting: number,
): { readonly passwords: Passwords; readonly go: () => void; readonly worked: () => number } {
  const held = Promise.withResolvers<void>();
  const passwords = new Passwords(CHEAP_COST);
  const turns = new Turns({ atOnce: 1, waiting });
  const [hash, verify] = [passwords.hash.bind(passwords), passwords.verify.bind(passwords)];
  let count = 0;
  const inTurn = <T>(work: () => Promise<T>, turn: Turn | undefined): Promise<T> =>
    turns.run(async () => {
      await held.promise;
      count++;
      return await work();
    }, turn);
  passwords.hash = (password, turn) => inTurn(() => hash(password), turn);
  passwords.verify = (password, stored, turn) => inTurn(() => verify(password, stored), turn);
  return { passwords, go: held.resolve, worked: () => count };
}

/**
 * Passwords that cost nothing, so that tests of everything else take no time.
 */

import type { ScryptCost } from "../../lib/services/password_record.ts";

/** The least scrypt can do. */
export const CHEAP_COST: ScryptCost = { log2N: 4, r: 1, p: 1 };

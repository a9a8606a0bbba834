/** User ids for property tests. */

import fc from "fast-check";
import { parseUserId, type UserId } from "../../lib/core/user_id.ts";

/** Any user id there can be. */
export const userIds: fc.Arbitrary<UserId> = fc
  .stringMatching(/^[a-z0-9][a-z0-9._-]{0,31}$/)
  .map((text) => parseUserId(text)!);

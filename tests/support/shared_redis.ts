/**
 * Tests with servers that share a Redis of their own.
 */

import { openRedisState } from "../../lib/storage/redis_state.ts";
import type { SharedState } from "../../lib/storage/shared_state.ts";
import { RecordedLog } from "./recorded_log.ts";
import { NO_REDIS, PrivateRedis } from "./redis.ts";

/** What two servers share, and where they do. */
export type SharedCheck = (
  one: SharedState,
  two: SharedState,
  redis: PrivateRedis,
  log: RecordedLog,
) => Promise<void>;

/** A test with two servers that share a Redis of their own. */
export function shared(rule: string, check: SharedCheck): void {
  const why = NO_REDIS === undefined ? "" : `: ${NO_REDIS}`;
  Deno.test({ name: `redis: ${rule}${why}`, ignore: NO_REDIS !== undefined }, async () => {
    await using redis = await PrivateRedis.start();
    const log = new RecordedLog();
    const one = await openRedisState(redis.address, log);
    try {
      const two = await openRedisState(redis.address, log);
      try {
        await check(one, two, redis, log);
      } finally {
        two.close();
      }
    } finally {
      one.close();
    }
  });
}

/**
 * Tests with servers that share a Redis of their own.
 */

import type { RedisAddress } from "../../lib/core/backend_address.ts";
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

/** Far longer than a Redis takes for anything, on a busy machine too. */
const PATIENCE_MS = 20_000;

/** Opens what servers share, with more patience than they have. */
export function openPatiently(
  address: RedisAddress,
  log: RecordedLog = new RecordedLog(),
  answerMs: number = PATIENCE_MS,
): Promise<SharedState> {
  return openRedisState(address, log, answerMs);
}

/**
 * A test with two servers that share a Redis of their own.
 *
 * @param answerMs how long they wait for it; what is not about a slow one waits for long
 */
export function shared(rule: string, check: SharedCheck, answerMs?: number): void {
  const why = NO_REDIS === undefined ? "" : `: ${NO_REDIS}`;
  Deno.test({ name: `redis: ${rule}${why}`, ignore: NO_REDIS !== undefined }, async () => {
    await using redis = await PrivateRedis.start();
    const log = new RecordedLog();
    const one = await openPatiently(redis.address, log, answerMs);
    try {
      const two = await openPatiently(redis.address, log, answerMs);
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

/**
 * Tests with servers that share a Redis of their own.
 */

import { MissingBackendError } from "../../lib/core/errors.ts";
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

/** Connects, which a busy machine may take longer for than a server waits. */
async function open(redis: PrivateRedis, log: RecordedLog): Promise<SharedState> {
  for (let tries = 1;; tries++) {
    try {
      return await openRedisState(redis.address, log);
    } catch (error) {
      if (!(error instanceof MissingBackendError) || tries === 10) throw error;
    }
  }
}

/** A test with two servers that share a Redis of their own. */
export function shared(rule: string, check: SharedCheck): void {
  const why = NO_REDIS === undefined ? "" : `: ${NO_REDIS}`;
  Deno.test({ name: `redis: ${rule}${why}`, ignore: NO_REDIS !== undefined }, async () => {
    await using redis = await PrivateRedis.start();
    const log = new RecordedLog();
    const states = await Promise.all([open(redis, log), open(redis, log)]);
    try {
      await check(...states, redis, log);
    } finally {
      for (const state of states) state.close();
    }
  });
}

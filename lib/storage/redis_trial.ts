/**
 * A little of all that servers do with Redis, to see whether it is done: a PING is also answered by
 * one that is full, that only reads, or that gives this user no rights.
 */

import { Buffer } from "node:buffer";
import type { RedisClient } from "./redis_client.d.ts";
import { redisScript, runScript } from "./redis_script.ts";

/** Marks what is in Redis as the same as before, with a write: one that cannot be made is told. */
const MARK = redisScript(`
  local mark = redis.call('GET', KEYS[1]) or ARGV[1]
  redis.call('SET', KEYS[1], mark)
  return mark
`);

const KEY = "parley:mark";

/** Writes, reads and publishes. @returns the mark of what is in Redis: another one when that is gone */
export async function tryCommands(client: RedisClient, channels: string): Promise<string> {
  const [mark] = await Promise.all([
    runScript(client, MARK, { keys: [KEY], arguments: [crypto.randomUUID()] }),
    client.mGet([KEY]),
    client.publish(nobodys(channels), Buffer.alloc(0)),
  ]);
  return String(mark);
}

/** Listens, and no more, on the connection that is for it. */
export async function tryListening(listener: RedisClient, channels: string): Promise<void> {
  await listener.subscribe(nobodys(channels), () => {}, true);
  await listener.unsubscribe(nobodys(channels));
}

function nobodys(channels: string): string {
  return `${channels}nobody`;
}

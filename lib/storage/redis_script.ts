/**
 * Scripts that Redis runs: what has to be decided on what is there already is decided in one step.
 */

import { createHash } from "node:crypto";
import { reasonOf } from "../core/errors.ts";
import type { RedisClient, ScriptCall } from "./redis_client.d.ts";

/** A script with the hash it is called by. */
export interface RedisScript {
  /** Its text, in Lua. */
  readonly text: string;
  /** Its SHA-1, in hex. */
  readonly hash: string;
}

/** Makes a script ready for calling. */
export function redisScript(text: string): RedisScript {
  return { text, hash: createHash("sha1").update(text).digest("hex") };
}

/** Runs a script, which Redis is given when it does not know it. */
export async function runScript(
  client: RedisClient,
  { text, hash }: RedisScript,
  call: ScriptCall,
): Promise<unknown> {
  try {
    return await client.evalSha(hash, call);
  } catch (error) {
    if (!reasonOf(error).startsWith("NOSCRIPT")) throw error;
    return await client.eval(text, call);
  }
}

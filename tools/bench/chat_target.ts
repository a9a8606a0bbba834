/**
 * The real login chat with passwords that cost nothing, so that a thousand members are in within
 * seconds: what is measured comes after the login.
 *
 * Usage: chat_target.ts PORT [REDIS_URL]
 */

import { DEFAULT_CHAT_LIMITS, DEFAULT_SERVER_LIMITS } from "../../lib/core/limits.ts";
import { startServer } from "../../lib/server/start.ts";
import { Passwords } from "../../lib/services/passwords.ts";
import { parseRedisUrl } from "../../lib/config/store_option.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { openRedisState } from "../../lib/storage/redis_state.ts";

const silent = (): void => {};
const log = { isOn: () => false, debug: silent, info: silent, warn: silent, error: silent };
const url = Deno.args[1];
const shared = url === undefined
  ? undefined
  : await openRedisState(parseRedisUrl(url, "REDIS_URL"), log);
await startServer({
  host: "127.0.0.1",
  services: {
    chat: { ...DEFAULT_CHAT_LIMITS, chatPort: Number(Deno.args[0]), maxClients: 10_000 },
  },
  trustProxy: [],
  limits: { ...DEFAULT_SERVER_LIMITS, maxConnections: 10_000 },
  store: new MemoryStore(),
  shared,
  passwords: new Passwords({ log2N: 1, r: 1, p: 1 }, { atOnce: 2, waiting: 10_000 }),
  clock: () => performance.now(),
  log,
});

/**
 * All that servers share, over one Redis server.
 */

import type { RedisAddress } from "../core/backend_address.ts";
import type { Log } from "../core/ports.ts";
import { RedisExchange } from "./redis_exchange.ts";
import { RedisLink } from "./redis_link.ts";
import { RedisNames } from "./redis_names.ts";
import { RedisPresence } from "./redis_presence.ts";
import { RedisSeats } from "./redis_seats.ts";
import type { SharedState } from "./shared_state.ts";

/**
 * Connects. The caller closes it.
 *
 * @param answerMs how long Redis may take for anything, in milliseconds, where not as usual
 * @throws MissingBackendError when Redis does not answer
 * @throws OperationalError when it refuses what servers do with it
 */
export async function openRedisState(
  address: RedisAddress,
  log: Log,
  answerMs?: number,
): Promise<SharedState> {
  const link = await RedisLink.open(address, log, answerMs);
  const server = crypto.randomUUID().replaceAll("-", "");
  const exchange = new RedisExchange(link);
  return {
    server,
    presence: new RedisPresence(link, exchange),
    names: new RedisNames(link, server),
    seats: new RedisSeats(link),
    exchange,
    health: () => link.health(),
    onReturn: (listener) => link.onReturn(listener),
    close() {
      exchange.close();
      link.close();
    },
  };
}

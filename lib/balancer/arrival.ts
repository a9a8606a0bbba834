/**
 * What a client says before a backend is chosen: through another balancer, who it is (a PROXY
 * header); where the choice depends on it, which user or room it is about.
 */

import type { StrategyName } from "../config/service_options.ts";
import { PeekedStream } from "../net/peeked_stream.ts";
import { decideProxyHeader, type ProxyHeader } from "../wire/proxy_protocol.ts";
import { roomKey, type RoutingKey, userKey } from "../wire/routing_key.ts";

/**
 * Takes the PROXY header off a connection of a balancer that always sends one.
 *
 * @param deadline by `performance.now()`
 * @returns what it says, or why the connection cannot be taken
 */
export async function takeProxyHeader(
  stream: PeekedStream,
  deadline: number,
): Promise<ProxyHeader | string> {
  const decision = await stream.peekUntil(decideProxyHeader, deadline);
  if (decision === undefined) return "its PROXY header never came whole";
  if (decision.state === "broken") return `it sent ${decision.reason}`;
  if (decision.state === "absent") return "it sent no PROXY header";
  stream.skip(decision.length);
  return decision.header;
}

/** How a strategy finds its key in the first bytes; `undefined` when it does not look at them. */
export function keyFinder(
  strategy: StrategyName,
): ((bytes: Uint8Array, isEnd: boolean) => RoutingKey) | undefined {
  if (strategy === "hash-user") return userKey;
  return strategy === "hash-room" ? roomKey : undefined;
}

/**
 * Looks for a key, without taking anything.
 *
 * @param deadline by `performance.now()`
 * @returns the key, or `undefined` when there is none or it does not come in time
 */
export async function findKey(
  stream: PeekedStream,
  find: (bytes: Uint8Array, isEnd: boolean) => RoutingKey,
  deadline: number,
): Promise<string | undefined> {
  const found = await stream.peekUntil((held, isEnd) => {
    const key = find(held, isEnd);
    return key.state === "partial" ? undefined : key;
  }, deadline);
  return found?.state === "found" ? found.key : undefined;
}

/**
 * What users published, as servers tell each other: JSON, `[USER, IP, [[KEY, VALUE], ...]]`.
 */

import type { UserId } from "../core/user_id.ts";
import type { Exchange, PublishedListener } from "./shared_state.ts";
import { storedId } from "./stored_id.ts";

const CHANNEL = "published";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Tells the other servers what a user published. @throws SharingError */
export async function tellPublished(
  exchange: Exchange,
  user: UserId,
  info: ReadonlyMap<string, string>,
  fromIp: string,
): Promise<void> {
  await exchange.publish(CHANNEL, encoder.encode(JSON.stringify([user, fromIp, [...info]])));
}

/** Calls for what the servers tell; whatever else is said there is nothing. */
export function onPublished(exchange: Exchange, listener: PublishedListener<void>): void {
  exchange.listen(CHANNEL, (message) => {
    try {
      const [user, fromIp, info] = JSON.parse(decoder.decode(message));
      const id = storedId(String(user));
      if (id !== undefined && Array.isArray(info)) {
        listener(id, new Map<string, string>(info), String(fromIp));
      }
    } catch {
      // Not of ours.
    }
  });
}

/**
 * Presence in Redis: one key for each user, gone by itself when its lifetime ends.
 *
 * A key's value is `STATUS PORT IP INFO`, the info as in a URL's query. What has to be decided on what
 * is there already is decided by a script, in one step.
 */

import { isIpAddress } from "../core/ip_address.ts";
import { PRESENCE_CODES, type PresenceStatus } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import { GroupCommit } from "./group_commit.ts";
import type { RedisLink } from "./redis_link.ts";
import { RedisPuts } from "./redis_puts.ts";
import { redisScript } from "./redis_script.ts";
import { onPublished, tellPublished } from "./redis_published.ts";
import type {
  Exchange,
  PresenceRecord,
  PublishedListener,
  SharedPresence,
} from "./shared_state.ts";

/** Changes the info, not the lifetime. */
const PUBLISH = redisScript(`
  local old = redis.call('GET', KEYS[1])
  if not old then return 0 end
  local head, ip = string.match(old, '^(%S+ %S+ (%S+)) ')
  if ip ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], head .. ' ' .. ARGV[2], 'KEEPTTL')
  return 1
`);

/** Keys read with one command: more would keep everybody else waiting. A longer list goes alone. */
const MAX_KEYS = 5000;

/** Presence as keys of a Redis server. */
export class RedisPresence implements SharedPresence {
  readonly #link: RedisLink;
  readonly #puts: RedisPuts;
  readonly #questions = new GroupCommit<
    readonly UserId[],
    readonly (PresenceRecord | undefined)[]
  >((batch) => this.#look(batch), { most: MAX_KEYS, sizeOf: (users) => users.length });

  readonly #exchange: Exchange;

  /** Uses a link that its owner closes. */
  constructor(link: RedisLink, exchange: Exchange) {
    this.#link = link;
    this.#exchange = exchange;
    this.#puts = new RedisPuts(link);
  }

  /** Records what a user said. */
  async put(
    user: UserId,
    { status, address, info }: PresenceRecord,
    lifetimeMs: number,
    isNewest: boolean,
  ): Promise<void> {
    const lifetime = `${Math.max(1, Math.round(lifetimeMs))}`;
    await this.#puts.put(keyOf(user), [
      ...[`${status} ${address.port}`, address.ip, lifetime] as const,
      ...[isNewest ? "1" : "0", encodeInfo(info)] as const,
    ]);
  }

  /** What users said. */
  get(users: readonly UserId[]): Promise<readonly (PresenceRecord | undefined)[]> {
    return users.length === 0 ? Promise.resolve([]) : this.#questions.submit(users);
  }

  /** Stores what a user publishes. */
  async publish(
    user: UserId,
    info: ReadonlyMap<string, string>,
    fromIp: string,
  ): Promise<boolean> {
    this.#puts.flush();
    const call = { keys: [keyOf(user)], arguments: [fromIp, encodeInfo(info)] };
    return await this.#link.run(PUBLISH, call) === 1;
  }

  /** Tells the other servers what a user published here. */
  async tellPublished(
    user: UserId,
    info: ReadonlyMap<string, string>,
    fromIp: string,
  ): Promise<void> {
    await tellPublished(this.#exchange, user, info, fromIp);
  }

  /** Calls for what users published at any server. */
  onPublished(listener: PublishedListener<void>): void {
    onPublished(this.#exchange, listener);
  }

  async #look(
    batch: readonly (readonly UserId[])[],
  ): Promise<readonly (readonly (PresenceRecord | undefined)[])[]> {
    // The same list may be asked for by many at once.
    const users = [...new Set(batch.flat())];
    this.#puts.flush();
    const values = await this.#link.use((client) => client.mGet(users.map(keyOf)));
    const records = new Map(users.map((user, index) => [user, parseRecord(values[index]!)]));
    return batch.map((users) => users.map((user) => records.get(user)));
  }
}

function keyOf(user: UserId): string {
  return `parley:presence:${user}`;
}

function encodeInfo(info: ReadonlyMap<string, string>): string {
  return new URLSearchParams([...info]).toString();
}

/** Reads a value; whatever we did not write is nothing. */
function parseRecord(value: string | null): PresenceRecord | undefined {
  if (value === null) return undefined;
  const [status = "", port = "", ip = "", info = ""] = value.split(" ");
  if (!(status in PRESENCE_CODES) || !/^\d{1,5}$/.test(port) || !isIpAddress(ip)) return undefined;
  return {
    status: status as PresenceStatus,
    address: { ip, port: Number(port) },
    info: new Map(new URLSearchParams(info)),
  };
}

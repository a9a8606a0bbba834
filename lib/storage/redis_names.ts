/**
 * The names online in the login chat, in Redis: a sorted set of names by the time they are kept until,
 * and who has each. Scripts decide, by the clock of Redis.
 */

import type { UserId } from "../core/user_id.ts";
import type { RedisLink } from "./redis_link.ts";
import { redisScript } from "./redis_script.ts";
import { KEEP_NAMES_MS, type SharedNames } from "./shared_state.ts";
import { storedId } from "./stored_id.ts";

/** How long a name is kept for a server that says nothing any more. */
const LIFETIME_MS = 3 * KEEP_NAMES_MS;

const KEYS = ["parley:chat:names", "parley:chat:servers"];

const NOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local function owner(name)
    local till = redis.call('ZSCORE', KEYS[1], name)
    return till and tonumber(till) > now and redis.call('HGET', KEYS[2], name)
  end
`;

/** Takes or keeps names; gives those that another server has. */
const KEEP = redisScript(`${NOW}
  local lost = {}
  for i = 3, #ARGV do
    local has = owner(ARGV[i])
    if has and has ~= ARGV[1] then
      lost[#lost + 1] = ARGV[i]
    else
      redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[i])
      redis.call('HSET', KEYS[2], ARGV[i], ARGV[1])
    end
  end
  return lost
`);

const RELEASE = redisScript(`
  if redis.call('HGET', KEYS[2], ARGV[2]) == ARGV[1] then
    redis.call('ZREM', KEYS[1], ARGV[2])
    redis.call('HDEL', KEYS[2], ARGV[2])
  end
`);

/** Every name; what nobody kept is swept out. */
const ALL = redisScript(`${NOW}
  local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)
  for _, name in ipairs(gone) do
    redis.call('ZREM', KEYS[1], name)
    redis.call('HDEL', KEYS[2], name)
  end
  return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
`);

const COUNT = redisScript(`${NOW} return redis.call('ZCOUNT', KEYS[1], '(' .. now, '+inf')`);

const OWNER = redisScript(`${NOW} return owner(ARGV[1])`);

/** Names of servers, over one Redis server. */
export class RedisNames implements SharedNames {
  readonly #link: RedisLink;
  readonly #server: string;

  /** Takes names for `server`; uses a link that its owner closes. */
  constructor(link: RedisLink, server: string) {
    this.#link = link;
    this.#server = server;
  }

  /** Takes a name. */
  async claim(user: UserId): Promise<boolean> {
    return (await this.keep([user])).length === 0;
  }

  /** Keeps names for another lifetime. */
  async keep(users: readonly UserId[]): Promise<readonly UserId[]> {
    return idsOf(
      await this.#link.run(KEEP, {
        keys: KEYS,
        arguments: [this.#server, `${LIFETIME_MS}`, ...users],
      }),
    );
  }

  /** Lets go of a name. */
  async release(user: UserId): Promise<void> {
    await this.#link.run(RELEASE, { keys: KEYS, arguments: [this.#server, user] });
  }

  /** Every name. */
  async all(): Promise<readonly UserId[]> {
    return idsOf(await this.#link.run(ALL, { keys: KEYS, arguments: [] }));
  }

  /** How many there are. */
  async count(): Promise<number> {
    return Number(await this.#link.run(COUNT, { keys: KEYS, arguments: [] }));
  }

  /** The server that has a name. */
  async serverOf(user: UserId): Promise<string | undefined> {
    const server = await this.#link.run(OWNER, { keys: KEYS, arguments: [user] });
    return typeof server === "string" ? server : undefined;
  }
}

function idsOf(names: unknown): UserId[] {
  return (names as string[]).map((name) => storedId(name)).filter((id) => id !== undefined);
}

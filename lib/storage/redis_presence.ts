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
import { type RedisLink, redisScript } from "./redis_link.ts";
import type { PresenceRecord, SharedPresence } from "./shared_state.ts";

/** Keeps info of the same address; gives way, where asked to, to what holds for longer. */
const PUT = redisScript(`
  local old = redis.call('GET', KEYS[1])
  local info = ''
  if old then
    if ARGV[4] == '0' and redis.call('PTTL', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
    local ip, published = string.match(old, '^%S+ %S+ (%S+) (.*)$')
    if ip == ARGV[2] then info = published end
  end
  if ARGV[5] ~= '' then info = ARGV[5] end
  redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. info, 'PX', ARGV[3])
  return 1
`);

/** Changes the info, not the lifetime. */
const PUBLISH = redisScript(`
  local old = redis.call('GET', KEYS[1])
  if not old then return 0 end
  local head, ip = string.match(old, '^(%S+ %S+ (%S+)) ')
  if ip ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], head .. ' ' .. ARGV[2], 'KEEPTTL')
  return 1
`);

/** Questions that share one command. */
const MAX_QUESTIONS = 500;

/** Presence as keys of a Redis server. */
export class RedisPresence implements SharedPresence {
  readonly #link: RedisLink;
  readonly #questions = new GroupCommit<
    readonly UserId[],
    readonly (PresenceRecord | undefined)[]
  >((batch) => this.#look(batch), { most: MAX_QUESTIONS });

  /** Uses a link that its owner closes. */
  constructor(link: RedisLink) {
    this.#link = link;
  }

  /** Records what a user said. */
  async put(
    user: UserId,
    { status, address, info }: PresenceRecord,
    lifetimeMs: number,
    isNewest: boolean,
  ): Promise<void> {
    const lifetime = `${Math.max(1, Math.round(lifetimeMs))}`;
    await this.#link.run(PUT, {
      keys: [keyOf(user)],
      arguments: [
        ...[`${status} ${address.port}`, address.ip, lifetime, isNewest ? "1" : "0"],
        encodeInfo(info),
      ],
    });
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
    const call = { keys: [keyOf(user)], arguments: [fromIp, encodeInfo(info)] };
    return await this.#link.run(PUBLISH, call) === 1;
  }

  async #look(
    batch: readonly (readonly UserId[])[],
  ): Promise<readonly (readonly (PresenceRecord | undefined)[])[]> {
    const keys = batch.flatMap((users) => users.map(keyOf));
    const values = await this.#link.use((client) => client.mGet(keys));
    let at = 0;
    return batch.map((users) => values.slice(at, at += users.length).map(parseRecord));
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

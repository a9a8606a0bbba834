/**
 * What users said, on its way to Redis: many share a command, because a command for each costs a
 * server three times as much. One command is under way, and what comes meanwhile shares the next.
 */

import type { RedisLink } from "./redis_link.ts";
import { redisScript } from "./redis_script.ts";

/** What goes with a key, in the order the script takes it. */
export type PutArguments = readonly [
  statusAndPort: string,
  ip: string,
  lifetimeMs: string,
  isNewest: "1" | "0",
  info: string,
];

/**
 * For each key: keeps info of the same address, and takes what comes along where there is none to
 * keep; gives way, where asked to, to what holds for longer.
 */
const PUT = redisScript(`
  for index, key in ipairs(KEYS) do
    local at = (index - 1) * 5
    local ip, lifetime, newest, own = ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
    local old = redis.call('GET', key)
    if not old or newest == '1' or redis.call('PTTL', key) < tonumber(lifetime) then
      local info = ''
      if old then
        local before, published = string.match(old, '^%S+ %S+ (%S+) (.*)$')
        if before == ip then info = published end
      end
      if own ~= '' and (newest == '0' or not old) then info = own end
      redis.call('SET', key, ARGV[at + 1] .. ' ' .. ip .. ' ' .. info, 'PX', lifetime)
    end
  end
`);

/** Users told with one command: Redis does nothing else meanwhile. */
const MAX_AT_ONCE = 200;

interface Waiting {
  readonly key: string;
  readonly arguments: PutArguments;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Presence that is being told. */
export class RedisPuts {
  readonly #link: RedisLink;
  #waiting: Waiting[] = [];
  #isSending = false;

  /** Uses a link that its owner closes. */
  constructor(link: RedisLink) {
    this.#link = link;
  }

  /** Resolves when Redis knows. @throws SharingError */
  put(key: string, args: PutArguments): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, arguments: args, resolve, reject });
      if (!this.#isSending) this.#sendAll();
    });
  }

  /** Sends what waits: whatever is asked of Redis now is answered with it. */
  flush(): void {
    while (this.#waiting.length > 0) this.#sendSome();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0) await this.#sendSome();
    this.#isSending = false;
  }

  async #sendSome(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = batch.splice(MAX_AT_ONCE);
    try {
      await this.#link.run(PUT, {
        keys: batch.map(({ key }) => key),
        arguments: batch.flatMap((waiting) => waiting.arguments),
      });
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

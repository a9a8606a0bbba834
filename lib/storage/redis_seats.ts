/**
 * Where members of rooms talk from, in Redis: a key for each, by their token. Who takes a member over
 * takes the key away, so that of several servers one does.
 */

import { isIpAddress } from "../core/ip_address.ts";
import type { PeerAddress } from "../core/presence.ts";
import type { RedisLink } from "./redis_link.ts";
import { redisScript } from "./redis_script.ts";
import type { MemberSeat, SharedSeats } from "./shared_state.ts";

/** How long a seat is kept that nobody registers again; it is of no use without the store's member. */
const LIFETIME_MS = 86_400_000;

const PUT = redisScript("redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])");

const TAKE = redisScript(`
  local seats = {}
  for index, key in ipairs(KEYS) do
    seats[index] = redis.call('GET', key) or ''
    redis.call('DEL', key)
  end
  return seats
`);

/** Seats taken with one command: Redis does nothing else meanwhile. */
const MAX_AT_ONCE = 500;

/** Seats as keys of a Redis server. */
export class RedisSeats implements SharedSeats {
  readonly #link: RedisLink;

  /** Uses a link that its owner closes. */
  constructor(link: RedisLink) {
    this.#link = link;
  }

  /** Keeps a seat. */
  async put(token: string, { address, via }: MemberSeat): Promise<void> {
    const value = [address, via].map(({ ip, port }) => `${ip} ${port}`).join(" ");
    await this.#link.run(PUT, { keys: [keyOf(token)], arguments: [value, `${LIFETIME_MS}`] });
  }

  /** Takes seats away. */
  async take(tokens: readonly string[]): Promise<readonly (MemberSeat | undefined)[]> {
    const seats: (MemberSeat | undefined)[] = [];
    for (let at = 0; at < tokens.length; at += MAX_AT_ONCE) {
      const keys = tokens.slice(at, at + MAX_AT_ONCE).map(keyOf);
      const values = await this.#link.run(TAKE, { keys, arguments: [] });
      seats.push(...(values as string[]).map(parseSeat));
    }
    return seats;
  }
}

function keyOf(token: string): string {
  return `parley:seat:${token}`;
}

/** Reads a value; whatever we did not write is nothing. */
function parseSeat(value: string): MemberSeat | undefined {
  const [ip, port, viaIp, viaPort] = value.split(" ");
  const [address, via] = [parseAddress(ip, port), parseAddress(viaIp, viaPort)];
  return address && via && { address, via };
}

function parseAddress(ip = "", port = ""): PeerAddress | undefined {
  return isIpAddress(ip) && /^\d{1,5}$/.test(port) ? { ip, port: Number(port) } : undefined;
}

/**
 * The room service without its sockets: a store, a clock, and who came and went.
 */

import { DEFAULT_ROOM_LIMITS, type RoomLimits } from "../../lib/core/limits.ts";
import type { PeerAddress } from "../../lib/core/presence.ts";
import type { Member } from "../../lib/services/room_view.ts";
import type { EnterOutcome, Entrant } from "../../lib/services/room_entrance.ts";
import { Rooms } from "../../lib/services/rooms.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { memberName, roomName } from "../samples/room_samples.ts";
import { FakeClock } from "./fake_clock.ts";

/** Where members of tests are. */
export const HOME = "192.0.2.7";

/** What a test may want to be different. */
export interface RoomPlayOptions {
  readonly limits?: Partial<RoomLimits>;
  /** Shared with another server. */
  readonly store?: Store;
  readonly clock?: FakeClock;
  /** Whether members may be heard at another server, which can be asked. */
  readonly isShared?: boolean;
}

/** Rooms that a test plays with. */
export class RoomPlay {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly rooms: Rooms;
  /** Who is in a room, by room and name. */
  readonly members = new Map<string, Member>();
  /** How many passwords were hashed. */
  hashes = 0;
  /** How many of them were known not to be wanted any more. */
  unwanted = 0;
  /** What hashing waits for. */
  hashing: Promise<void> | undefined;
  /** Whether those who ask still wait for an answer. */
  isWaiting = true;
  /** Who came and went, and why, since this was read last. */
  #seen: string[] = [];

  constructor({ limits, store, clock, isShared = false }: RoomPlayOptions = {}) {
    this.clock = clock ?? new FakeClock();
    this.store = store ?? new MemoryStore();
    this.rooms = new Rooms({
      ...{ store: this.store, isShared },
      limits: { ...DEFAULT_ROOM_LIMITS, ...limits },
      passwords: {
        hash: async (password, { isWanted }) => {
          this.hashes++;
          await this.hashing;
          if (!isWanted!()) this.unwanted++;
          return `hash of ${password}`;
        },
        verify: (password, stored) => Promise.resolve(stored === `hash of ${password}`),
      },
      mintToken: () => `token-${crypto.randomUUID()}`,
      watch: {
        came: (member) => {
          this.members.set(`${member.room.name}/${member.name}`, member);
          this.#seen.push(`${member.name} came`);
        },
        went: (member, why) => {
          this.members.delete(`${member.room.name}/${member.name}`);
          this.#seen.push(`${member.name} went: ${why}`);
        },
      },
    });
  }

  /** Who came and went since this was asked last. */
  takeSeen(): string[] {
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }

  create(room: string, member: string, password?: string, ip = HOME): Promise<EnterOutcome> {
    return this.rooms.create(this.#entrant(room, member, password, ip), this.clock.now);
  }

  join(room: string, member: string, password?: string, ip = HOME): Promise<EnterOutcome> {
    return this.rooms.join(this.#entrant(room, member, password, ip), this.clock.now);
  }

  #entrant(room: string, member: string, password: string | undefined, ip: string): Entrant {
    const isWaiting = (): boolean => this.isWaiting;
    return { room: roomName(room), member: memberName(member), password, ip, isWaiting };
  }

  /** A member who must be there. */
  member(room: string, name: string): Member {
    const member = this.members.get(`${room}/${name}`);
    if (member === undefined) throw new Error(`${name} is not in ${room}`);
    return member;
  }

  /** A datagram of a member's; false when it is dropped. */
  hears(room: string, name: string, from: PeerAddress, isRegister = false): boolean {
    return this.rooms.hear(this.member(room, name), from, isRegister, this.clock.now);
  }

  /** Lets so many seconds pass, one by one. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.clock.advance(1000);
      await this.rooms.tick(this.clock.now);
    }
  }
}

/** The token of somebody who must have got in. */
export async function tokenOf(entering: Promise<EnterOutcome>): Promise<string> {
  const outcome = await entering;
  if (outcome.kind === "refused") throw new Error(`refused: ${outcome.why}`);
  return outcome.token;
}

/** The lab with ann as its host, bob and eve in it, all registered. */
export async function makeLab(play: RoomPlay): Promise<void> {
  await tokenOf(play.create("lab", "ann"));
  for (const name of ["bob", "eve"]) await tokenOf(play.join("lab", name));
  for (const [at, name] of ["ann", "bob", "eve"].entries()) {
    play.hears("lab", name, { ip: HOME, port: 6000 + at }, true);
  }
  play.takeSeen();
}

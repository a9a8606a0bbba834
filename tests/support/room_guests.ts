/**
 * Members of a room, each at a server of their own: everybody hears everybody, and once.
 */

import { assertEquals } from "@std/assert";
import type { ClusterServer } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { RawMember } from "./room_server.ts";

/** A member of a room who keeps what they hear. */
export class Guest implements Disposable {
  readonly name: string;
  readonly member: RawMember;
  readonly heard: string[] = [];

  constructor(name: string, member: RawMember) {
    this.name = name;
    this.member = member;
    this.#listen().catch(() => {}); // gone
  }

  /** Creates or joins the room at one server, and registers at another. */
  static async enter(
    { ports: { rooms: { tcp } } }: ClusterServer,
    { ports: { rooms: { udp } } }: ClusterServer,
    operation: number,
    room: string,
    name: string,
  ): Promise<Guest> {
    return new Guest(name, await RawMember.enter({ tcp, udp }, operation, room, name));
  }

  async #listen(): Promise<void> {
    for (;;) this.heard.push(await this.member.hears());
  }

  [Symbol.dispose](): void {
    this.member[Symbol.dispose]();
  }
}

/** Resolves when everybody hears everybody: a server takes a moment to listen to a room. */
export async function meet(...guests: readonly Guest[]): Promise<void> {
  for (const { heard } of guests) heard.length = 0;
  await eventually("everybody hears everybody", async () => {
    for (const { member } of guests) await member.says("?");
    // What was said before may still be on its way.
    return guests.every((guest) =>
      others(guest, guests).every(({ name }) => guest.heard.includes(`${name}: ?`))
    );
  });
}

/** How long words may be on their way before others are said. */
const PATIENCE_MS = 10_000;

/**
 * Everybody says something, and everybody else hears it once. Servers that lose sight of Redis, which a
 * busy machine is enough for, lose what is said meanwhile: then everybody says something else.
 */
export async function talk(...guests: readonly Guest[]): Promise<void> {
  for (let turn = 1;; turn++) {
    const words = crypto.randomUUID();
    for (const { name, member } of guests) await member.says(`${name} ${words}`);
    const isHeard = (): boolean =>
      guests.every((guest) => heardOf(guest, words).length >= guests.length - 1);
    const givenUp = performance.now() + PATIENCE_MS;
    await eventually("what was said", () => isHeard() || performance.now() > givenUp);
    if (!isHeard() && turn < 5) continue;
    for (const guest of guests) {
      const wanted = others(guest, guests).map(({ name }) => `${name}: ${name} ${words}`).sort();
      assertEquals(heardOf(guest, words), wanted);
    }
    return;
  }
}

function others(guest: Guest, guests: readonly Guest[]): readonly Guest[] {
  return guests.filter((other) => other !== guest);
}

function heardOf({ heard }: Guest, words: string): string[] {
  return heard.filter((text) => text.endsWith(words)).sort();
}

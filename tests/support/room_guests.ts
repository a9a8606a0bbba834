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
    return guests.every(({ heard }) => new Set(heard).size === guests.length - 1);
  });
}

/** Everybody says something, and everybody else hears it once. */
export async function talk(...guests: readonly Guest[]): Promise<void> {
  const words = crypto.randomUUID();
  for (const { name, member } of guests) await member.says(`${name} ${words}`);
  for (const guest of guests) {
    const others = guests.filter((other) => other !== guest);
    const wanted = others.map(({ name }) => `${name}: ${name} ${words}`).sort();
    const got = (): string[] => guest.heard.filter((text) => text.endsWith(words)).sort();
    await eventually("what was said", () => got().length >= wanted.length);
    assertEquals(got(), wanted);
  }
}

/**
 * Room servers that share their store, and a balancer in front of them, all inside the test.
 */

import { assertEquals } from "@std/assert";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { eventually } from "./eventually.ts";
import type { RawUdp } from "./raw_udp.ts";
import { RawMember, RoomServer } from "./room_server.ts";
import { TestBalancer, type TestOptions, type TestWorld } from "./test_balancer.ts";

/** A store of several servers: it is closed with the last of them, as far as they know. */
function shared(store: MemoryStore): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === "close") return () => Promise.resolve();
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const TRUSTED = ["127.0.0.1"];
/** A backend that is gone is missed at once; one that is only late, where much else goes on, is not. */
export const FAST = { checkInterval: 0.05, fall: 1, rise: 1 };

/** So many room servers and a balancer in front of them; gone at the end of the test. */
export class RoomSite implements AsyncDisposable {
  /** What the servers share. */
  readonly store = new MemoryStore();
  readonly servers: RoomServer[] = [];
  balancer!: TestBalancer;

  /** Starts it. @param options what the balancer shall do otherwise */
  static async start(
    options: TestOptions = {},
    servers = 2,
    world: TestWorld = {},
  ): Promise<RoomSite> {
    const site = new RoomSite();
    for (let number = 0; number < servers; number++) site.servers.push(await site.#server());
    site.balance(options, world);
    return site;
  }

  /** Starts a server again, on the same ports. */
  async restart(index: number): Promise<void> {
    const { tcp, udp } = this.servers[index]!;
    this.servers[index] = await this.#server({ tcp, udp });
  }

  async #server(ports?: { tcp: number; udp: number }): Promise<RoomServer> {
    const options = ports === undefined ? {} : { ports };
    return await RoomServer.start({ store: shared(this.store), trustProxy: TRUSTED, ...options });
  }

  /** Starts the balancer. */
  balance(options: TestOptions = {}, world: TestWorld = {}): void {
    this.balancer = new TestBalancer({
      ...FAST,
      strategy: "hash-room",
      udpListen: 0,
      udpSendProxy: true,
      sendProxy: true,
      backends: this.servers.map(({ tcp }) => `127.0.0.1:${tcp}`),
      udpBackends: this.servers.map(({ udp }) => `127.0.0.1:${udp}`),
      ...options,
    }, world);
  }

  /** Creates (1) or joins (2) a room and registers, through the balancer. */
  async enter(operation: number, room: string, name: string): Promise<RawMember> {
    const { port, udp } = this.balancer;
    return await RawMember.enter({ tcp: port, udp }, operation, room, name);
  }

  /** Two members of a room who have heard each other. */
  async pair(room: string): Promise<{ host: RawMember; guest: RawMember }> {
    const host = await this.enter(1, room, "ann");
    const guest = await this.enter(2, room, "bob");
    await introduce(guest, host, "bob");
    await introduce(host, guest, "ann");
    return { host, guest };
  }

  /** Which server has a room, by who relays for it. */
  homeOf(room: string): number {
    return this.balancer.service.pool.home(room)!.index;
  }

  /** Names of so many rooms that a server has: which they are depends on its port. */
  roomsAt(index: number, count: number): string[] {
    const rooms: string[] = [];
    for (let number = 0; rooms.length < count; number++) {
      if (this.homeOf(`room${number}`) === index) rooms.push(`room${number}`);
    }
    return rooms;
  }

  /** Resolves when a backend is up, or is not. */
  async health(index: number, isUp: boolean): Promise<void> {
    const { health } = this.balancer.service.pool.backends[index]!;
    await eventually(`backend ${index} is ${isUp ? "up" : "down"}`, () => health.isUp === isUp);
  }

  /** How many datagrams the balancer dropped for a reason. */
  dropped(reason: string): number {
    return this.balancer.service.datagrams!.dropped[reason] ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.balancer.stop(0);
    for (const server of this.servers) await server.stop();
  }
}

/** Says something again and again until somebody hears it: where they are may just be being told. */
export async function saysUntilHeard(
  speaker: RawMember,
  ...listeners: RawMember[]
): Promise<string[]> {
  const timer = setInterval(() => speaker.says("back"), 20);
  try {
    await speaker.says("back");
    return await Promise.all(listeners.map((listener) => listener.hears()));
  } finally {
    clearInterval(timer);
  }
}

/**
 * Has somebody heard for the first time: whoever registered may not have been told of yet, because
 * each has a socket of their own at the server. Nothing of it is under way any more in the end.
 */
async function introduce(speaker: RawMember, listener: RawMember, name: string): Promise<void> {
  assertEquals(await saysUntilHeard(speaker, listener), [`${name}: back`]);
  await speaker.says("here");
  let heard: string;
  do heard = await listener.hears(); while (heard === `${name}: back`);
  assertEquals(heard, `${name}: here`);
}

/** Closes the sockets of members. */
export function leave(...members: readonly RawUdp[]): void {
  for (const member of members) member[Symbol.dispose]();
}

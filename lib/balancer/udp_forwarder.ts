/**
 * The UDP side of a balanced service: its port, and what becomes of datagrams. Presence is passed on
 * by `udp_presence.ts`; a service that is routed by room carries rooms, by `udp_rooms.ts`.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { isSameAddress } from "../core/endpoint.ts";
import { parseAddressSet } from "../core/ip_address.ts";
import type { Histogram } from "../core/histogram.ts";
import { MAX_ROOM_DATAGRAM_BYTES } from "../core/limits.ts";
import type { Clock, Trace } from "../core/ports.ts";
import { AnswerBudget } from "../net/answer_budget.ts";
import { ownAddresses } from "../net/interfaces.ts";
import { openSocket } from "../net/traced_socket.ts";
import type { DatagramAddress, DatagramSocket } from "../net/udp.ts";
import { readDatagramPrefix } from "../wire/datagram_prefix.ts";
import type { Backend } from "./backend.ts";
import type { Pool } from "./pool.ts";
import type { DatagramReport } from "./report.ts";
import type { Story } from "./story.ts";
import { datagramTracing } from "./taps.ts";
import { BackendAddresses } from "./udp_addresses.ts";
import { type DropReason, Drops } from "./udp_drops.ts";
import { Places } from "./udp_places.ts";
import { PresenceForwarding } from "./udp_presence.ts";
import { RoomForwarding } from "./udp_rooms.ts";
import type { Forwarding, ServedClient } from "./udp_world.ts";

/** How often it is looked at what is over, and which backends are up. */
const SWEEP_MS = 1000;

/** What a forwarder needs from its service. */
export interface ForwarderWorld {
  readonly options: () => ServiceOptions;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly story: Story;
  /** What listens to its sockets, where something does. */
  readonly trace?: Trace | undefined;
  /** Is told how long GETs took. */
  readonly times: Histogram;
  /** Whether an address is served at all. */
  readonly isAllowed: (ip: string) => boolean;
}

/** Passes datagrams on, from its start to its stop. */
export class UdpForwarder {
  readonly drops: Drops;
  readonly places: Places;
  readonly #world: ForwarderWorld;
  readonly #socket: DatagramSocket;
  readonly #addresses: BackendAddresses;
  readonly #budget: AnswerBudget;
  readonly #forwarding: Forwarding;
  readonly #receiving: Promise<void>;
  readonly #sweeping: ReturnType<typeof setInterval>;
  #refreshing: Promise<void>;
  #received = 0;
  #sent = 0;

  /**
   * Listens, if the service has a port for datagrams.
   *
   * @throws OperationalError when the port cannot be had
   */
  static open(world: ForwarderWorld): UdpForwarder | undefined {
    const { udpListen } = world.options();
    return udpListen === undefined ? undefined : new UdpForwarder(udpListen, world);
  }

  private constructor(port: number, world: ForwarderWorld) {
    const { options, pool, clock, story } = world;
    this.#world = world;
    this.drops = new Drops(clock, (message, fields) => story.dropped(message, fields));
    this.places = new Places(() => options().maxUdpClients);
    this.#addresses = new BackendAddresses(() => options().udpBackends);
    const service = options().strategy === "hash-room" ? "rooms" : "buddy";
    const tracing = datagramTracing(world.trace, service, (address) => this.#nameOf(address));
    this.#socket = openSocket({ hostname: options().host, port }, tracing?.clients);
    this.#budget = new AnswerBudget(parseAddressSet([]), clock());
    const shared = {
      ...{ options, pool, addresses: this.#addresses, places: this.places, budget: this.#budget },
      ...{ drops: this.drops, clock, own: ownAddresses, port: this.#socket.port },
      tracing: tracing?.backends,
      note: (message: string) => story.note(message),
      times: world.times,
      reply: (bytes: Uint8Array, to: { ip: string; port: number }) => {
        this.#sent++;
        this.#socket.send(bytes, to);
      },
    };
    this.#forwarding = options().strategy === "hash-room"
      ? new RoomForwarding(shared)
      : new PresenceForwarding(shared);
    this.#refreshing = this.#addresses.refresh(clock());
    this.#sweeping = setInterval(() => this.sweep(), SWEEP_MS);
    this.#receiving = this.#socket.receive((bytes, client) => {
      this.#received++;
      const reason = this.#reasonToDrop(bytes, client);
      if (reason === undefined) this.#forwarding.take(bytes, client);
      else this.drops.count(reason);
    }, MAX_ROOM_DATAGRAM_BYTES);
  }

  /** Which backend takes datagrams at an address. */
  #nameOf(address: DatagramAddress): string | undefined {
    return this.#world.pool.backends
      .find((backend) => isSameAddress(this.#addresses.of(backend), address))?.name;
  }

  #reasonToDrop(bytes: Uint8Array, client: DatagramAddress): DropReason | undefined {
    if (!this.#world.isAllowed(client.ip)) return "notAllowed";
    // Answering it could go on without end: an answer about a user "get" reads like a request.
    if (this.#addresses.has(client)) return "unanswerable";
    // Servers that trust us would take a client's word for whose datagram it is.
    return readDatagramPrefix(bytes) === undefined ? undefined : "malformed";
  }

  /** The port it really has. */
  get port(): number {
    return this.#socket.port;
  }

  /** How it does. */
  get report(): DatagramReport {
    const { port, places, drops } = this;
    return {
      ...{ port, clients: places.taken, received: this.#received, sent: this.#sent },
      dropped: drops.counts,
    };
  }

  /** Says that a backend serves a client over TCP: its address is its own, and it is there. */
  served(client: ServedClient, backend: Backend): void {
    this.#budget.prove(client.ip, this.#world.clock());
    this.#forwarding.served(client, backend);
  }

  /** Says that a backend serves again that had failed, without having been down. */
  recovered(backend: Backend): void {
    this.#forwarding.recovered(backend);
  }

  /** Looks at what is over, and which backends are up: now, and every second by itself. */
  sweep(): void {
    this.#forwarding.sweep();
    this.drops.tell();
    this.#refreshing = this.#addresses.refresh(this.#world.clock());
  }

  /** The options are others. */
  reconfigured(): void {
    this.#addresses.expire();
    this.sweep();
  }

  /** Takes nothing new, and lets go of every socket. */
  async stop(): Promise<void> {
    clearInterval(this.#sweeping);
    this.#socket.close();
    await Promise.all([this.#receiving, this.#forwarding.stop(), this.#refreshing]);
    this.drops.tell(true);
  }
}

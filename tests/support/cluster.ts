/**
 * Servers over one database and one Redis, all of a test's own.
 */

import { freePort } from "./free_port.ts";
import { NO_POSTGRES, PrivatePostgres } from "./postgres.ts";
import { NO_REDIS, PrivateRedis } from "./redis.ts";
import { type ReadyPorts, ServerProcess } from "./server_process.ts";

/** Why clusters cannot run here; `undefined` when they can. */
export const NO_CLUSTER: string | undefined = NO_POSTGRES ?? NO_REDIS;

/** Ports of a server of a cluster, which runs every service. */
export interface ClusterPorts extends ReadyPorts {
  readonly rooms: { readonly tcp: number; readonly udp: number };
  readonly chat: { readonly tcp: number };
}

/** A server of a cluster. */
export type ClusterServer = ServerProcess & { readonly ports: ClusterPorts };

/** Ended with everything at the end of the test. */
export class Cluster implements AsyncDisposable {
  readonly postgres: PrivatePostgres;
  readonly redis: PrivateRedis;
  readonly #servers: ServerProcess[] = [];

  private constructor(postgres: PrivatePostgres, redis: PrivateRedis) {
    this.postgres = postgres;
    this.redis = redis;
  }

  /** Starts the database and Redis. */
  static async start(): Promise<Cluster> {
    const [postgres, redis] = await Promise.all([PrivatePostgres.start(), PrivateRedis.start()]);
    return new Cluster(postgres, redis);
  }

  /** Starts servers on free ports. */
  async servers(count: number, ...more: readonly string[]): Promise<ClusterServer[]> {
    return await Promise.all(Array.from({ length: count }, () => this.server(...more)));
  }

  /** Starts a server on free ports, or on those told. */
  async server(...more: readonly string[]): Promise<ClusterServer> {
    const names = ["tcp-port", "udp-port", "rooms-tcp-port", "rooms-udp-port", "chat-port"];
    const server = ServerProcess.spawn([
      ...names.map((name) => `--${name}=${freePort()}`),
      ...[`--store=${this.postgres.url}`, `--presence=${this.redis.url}`],
      // A busy machine may take longer to connect than a start waits.
      "--wait-for-backends",
      ...more,
    ]);
    this.#servers.push(server);
    return Object.assign(server, { ports: await server.ready() as ClusterPorts });
  }

  /** Starts a server again that has ended, on the same ports. */
  async again({ ports: { buddy, rooms, chat } }: ClusterServer): Promise<ClusterServer> {
    return await this.server(
      ...[`--tcp-port=${buddy.tcp}`, `--udp-port=${buddy.udp}`, `--chat-port=${chat.tcp}`],
      ...[`--rooms-tcp-port=${rooms.tcp}`, `--rooms-udp-port=${rooms.udp}`],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
    await this.postgres[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
  }
}

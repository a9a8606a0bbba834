/**
 * Several real servers on one data directory and a real balancer in front of them: one system.
 */

import { BalancerProcess } from "./balancer_process.ts";
import { eventually } from "./eventually.ts";
import { ask } from "./raw_tcp.ts";
import { ServerProcess } from "./server_process.ts";
import { TempDir } from "./temp_dir.ts";

/** Where services are: those of a server, or of the site. */
export interface Ports {
  readonly buddy: { readonly tcp: number; readonly udp: number };
  readonly rooms: { readonly tcp: number; readonly udp: number };
  readonly chat: { readonly tcp: number };
}

const ANY: Ports = { buddy: { tcp: 0, udp: 0 }, rooms: { tcp: 0, udp: 0 }, chat: { tcp: 0 } };
const HOST = "127.0.0.1";

/** Seconds servers believe what they heard of somebody: longer than any test takes. */
const PRESENCE_TTL = 600;

/**
 * Soon enough for a test: a backend that is gone is missed after a quarter of a second, because it
 * refuses connections; one that is only late on a busy machine is not.
 */
const CHECKS = { checkInterval: 0.25, checkTimeout: 20, fall: 2, rise: 1, udpAnswerTimeout: 0.25 };

/** A site; gone at the end of the test. */
export class Site implements AsyncDisposable {
  readonly #directory: TempDir;
  readonly #servers: (ServerProcess & { readonly known: Ports })[] = [];
  readonly #presenceTtl: number;
  #balancer: BalancerProcess | undefined;
  ports!: Ports;

  private constructor(directory: TempDir, presenceTtl: number) {
    this.#directory = directory;
    this.#presenceTtl = presenceTtl;
  }

  /**
   * Starts three servers, and the balancer.
   *
   * @param presenceTtl seconds servers believe what they heard of somebody
   */
  static async start(presenceTtl: number = PRESENCE_TTL): Promise<Site> {
    const site = new Site(await TempDir.make(), presenceTtl);
    try {
      for (let number = 0; number < 3; number++) {
        site.#servers.push(await site.#startServer(ANY));
      }
      await site.startBalancer();
    } catch (error) {
      await site[Symbol.asyncDispose]();
      throw error;
    }
    return site;
  }

  /** The data directory all servers share. */
  get data(): string {
    return `${this.#directory.path}/data`;
  }

  /** The story of the balancer so far. */
  get story(): string[] {
    return this.#balancer!.story;
  }

  /**
   * How many connections of a service each server was given, once the balancer has told of so many:
   * a client has its answer before that.
   */
  async given(service: keyof Ports, connections: number): Promise<number[]> {
    const isTold = (): boolean =>
      this.#given(service).reduce((sum, count) => sum + count) >= connections;
    await eventually(`${connections} connections for ${service}`, isTold);
    return this.#given(service);
  }

  #given(service: keyof Ports): number[] {
    const counts = this.#servers.map(() => 0);
    for (const line of this.story) {
      const index = new RegExp(`^\\[LB\\] ${service}: New client -> backend #(\\d+)`).exec(line)
        ?.[1];
      if (index !== undefined) counts[Number(index)]!++;
    }
    return counts;
  }

  /** Resolves when the balancer has told this. */
  async tells(text: string): Promise<void> {
    await this.#balancer!.stderrShows(text);
  }

  /** Kills a server. */
  async kill(index: number): Promise<void> {
    await this.#servers[index]!.endBy("SIGKILL");
  }

  /** Starts a server that was killed again, on the same ports. */
  async restart(index: number): Promise<void> {
    this.#servers[index] = await this.#startServer(this.#servers[index]!.known);
  }

  /** Ends the balancer at once. */
  async killBalancer(): Promise<void> {
    await this.#balancer!.endBy("SIGKILL");
  }

  /** Starts the balancer, on the ports it had before if there was one. */
  async startBalancer(): Promise<void> {
    const path = `${this.#directory.path}/balancer.json`;
    await Deno.writeTextFile(path, this.#config());
    this.#balancer = BalancerProcess.spawn(
      [`--config=${path}`, "--admin-port=0"],
      this.#directory.path,
    );
    this.ports = (await this.#balancer.ready()).services as unknown as Ports;
  }

  /** Every user and buddy list as a server started on the directory reads them: what is stored. */
  async stored(users: readonly string[]): Promise<Record<string, string>> {
    const server = await this.#startServer(ANY);
    try {
      const lists: Record<string, string> = {};
      for (const user of users) lists[user] = await askFor(server.known.buddy.tcp, user);
      return lists;
    } finally {
      await server.endBy("SIGTERM");
    }
  }

  async #startServer(ports: Ports): Promise<ServerProcess & { readonly known: Ports }> {
    const { buddy, rooms, chat } = ports;
    const server = ServerProcess.spawn([
      ...[`--host=${HOST}`, `--data=${this.data}`, "--services=buddy,rooms,chat"],
      ...[`--tcp-port=${buddy.tcp}`, `--udp-port=${buddy.udp}`, `--chat-port=${chat.tcp}`],
      ...[`--rooms-tcp-port=${rooms.tcp}`, `--rooms-udp-port=${rooms.udp}`],
      ...[`--trust-proxy=${HOST}`, `--presence-ttl=${this.#presenceTtl}`],
    ], { directory: this.#directory.path });
    return Object.assign(server, { known: await server.ready() as unknown as Ports });
  }

  #config(): string {
    const at = (port: (ports: Ports) => number): string[] =>
      this.#servers.map(({ known }) => `${HOST}:${port(known)}`);
    const { buddy, rooms, chat } = this.ports ?? ANY;
    const common = { host: HOST, sendProxyV2: true, ...CHECKS };
    return JSON.stringify({
      services: {
        buddy: {
          ...{ ...common, listen: buddy.tcp, udpListen: buddy.udp, udpSendProxy: true },
          ...{ backends: at(({ buddy }) => buddy.tcp), udpBackends: at(({ buddy }) => buddy.udp) },
        },
        rooms: {
          ...{ ...common, listen: rooms.tcp, udpListen: rooms.udp, udpSendProxy: true },
          ...{ backends: at(({ rooms }) => rooms.tcp), udpBackends: at(({ rooms }) => rooms.udp) },
          strategy: "hash-room",
        },
        chat: {
          ...{ ...common, listen: chat.tcp, strategy: "first" },
          backends: at(({ chat }) => chat.tcp),
        },
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#balancer?.[Symbol.asyncDispose]();
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}

/** A user's whole list over TCP, without the presence in it. */
async function askFor(port: number, user: string): Promise<string> {
  const [head = "", ...lines] = (await ask(port, `GET ${user}\n`)).split("\n");
  return [head.trim(), ...lines.map((line) => line.split(" ")[0])].join(" ").trim();
}

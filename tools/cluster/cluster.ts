/**
 * A cluster from its start to its end: servers that end are started again, a signal ends all.
 */

import { reasonOf } from "../../lib/core/errors.ts";
import { complain, print } from "../print.ts";
import { Member } from "./member.ts";
import type { ClusterOptions } from "./options.ts";
import {
  announcement,
  balancerConfig,
  type BalancerPorts,
  type SiteServer,
  type SiteSettings,
  startServer,
} from "./site.ts";

/** Time until a server that has ended is started again. */
const AGAIN_MS = 1000;

/** Three servers and a balancer, or as many as were asked for. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #members = new Set<Member>();
  readonly #stop = Promise.withResolvers<void>();
  #isStopping = false;
  #exitCode = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** Runs until a signal; gives the exit code. */
  async run(): Promise<number> {
    const signals: Deno.Signal[] = Deno.build.os === "windows"
      ? ["SIGINT"]
      : ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) Deno.addSignalListener(signal, () => this.#end(0));
    const scratch = await Deno.makeTempDir({ prefix: "parley-cluster-" });
    try {
      await this.#start(scratch);
      await this.#stop.promise;
    } catch (error) {
      this.#end(1);
      complain(`cluster: ${reasonOf(error)}`);
    } finally {
      await Promise.all([...this.#members].map((member) => member.end()));
      await Deno.remove(scratch, { recursive: true });
    }
    print("Everything has stopped.\n");
    return this.#exitCode;
  }

  #end(exitCode: number): void {
    this.#isStopping = true;
    this.#exitCode ||= exitCode;
    this.#stop.resolve();
  }

  async #start(scratch: string): Promise<void> {
    const { host, freePorts: isFree } = this.#options;
    const data = this.#options.data ?? `${scratch}/data`;
    const { store, presence } = this.#options;
    const shared = `${scratch}/servers.json`;
    await Deno.writeTextFile(shared, JSON.stringify({ store, presence }), { mode: 0o600 });
    const settings: SiteSettings = { data, config: shared, say: complain };
    const servers: SiteServer[] = [];
    // One after the other: the first makes the data directory, and a stop may come at any time.
    for (let number = 1; number <= this.#options.servers && !this.#isStopping; number++) {
      servers.push(await this.#startServer(number, undefined, settings));
    }
    if (this.#isStopping) return;
    const config = `${scratch}/balancer.json`;
    await Deno.writeTextFile(config, balancerConfig(servers, { host, isFree }));
    const balancer = await Member.start(
      "balancer",
      "load_balancer",
      [`--config=${config}`],
      complain,
    );
    this.#members.add(balancer);
    const ports = await balancer.ready() as BalancerPorts;
    balancer.ended.then(() => {
      if (this.#isStopping) return;
      complain("cluster: the balancer has ended, so everything ends");
      this.#end(1);
    });
    if (!this.#isStopping) print(announcement(servers, balancer, ports, { host, data, config }));
  }

  async #startServer(
    number: number,
    ports: SiteServer["ports"] | undefined,
    settings: SiteSettings,
  ): Promise<SiteServer> {
    const server = await startServer(
      number,
      ports,
      settings,
      (member) => this.#members.add(member),
    );
    const { member } = server;
    member.ended.then(async ({ code, signal }) => {
      this.#members.delete(member);
      if (this.#isStopping) return;
      complain(`cluster: server ${number} has ended (${signal ?? `exit code ${code}`})`);
      await this.#again(server, settings);
    });
    return server;
  }

  async #again({ number, ports }: SiteServer, settings: SiteSettings): Promise<void> {
    await new Promise((resume) => setTimeout(resume, AGAIN_MS));
    if (this.#isStopping) return;
    try {
      const { member } = await this.#startServer(number, ports, settings);
      complain(`cluster: server ${number} runs again, pid ${member.pid}`);
    } catch (error) {
      complain(`cluster: server ${number} cannot be started again: ${reasonOf(error)}`);
    }
  }
}

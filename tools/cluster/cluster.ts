/**
 * A cluster from its start to its end: servers that end are started again, a signal ends all.
 */

import { reasonOf } from "../../lib/core/errors.ts";
import { within } from "../../lib/core/within.ts";
import { complain, print } from "../print.ts";
import { Member, MemberError } from "./member.ts";
import type { ClusterOptions } from "./options.ts";
import {
  announcement,
  balancerConfig,
  type BalancerPorts,
  type SiteServer,
  type SiteSettings,
  startServer,
} from "./site.ts";

/**
 * Time until a server that has ended is started again, longer with every try. The balancer finds out
 * within some 1.1 s: so it is seen what becomes of a site when a server is gone.
 */
const AGAIN_MS = { first: 2000, most: 30_000 } as const;

/** Three servers and a balancer, or as many as were asked for. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #members = new Set<Member>();
  readonly #restarts = new Set<Promise<void>>();
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
      if (!this.#isStopping) this.#say(`cluster: ${reasonOf(error)}`);
      this.#end(1);
    } finally {
      await this.#endMembers();
      // One that was being started in this moment is ended there.
      await Promise.all(this.#restarts);
      await this.#endMembers();
      await Deno.remove(scratch, { recursive: true });
    }
    this.#write(print, "Everything has stopped.\n");
    return this.#exitCode;
  }

  /** Ends it; the first reason counts. */
  #end(exitCode: number): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#exitCode = exitCode;
    this.#stop.resolve();
  }

  async #endMembers(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.end()));
  }

  /** Writes for people. Where nobody reads it any more, as in a terminal that was closed, it ends. */
  #write(write: (text: string) => void, text: string): void {
    try {
      write(text);
    } catch {
      this.#end(1);
    }
  }

  readonly #say = (line: string): void => this.#write(complain, line);

  async #start(scratch: string): Promise<void> {
    const { host, freePorts: isFree } = this.#options;
    const data = this.#options.data ?? `${scratch}/data`;
    const { store, presence } = this.#options;
    const shared = `${scratch}/servers.json`;
    await Deno.writeTextFile(shared, JSON.stringify({ store, presence }), { mode: 0o600 });
    const settings: SiteSettings = { data, config: shared, say: this.#say };
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
      this.#say,
    );
    this.#members.add(balancer);
    const ports = await balancer.ready().catch((error) => {
      const advice = isFree ? "" : " (--free-ports takes other ports)";
      throw new MemberError(reasonOf(error) + advice);
    }) as BalancerPorts;
    balancer.ended.then(() => {
      if (this.#isStopping) return;
      this.#say("cluster: the balancer has ended, so everything ends");
      this.#end(1);
    });
    if (this.#isStopping) return;
    this.#write(print, announcement(servers, balancer, ports, { host, data, config }));
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
      (member) => {
        this.#members.add(member);
        member.ended.then(() => this.#members.delete(member));
        if (this.#isStopping) member.end();
      },
    );
    server.member.ended.then(({ code, signal }) => {
      if (this.#isStopping) return;
      this.#say(`cluster: server ${number} has ended (${signal ?? `exit code ${code}`})`);
      const again = this.#again(server, settings).finally(() => this.#restarts.delete(again));
      this.#restarts.add(again);
    });
    return server;
  }

  /** Starts a server again. Another program may have its ports for a moment. */
  async #again({ number, ports }: SiteServer, settings: SiteSettings): Promise<void> {
    for (let pauseMs: number = AGAIN_MS.first;; pauseMs = Math.min(2 * pauseMs, AGAIN_MS.most)) {
      await within(pauseMs, this.#stop.promise, () => {});
      if (this.#isStopping) return;
      try {
        const { member } = await this.#startServer(number, ports, settings);
        this.#say(`cluster: server ${number} runs again, pid ${member.pid}`);
        return;
      } catch (error) {
        if (this.#isStopping) return;
        const next = Math.min(2 * pauseMs, AGAIN_MS.most) / 1000;
        this.#say(`cluster: ${reasonOf(error)}; the next try is in ${next} s`);
      }
    }
  }
}

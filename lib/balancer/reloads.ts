/**
 * Reading the configuration again, on SIGHUP and when its file has changed. A bad one is told of, and
 * the old one stays; what only a restart can change is told of, too.
 */

import { type BalancerOptions, servicesOf } from "../config/balancer_options.ts";
import { BALANCER_PROGRAM } from "../config/balancer_program.ts";
import { parseCommandLine } from "../config/command_line.ts";
import { reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { Balancer } from "./balancer.ts";
import { ConfigWatch } from "./config_watch.ts";

/** Options of the program as a whole that it was started with for good. */
const FIXED = [
  ...["workers", "adminPort", "status", "statusHost", "trace"] as const,
  ...["log", "logLevel", "logFile", "logSize", "logKeep", "logRate"] as const,
] as const;

/** What reloading needs. */
export interface ReloadsWorld {
  readonly balancer: Balancer;
  /** As it was started. */
  readonly options: BalancerOptions;
  /** The command line: it is read again, too. */
  readonly words: readonly string[];
  readonly log: Log;
  readonly readFile: (path: string) => Promise<string>;
}

/** Reloads until it is stopped. */
export class Reloads {
  readonly #world: ReloadsWorld;
  readonly #watch: ConfigWatch | undefined;
  #options: BalancerOptions;
  #reading = Promise.resolve();
  #isStopped = false;

  /** Begins to listen for the signal, and to watch the file there is. */
  constructor(world: ReloadsWorld) {
    this.#world = world;
    this.#options = world.options;
    const { config } = world.options;
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", this.#reload);
    this.#watch = config === undefined ? undefined : new ConfigWatch(config, this.#reload);
  }

  /** What is gone by at the moment. */
  get options(): BalancerOptions {
    return this.#options;
  }

  /** Reloads no more. The signal is still listened for: it would end the program otherwise. */
  stop(): void {
    this.#isStopped = true;
    this.#watch?.stop();
  }

  readonly #reload = (): void => {
    if (this.#isStopped) return;
    this.#reading = this.#reading.then(() => this.#read());
  };

  async #read(): Promise<void> {
    const { balancer, options: { config }, words, log, readFile } = this.#world;
    try {
      const line = await parseCommandLine(BALANCER_PROGRAM, words, readFile);
      balancer.reconfigure(servicesOf(line));
      balancer.beQuiet(line.options.quiet);
      this.#options = line.options;
      log.info("The configuration was read again", { config });
      this.#tellFixed(line.options);
    } catch (error) {
      const reason = reasonOf(error);
      log.error(`The configuration stays as it was: ${reason}`, { config, reason });
    }
    try {
      await balancer.reloadTls();
    } catch (error) {
      const reason = reasonOf(error);
      log.error(`The certificate was not taken, the one before stays: ${reason}`, { reason });
    }
  }

  #tellFixed(wanted: BalancerOptions): void {
    const { options: started, log } = this.#world;
    for (const name of FIXED.filter((name) => wanted[name] !== started[name])) {
      const message = `"${name}" stays ${started[name]} until a restart, not ${wanted[name]}`;
      log.warn(message, { option: name, wanted: wanted[name], now: started[name] });
    }
  }
}

/**
 * The real `load_balancer.ts` as a process of its own, and the command that steers it.
 */

import { type Ended, ProgramProcess } from "./process.ts";
import { OWN_CODE } from "./server_process.ts";

/** The object of the `ready` line. */
export interface BalancerReady {
  readonly services: Readonly<
    Record<string, { readonly tcp: number; readonly udp: number | null }>
  >;
  readonly admin: number | null;
  readonly status: number | null;
}

const NET = "--allow-net";

/** A balancer process; killed at the end of the test if it is still there. */
export class BalancerProcess extends ProgramProcess {
  /** Starts `load_balancer.ts` with these arguments, and does not wait for anything. */
  static spawn(args: readonly string[], directory?: string): BalancerProcess {
    // A thread is a script of ours that is read when it is started.
    const own = args.some((word) => word.startsWith("--workers")) ? [OWN_CODE] : [];
    const read = [...own, ...directory === undefined ? [] : [directory]];
    const files = [
      ...read.length === 0 ? [] : [`--allow-read=${read}`],
      ...directory === undefined ? [] : [`--allow-write=${directory}`],
    ];
    return new BalancerProcess({
      script: "load_balancer.ts",
      permissions: [NET, "--allow-sys=networkInterfaces", ...files],
      args,
    });
  }

  /** Starts one on free ports in front of these backends, and waits until it is ready. */
  static async start(
    backends: readonly string[],
    args: readonly string[] = [],
  ): Promise<BalancerProcess & { readonly port: number; readonly admin: number }> {
    const words = ["--listen=0", "--host=127.0.0.1", "--admin-port=0"];
    const balancer = BalancerProcess.spawn(
      [...words, ...backends.map((backend) => `--backend=${backend}`), ...args],
    );
    const { services, admin } = await balancer.ready();
    return Object.assign(balancer, { port: services.buddy!.tcp, admin: admin! });
  }

  /** Resolves with what it has bound; rejects when the process ends first. */
  async ready(): Promise<BalancerReady> {
    return await this.readyLine() as BalancerReady;
  }

  /** The lines of its story so far. */
  get story(): string[] {
    return this.stderr.split("\n").slice(0, -1);
  }
}

/** Runs `load_balancer.ts ctl` to its end. */
export async function ctl(admin: number, ...words: readonly string[]): Promise<Ended> {
  await using process = new ProgramProcess({
    script: "load_balancer.ts",
    permissions: [NET],
    args: ["ctl", ...words, `--admin-port=${admin}`],
  });
  return await process.ended();
}

/**
 * The real `server.ts` as a process of its own: what it prints, how it ends.
 */

import { ProgramProcess, ROOT } from "./process.ts";

/** The code of the thread that compacts, read when it starts; executables have it in them. */
export const OWN_CODE: string = new URL("lib", `file://${ROOT}/`).pathname;

/** The object of the `ready` line. */
export interface ReadyPorts {
  readonly buddy: { readonly tcp: number; readonly udp: number };
  readonly [service: string]: unknown;
}

/** What a test may want to be different. */
export interface SpawnOptions {
  /** The directory it may read and write; without one it may touch no file. */
  readonly directory?: string;
  /** How many descriptors it may have open (`ulimit -n`). */
  readonly descriptors?: number;
  /** A program that becomes it, with that program's arguments: `strace -D ...`. */
  readonly under?: readonly string[];
  /** What stands in its environment beside what is in ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** When stderr begins to be read; at once unless given. */
  readonly stderrRead?: Promise<void>;
}

/** A server process; killed at the end of the test if it is still there. */
export class ServerProcess extends ProgramProcess {
  /** Starts `server.ts` with these arguments, and does not wait for anything. */
  static spawn(args: readonly string[], options: SpawnOptions = {}): ServerProcess {
    const { directory, ...more } = options;
    const files = directory === undefined
      ? []
      : [`--allow-read=${directory},${OWN_CODE}`, `--allow-write=${directory}`];
    const permissions = ["--allow-net", "--allow-sys=networkInterfaces", "--ignore-env", ...files];
    return new ServerProcess({ script: "server.ts", permissions, args, ...more });
  }

  /**
   * Starts a server on free ports that keeps its users in `directory`, and waits for its ports. It
   * serves buddies unless `args` say otherwise.
   */
  static async start(
    directory: string,
    args: readonly string[] = [],
    options: SpawnOptions = {},
  ): Promise<ServerProcess & { readonly ports: ReadyPorts }> {
    const services = args.some((word) => word.startsWith("--services")) ? [] : ["--services=buddy"];
    const ports = ["--tcp-port=0", "--udp-port=0", ...services];
    const words = [...ports, `--data=${directory}`, ...args];
    const server = ServerProcess.spawn(words, { directory, ...options });
    return Object.assign(server, { ports: await server.ready() });
  }

  /** Resolves with the ports when the `ready` line is there; rejects when the process ends first. */
  async ready(): Promise<ReadyPorts> {
    return await this.readyLine() as ReadyPorts;
  }
}

/** The servers that are measured: started, waited for, stopped. */

import { EXECUTABLES } from "../compile/executables.ts";
import { freePort, type Transport, untilAnswering } from "./ports.ts";

/** A server under load, with what it takes to end it. */
export interface Target {
  readonly tcp: number;
  readonly udp: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the real server with a text store in `directory`. */
export async function startParley(directory: string): Promise<Target> {
  return await startServer("buddy", ["0", "0", directory]);
}

/** Starts the real server with these words, and gives the ports of one of its services. */
export async function startServer(service: string, words: readonly string[]): Promise<Target> {
  return await startReady("server.ts", words, (ready) => ready[service]);
}

/** Starts the real balancer in front of backends on these ports, with more words if there are any. */
export async function startBalancer(
  backends: readonly Target[],
  more: readonly string[] = [],
): Promise<Target> {
  const words = ["--host=127.0.0.1", "--listen=0", "--admin-port=0", "--quiet", ...more];
  const places = backends.map(({ tcp }) => `--backend=127.0.0.1:${tcp}`);
  return await startReady("load_balancer.ts", [...words, ...places], ({ services }) => {
    return services.buddy;
  });
}

/** Starts one of our programs, and reads its ports from the ready line. */
async function startReady(
  script: string,
  words: readonly string[],
  // deno-lint-ignore no-explicit-any
  portsOf: (ready: any) => { tcp: number; udp: number },
): Promise<Target> {
  const { permissions } = EXECUTABLES.find((executable) => executable.script === script)!;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, script, ...words, "--log-level", "warn"],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error(`${script} ended instead of starting`);
  const ports = portsOf(JSON.parse(value.slice("ready ".length)));
  return keep({
    ...{ tcp: ports.tcp, udp: ports.udp, pid: child.pid },
    async stop() {
      await reader.cancel();
      await endProcess(child);
    },
  });
}

/** Starts a bare server of this folder on a free port. */
export async function startBare(
  script: string,
  args: readonly string[],
  transport: Transport,
): Promise<Target> {
  const port = freePort(transport);
  const path = new URL(`./${script}`, import.meta.url).pathname;
  const permissions = [
    ...["--no-prompt", "--ignore-env", "--allow-net", "--allow-read", "--allow-write"],
  ];
  const words = ["run", ...permissions, path, String(port), ...args];
  return await startProgram(Deno.execPath(), words, port, transport);
}

/** Starts any program that serves a port, and waits until it does. */
export async function startProgram(
  program: string,
  args: readonly string[],
  port: number,
  transport: Transport = "tcp",
): Promise<Target> {
  const stdio = { stdout: "null", stderr: "inherit" } as const;
  const child = new Deno.Command(program, { args: [...args], ...stdio }).spawn();
  const stop = (): Promise<void> => endProcess(child);
  const target = keep({ tcp: port, udp: port, pid: child.pid, stop });
  try {
    await untilAnswering(transport, port);
    return target;
  } catch (error) {
    await target.stop();
    throw error;
  }
}

/** Ends a process that we started, and waits until it has. */
export async function endProcess(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGTERM");
  } catch {
    // It ended by itself.
  }
  await child.status;
}

/** Servers that run. */
const running = new Set<Target>();

function keep(target: Target): Target {
  const kept: Target = {
    ...target,
    async stop() {
      running.delete(kept);
      await target.stop();
    },
  };
  running.add(kept);
  return kept;
}

/** Ends what still runs, as after a group that could not be started as a whole. */
export async function stopLeftovers(): Promise<void> {
  await Promise.allSettled([...running].map((target) => target.stop()));
}

/** Ends servers. */
export async function stopAll(servers: readonly Target[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

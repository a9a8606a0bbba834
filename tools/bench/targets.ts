/** The servers that are measured: started, waited for, stopped. */

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
  return await startReady([
    ...["--allow-read", "--allow-write", "--allow-sys=networkInterfaces", "--ignore-env"],
    ...["server.ts", ...words, "--log-level", "warn"],
  ], (ready) => ready[service]);
}

/** Starts the real balancer in front of backends on these ports. */
export async function startBalancer(backends: readonly Target[]): Promise<Target> {
  return await startReady([
    ...["load_balancer.ts", "--host=127.0.0.1", "--listen=0", "--admin-port=0", "--quiet"],
    ...["--log-level", "warn", ...backends.map(({ tcp }) => `--backend=127.0.0.1:${tcp}`)],
  ], ({ services }) => services.buddy);
}

/** Starts one of our programs, and reads its ports from the ready line. */
async function startReady(
  words: readonly string[],
  // deno-lint-ignore no-explicit-any
  portsOf: (ready: any) => { tcp: number; udp: number },
): Promise<Target> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", ...words],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  return {
    ...portsOf(JSON.parse(value.slice("ready ".length))),
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await reader.cancel();
      await child.status;
    },
  };
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
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child.status;
  };
  try {
    await untilAnswering(transport, port);
  } catch (error) {
    await stop().catch(() => {}); // it may have ended by itself
    throw error;
  }
  return { tcp: port, udp: port, pid: child.pid, stop };
}

/** Ends servers. */
export async function stopAll(servers: readonly Target[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

/** Registers `asker` and gives them buddies. */
export async function makeBuddies(server: Target, count: number): Promise<void> {
  await request(server.tcp, "REG asker");
  for (const buddy of buddies(count)) {
    await request(server.tcp, `REG ${buddy}`);
    await request(server.tcp, `ADD asker ${buddy}`);
  }
}

/** Has these buddies say that they are online, which holds for some seconds. */
export async function sayOnline(server: Target, count: number): Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", port: 0, hostname: "127.0.0.1" });
  const to = { transport: "udp", hostname: "127.0.0.1", port: server.udp } as const;
  for (const buddy of buddies(count)) {
    await socket.send(new TextEncoder().encode(`SET ${buddy} 100 ONLINE 20001\n`), to);
  }
  socket.close();
}

function buddies(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `buddy${String(index).padStart(2, "0")}`);
}

async function request(port: number, line: string): Promise<void> {
  using conn = await Deno.connect({ port, hostname: "127.0.0.1" });
  await conn.write(new TextEncoder().encode(line + "\n"));
  const reply = new Uint8Array(64);
  const count = await conn.read(reply);
  if (!new TextDecoder().decode(reply.subarray(0, count ?? 0)).startsWith("200")) {
    throw new Error(`${line}: not accepted`);
  }
}

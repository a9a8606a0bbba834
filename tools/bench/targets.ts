/** The servers that are measured: started, waited for, stopped. */

import { within } from "../../lib/core/within.ts";

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
export async function startBalancer(backends: readonly number[]): Promise<Target> {
  return await startReady([
    ...["load_balancer.ts", "--host=127.0.0.1", "--listen=0", "--admin-port=0", "--quiet"],
    ...["--log-level", "warn", ...backends.map((port) => `--backend=127.0.0.1:${port}`)],
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
  transport: "tcp" | "udp",
): Promise<Target> {
  const port = freePort(transport);
  const path = new URL(`./${script}`, import.meta.url).pathname;
  const permissions = [
    ...["--no-prompt", "--ignore-env", "--allow-net", "--allow-read", "--allow-write"],
  ];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, path, String(port), ...args],
    stderr: "inherit",
  }).spawn();
  await untilAnswering(transport, port);
  return {
    tcp: port,
    udp: port,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

function freePort(transport: "tcp" | "udp"): number {
  const socket = transport === "tcp"
    ? Deno.listen({ port: 0, hostname: "127.0.0.1" })
    : Deno.listenDatagram({ transport: "udp", port: 0, hostname: "127.0.0.1" });
  const { port } = socket.addr as Deno.NetAddr;
  socket.close();
  return port;
}

async function untilAnswering(transport: "tcp" | "udp", port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await answers(transport, port)) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`Nothing answers on port ${port}`);
}

async function answers(transport: "tcp" | "udp", port: number): Promise<boolean> {
  if (transport === "tcp") {
    return await Deno.connect({ port }).then((conn) => (conn.close(), true), () => false);
  }
  const socket = Deno.listenDatagram({ transport: "udp", port: 0, hostname: "127.0.0.1" });
  await socket.send(new Uint8Array(1), { transport: "udp", hostname: "127.0.0.1", port });
  const answer = socket.receive().then(() => true, () => false);
  const outcome = await within(100, answer, () => false);
  socket.close();
  return outcome;
}

/** Registers `asker` and gives them buddies. */
export async function makeBuddies(server: Target, count: number): Promise<void> {
  await request(server.tcp, "REG asker");
  for (let index = 0; index < count; index++) {
    const buddy = `buddy${String(index).padStart(2, "0")}`;
    await request(server.tcp, `REG ${buddy}`);
    await request(server.tcp, `ADD asker ${buddy}`);
  }
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

/**
 * Several servers behind a balancer, as `deno task cluster`: buddies on 1234, rooms on 9090, the login
 * chat on 9092. It ends with everything it started on SIGINT or SIGTERM, and starts a server that ends
 * by itself again.
 *
 * Usage: cluster.ts [--servers N] [--ports FIRST] [--store URL] [--presence URL] [...]
 *
 * The balancer takes FIRST, FIRST+1 and FIRST+2 where ports are given. Other options are the
 * server's. Without `--store`, the servers share the text files in ./data. URLs reach the servers in a
 * file that only its owner can read, never on a command line.
 */

import { TextLineStream } from "./walkthrough/text_line_stream.ts";
import { complain, print } from "./print.ts";

/** How long a server that ended is left alone. */
const RESTART_MS = 1000;

/** Ports of a server, from its ready line. */
interface Ports {
  readonly buddy: { readonly tcp: number; readonly udp: number };
  readonly rooms: { readonly tcp: number; readonly udp: number };
  readonly chat: { readonly tcp: number };
}

const FREE_PORTS = { tcpPort: 0, udpPort: 0, roomsTcpPort: 0, roomsUdpPort: 0, chatPort: 0 };

const root = new URL("../", import.meta.url).pathname;
const running = new Set<Deno.ChildProcess>();
let isStopping = false;

const { count, ports, options } = readWords(Deno.args);
const directory = await Deno.makeTempDir({ prefix: "parley-cluster-" });
try {
  const servers = await Promise.all(Array.from({ length: count }, (_, n) => keepServer(n)));
  const services = {
    buddy: { listen: ports[0], backends: servers.map(({ buddy }) => backend(buddy.tcp)) },
    rooms: {
      ...{ listen: ports[1], strategy: "hash-room" },
      backends: servers.map(({ rooms }) => backend(rooms.tcp)),
    },
    chat: {
      ...{ listen: ports[2], strategy: "least-connections" },
      backends: servers.map(({ chat }) => backend(chat.tcp)),
    },
  };
  const config = await writeConfig("balancer", { adminPort: 0, quiet: true, services });
  const balancer = start("load_balancer", ["--config", config]);
  for (const [n, { buddy, rooms }] of servers.entries()) {
    print(`server ${n + 1}: presence over UDP on ${buddy.udp}, rooms over UDP on ${rooms.udp}\n`);
  }
  print(`${await readyLine(balancer)}\n`);
  await stopAsked();
} finally {
  isStopping = true;
  for (const child of running) child.kill("SIGTERM");
  await Promise.all([...running].map((child) => child.status));
  await Deno.remove(directory, { recursive: true });
}

/** The words of the command line. What is not ours is the servers'. */
function readWords(words: readonly string[]): {
  readonly count: number;
  readonly ports: readonly [number, number, number];
  readonly options: Readonly<Record<string, string>>;
} {
  const options: Record<string, string> = {};
  for (let at = 0; at < words.length; at++) {
    const [flag = "", value] = words[at]!.split(/=(.*)/s);
    if (!flag.startsWith("--")) fail(`"${flag}" is no option`);
    options[nameOf(flag)] = value ?? words[++at] ?? fail(`${flag} needs a value`);
  }
  const { servers = "3", ports: first, ...rest } = options;
  if (!/^[1-9]\d?$/.test(servers)) fail("--servers is a number from 1 to 99");
  const port = Number(first ?? 0);
  if (!(port >= 0 && port <= 65_533)) fail("--ports is the first of three ports");
  return {
    count: Number(servers),
    ports: first === undefined ? [1234, 9090, 9092] : [port, port && port + 1, port && port + 2],
    options: rest,
  };
}

/** `--presence-ttl` is `presenceTtl` in a config file. */
function nameOf(flag: string): string {
  return flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function fail(why: string): never {
  complain(`Cannot start a cluster: ${why}`);
  Deno.exit(2);
}

/** Keeps a server running. Resolves with the ports it has first, which it has again every time. */
async function keepServer(number: number): Promise<Ports> {
  const first = start("server", [
    ...["--config", await writeConfig(`server${number}`, { ...FREE_PORTS, ...options })],
  ]);
  const ports: Ports = JSON.parse((await readyLine(first)).slice("ready ".length));
  const again = await writeConfig(`server${number}`, {
    ...{ tcpPort: ports.buddy.tcp, udpPort: ports.buddy.udp, chatPort: ports.chat.tcp },
    ...{ roomsTcpPort: ports.rooms.tcp, roomsUdpPort: ports.rooms.udp },
    ...options,
  });
  const restart = async (ended: Deno.ChildProcess): Promise<void> => {
    const { code } = await ended.status;
    if (isStopping) return;
    complain(`Server ${number + 1} ended with ${code}, starting it again`);
    await new Promise((resume) => setTimeout(resume, RESTART_MS));
    if (!isStopping) restart(start("server", ["--config", again]));
  };
  restart(first);
  return ports;
}

/** Starts a program with the permissions of its task. */
function start(task: "server" | "load_balancer", args: readonly string[]): Deno.ChildProcess {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));
  const [, ...words] = (tasks[task].command as string).split(" ");
  const script = words.pop();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...words, "--config", `${root}deno.json`, `${root}${script}`, ...args],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  running.add(child);
  child.status.then(() => running.delete(child));
  return child;
}

async function readyLine(child: Deno.ChildProcess): Promise<string> {
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) if (line.startsWith("ready ")) return line;
  throw new Error("A program of the cluster ended before it was ready; see above");
}

async function writeConfig(name: string, content: object): Promise<string> {
  const path = `${directory}/${name}.jsonc`;
  await Deno.writeTextFile(path, JSON.stringify(content), { mode: 0o600 });
  return path;
}

function backend(port: number): string {
  return `127.0.0.1:${port}`;
}

function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => resolve());
    }
  });
}

/** Programs of others that Parley is measured against; whatever is not here is skipped. */

import { build } from "./generators.ts";
import { freePort } from "./ports.ts";
import { startProgram, type Target } from "./targets.ts";

/** Peers that run, and why others do not. */
export interface Peers {
  readonly running: readonly { readonly name: string; readonly server: Target }[];
  readonly skipped: readonly string[];
}

/** How a peer is started. Rejects where it cannot be, with what to install when that is why. */
export type StartPeer = () => Promise<Target>;

/** Starts peers by name. */
export async function startPeers(starts: Readonly<Record<string, StartPeer>>): Promise<Peers> {
  const running: { name: string; server: Target }[] = [];
  const skipped: string[] = [];
  for (const [name, start] of Object.entries(starts)) {
    try {
      running.push({ name, server: await start() });
    } catch (error) {
      skipped.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { running, skipped };
}

/** A server of the buddy protocol in C++: a thread for each connection, a file for each user. */
export function cppServer(scratch: string): StartPeer {
  return async () => {
    await need("c++", "g++");
    const program = `${scratch}/buddy_threads`;
    await build("c++", [
      "-O2",
      "-std=c++17",
      "-pthread",
      source("buddy_threads.cpp"),
      "-o",
      program,
    ]);
    const port = freePort("tcp");
    return await startProgram(program, [String(port), `${program}-${port}`], port);
  };
}

/** The same in Java. */
export function javaServer(scratch: string): StartPeer {
  return async () => {
    await need("javac", "default-jdk-headless");
    const port = freePort("tcp");
    const words = [source("BuddyThreads.java"), String(port), `${scratch}/java-${port}`];
    return await startProgram("java", words, port);
  };
}

/** HAProxy with one thread in front of backends, as plain as it can be. */
export function haproxy(scratch: string, backends: readonly Target[]): StartPeer {
  return async () => {
    await need("haproxy", "haproxy");
    const port = freePort("tcp");
    const path = `${scratch}/haproxy-${port}.cfg`;
    const servers = backends.map(({ tcp }, index) => `  server s${index} 127.0.0.1:${tcp}`);
    await Deno.writeTextFile(
      path,
      `global
  nbthread 1
  maxconn 8000
defaults
  mode tcp
  balance roundrobin
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen all
  bind 127.0.0.1:${port} backlog 4096
${servers.join("\n")}
`,
    );
    return await startProgram("haproxy", ["-db", "-f", path], port);
  };
}

/** nginx with one worker in front of backends, as a proxy of streams. */
export function nginx(scratch: string, backends: readonly Target[]): StartPeer {
  return async () => {
    const module = "/usr/lib/nginx/modules/ngx_stream_module.so";
    await need("nginx", "nginx-light libnginx-mod-stream", module);
    const port = freePort("tcp");
    const path = `${scratch}/nginx-${port}.conf`;
    const servers = backends.map(({ tcp }) => `server 127.0.0.1:${tcp};`);
    await Deno.writeTextFile(
      path,
      `load_module ${module};
master_process off;
daemon off;
worker_rlimit_nofile 20000;
pid ${path}.pid;
error_log stderr crit;
events { worker_connections 9000; }
stream {
  upstream all { ${servers.join(" ")} }
  proxy_half_close on;
  server { listen 127.0.0.1:${port} backlog=4096; proxy_pass all; }
}
`,
    );
    return await startProgram("nginx", ["-e", "stderr", "-c", path], port);
  };
}

/** An IRC server, without the pauses it makes for those who talk much. */
export function ngircd(scratch: string): StartPeer {
  return async () => {
    await need("ngircd", "ngircd");
    const port = freePort("tcp");
    const path = `${scratch}/ngircd-${port}.conf`;
    await Deno.writeTextFile(
      path,
      `[Global]
  Name = bench.local
  Info = bench
  AdminInfo1 = bench
  Listen = 127.0.0.1
  Ports = ${port}
  MotdPhrase = bench
[Limits]
  MaxConnections = 0
  MaxConnectionsIP = 0
  MaxJoins = 0
  MaxPenaltyTime = 0
  PingTimeout = 600
[Options]
  DNS = no
  Ident = no
  PAM = no
`,
    );
    // It becomes somebody who may read nothing of ours.
    await Deno.chmod(scratch, 0o755);
    return await startProgram("ngircd", ["-n", "-f", path], port);
  };
}

/** Sees that a program is here, and a file of it. */
async function need(program: string, packages: string, file?: string): Promise<void> {
  const args = ["-c", `command -v ${program} && test -e "\${1:-/}"`, "sh", file ?? ""];
  const { success } = await new Deno.Command("sh", { args, stdout: "null" }).output();
  if (!success) {
    throw new Error(`${file ?? program} is not here (apt-get install ${packages})`);
  }
}

function source(name: string): string {
  return new URL(`./peers/${name}`, import.meta.url).pathname;
}

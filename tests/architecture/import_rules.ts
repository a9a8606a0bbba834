/**
 * Who may import what. Pure: a graph in, the broken rules out, each in one line that says which
 * file imports what, and what the rule is.
 */

import type { Import } from "./module_graph.ts";

interface Room {
  /** Other rooms it may import. */
  readonly rooms: readonly string[];
  /** Files of still other rooms it may import types from. */
  readonly typesOf?: readonly string[];
  /** Modules of `node:` it may use: parsers, hashes, the terminal. Never sockets or files. */
  readonly node?: readonly string[];
  /** npm packages it may use, without their versions. */
  readonly npm?: readonly string[];
}

/** The import table of the design. Any room may import itself and `std`. */
export const ROOMS: Readonly<Record<string, Room>> = {
  core: { rooms: [], node: ["crypto", "net"] },
  wire: { rooms: ["core"] },
  config: { rooms: ["core"] },
  observe: { rooms: ["core", "net"], node: ["process"] },
  // Of `tls` only what Deno does not show: the certificate of a server.
  net: { rooms: ["core"], node: ["dns", "tls"] },
  services: {
    rooms: ["core"],
    typesOf: ["lib/storage/store.ts", "lib/storage/shared_state.ts"],
    node: ["crypto"],
  },
  storage: { rooms: ["core"], node: ["buffer", "crypto", "zlib"], npm: ["pg", "@redis/client"] },
  server: { rooms: ["core", "wire", "config", "observe", "net", "services", "storage"] },
  client: {
    rooms: ["core", "wire", "config", "observe", "net"],
    // Of `fs` only what Deno does not have: how much room a disk has.
    node: ["crypto", "dns", "fs/promises", "process", "readline", "util"],
  },
  // Of `timers` only what Deno does not have under a name of its own: the end of a turn.
  balancer: { rooms: ["core", "wire", "config", "observe", "net"], node: ["timers"] },
  std: { rooms: [], npm: ["deno-std"] },
};

/** The scripts and the one file of `lib/` each starts, beside `lib/config/`. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  "server.ts": "lib/server/run.ts",
  "client.ts": "lib/client/run.ts",
  "chatserver.ts": "lib/server/run.ts",
  "chatclient.ts": "lib/client/login_chat_run.ts",
  "load_balancer.ts": "lib/balancer/run.ts",
};

/** The rules that imports break. */
export function brokenImportRules(imports: readonly Import[]): string[] {
  return imports.flatMap((found) => {
    const rule = brokenRule(found);
    if (rule === undefined) return [];
    return [`${found.from} imports ${found.typeOnly ? "types of " : ""}${found.to}: ${rule}`];
  });
}

function brokenRule({ from, to, typeOnly }: Import): string | undefined {
  if (from in SCRIPTS) {
    const isOwn = to === SCRIPTS[from] || roomOf(to) === "config";
    return isOwn ? undefined : `a script imports ${SCRIPTS[from]} and lib/config/ only`;
  }
  const name = roomOf(from);
  const room = name === undefined ? undefined : ROOMS[name];
  if (room === undefined) return `${from} is in no room of the import table`;

  if (to.startsWith("node:")) {
    const modules = room.node ?? [];
    return modules.includes(to.slice(5)) ? undefined : `${name} may use ${list(modules, "node:")}`;
  }
  const npm = /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(to)?.[1];
  if (npm !== undefined) {
    const packages = room.npm ?? [];
    return packages.includes(npm) ? undefined : `${name} may use ${list(packages, "npm:")}`;
  }
  if (to === "deno.json" && from === "lib/core/version.ts") return undefined;
  const target = roomOf(to);
  if (target === undefined) return "lib/ imports files of lib/, node: and npm: only";
  if (target === name || target === "std" || room.rooms.includes(target)) return undefined;
  if (typeOnly && room.typesOf?.includes(to)) return undefined;
  if (room.typesOf?.includes(to)) return `${name} may import types only from ${to}`;
  return `${name} may import ${list(room.rooms, "")}`;
}

function list(names: readonly string[], prefix: string): string {
  if (names.length === 0) return prefix === "" ? "no other room" : `no ${prefix} module`;
  return names.map((name) => prefix + name).join(", ") + " only";
}

/** `lib/core/errors.ts` is in `core`; a file right in `lib/` or outside is in no room. */
function roomOf(file: string): string | undefined {
  return /^lib\/([^/]+)\/[^/]+$/.exec(file)?.[1];
}

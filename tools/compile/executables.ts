/** The executables: what each is made of, and what it may do. */

/** One of them. */
export interface Executable {
  readonly name: string;
  readonly script: string;
  readonly permissions: readonly string[];
  /** Scripts that it starts as threads, which no import leads to. */
  readonly threads?: readonly string[];
}

const SERVER: Omit<Executable, "name" | "script"> = {
  permissions: [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-sys=networkInterfaces",
    // No permission: what asks for a variable is told that there is none. The database driver asks.
    "--ignore-env",
  ],
  threads: ["lib/storage/draft_worker.ts"],
};

const CLIENT: Omit<Executable, "name" | "script"> = {
  permissions: [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-env=NO_COLOR,TERM,HOME,XDG_CONFIG_HOME,XDG_STATE_HOME,APPDATA",
    "--allow-sys=statfs",
  ],
};

/** Keep the permissions equal to those of the tasks in `deno.json` that run the same; a test compares. */
export const EXECUTABLES: readonly Executable[] = [
  { name: "parley-server", script: "server.ts", ...SERVER },
  { name: "parley-client", script: "client.ts", ...CLIENT },
  {
    name: "parley-lb",
    script: "load_balancer.ts",
    // Writes nothing but its log, where a file is named for it.
    permissions: ["--allow-net", "--allow-read", "--allow-write", "--allow-sys=networkInterfaces"],
    threads: ["lib/balancer/worker.ts"],
  },
  { name: "chatserver", script: "chatserver.ts", ...SERVER },
  { name: "chatclient", script: "chatclient.ts", ...CLIENT },
];

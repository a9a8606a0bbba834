/** The executables: what each is made of, and what it may do. */

/** One of them. */
export interface Executable {
  readonly name: string;
  readonly script: string;
  /** The command of the script it stands for. */
  readonly command?: string;
  readonly permissions: readonly string[];
  /** Scripts that it starts as threads, which no import leads to. */
  readonly threads?: readonly string[];
}

const SERVER: Omit<Executable, "name"> = {
  script: "server.ts",
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

const CLIENT: Omit<Executable, "name"> = {
  script: "client.ts",
  permissions: [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-env=NO_COLOR,TERM,HOME,XDG_CONFIG_HOME,XDG_STATE_HOME,APPDATA",
    "--allow-sys=statfs",
  ],
};

/** Keep the permissions equal to those of the tasks in `deno.json`; a test compares them. */
export const EXECUTABLES: readonly Executable[] = [
  { name: "parley-server", ...SERVER },
  { name: "parley-client", ...CLIENT },
  {
    name: "parley-lb",
    script: "load_balancer.ts",
    // Writes nothing but its log, where a file is named for it.
    permissions: ["--allow-net", "--allow-read", "--allow-write", "--allow-sys=networkInterfaces"],
  },
  { name: "chatserver", ...SERVER, command: "chat" },
  { name: "chatclient", ...CLIENT, command: "chat" },
];

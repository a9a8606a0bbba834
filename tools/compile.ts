/**
 * Builds the executables, as `deno task compile`: one file per program in `dist/`, with its
 * permissions baked in.
 *
 * Why these flags: `--no-code-cache`, because a compiled program otherwise keeps a cache in the
 * shared temporary directory, where another user of the machine could have put one first;
 * `--no-prompt`, because a program on a lab machine must not ask about permissions.
 */

import { VERSION } from "../lib/core/version.ts";
import { complain, print } from "./print.ts";

interface Executable {
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
    name: "parley-load_balancer",
    script: "load_balancer.ts",
    // Writes nothing but its log, where a file is named for it.
    permissions: ["--allow-net", "--allow-read", "--allow-write", "--allow-sys=networkInterfaces"],
  },
  { name: "chatserver", ...SERVER, command: "chat" },
  { name: "chatclient", ...CLIENT, command: "chat" },
];

async function compile(executable: Executable): Promise<void> {
  const { name, script, command: words, permissions, threads = [] } = executable;
  const output = `dist/${name}${Deno.build.os === "windows" ? ".exe" : ""}`;
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--frozen",
      "--no-prompt",
      "--no-code-cache",
      ...permissions,
      ...threads.map((thread) => `--include=${thread}`),
      "--output",
      output,
      script,
      ...(words === undefined ? [] : [words]),
    ],
    stdin: "null",
  });
  const { code } = await command.spawn().status;
  if (code !== 0) {
    complain(
      `Cannot compile ${script}: see above. Without a network, set DENORT_BIN to the path of the ` +
        `denort of Deno ${Deno.version.deno}.`,
    );
    Deno.exit(1);
  }
  const { size } = await Deno.stat(output);
  print(`${output}  ${VERSION}  ${(size / 1e6).toFixed(1)} MB\n`);
}

if (import.meta.main) {
  await Deno.mkdir("dist", { recursive: true });
  for (const executable of EXECUTABLES) await compile(executable);
}

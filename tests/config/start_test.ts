import { assert, assertEquals } from "@std/assert";
import { EXIT, exitCodeOf } from "../../lib/config/start.ts";
import {
  OperationalError,
  StorageError,
  UnreachableError,
  UsageError,
} from "../../lib/core/errors.ts";
import { VERSION } from "../../lib/core/version.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("exitCodeOf(): 0 done, 1 refused or failed, 2 wrong usage, 3 server unreachable", {
  permissions: "none",
}, () => {
  assertEquals(EXIT, { done: 0, failed: 1, usage: 2, unreachable: 3 });
  assertEquals(exitCodeOf(new UsageError("")), 2);
  assertEquals(exitCodeOf(new UnreachableError("")), 3);
  const failures = [
    new OperationalError(""),
    new StorageError(""),
    new TypeError(""),
    "text",
    null,
  ];
  for (const failure of failures) assertEquals(exitCodeOf(failure), 1);
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program that starts as all of them do, without permissions of its own. */
async function runProgram(...words: readonly string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--frozen", "--quiet", "load_balancer.ts", ...words],
    cwd: ROOT,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("runProgram(): --help goes to stdout and exits 0", async () => {
  const { code, stdout, stderr } = await runProgram("--help");
  assertEquals([code, stderr], [0, ""]);
  assert(stdout.includes("Usage: load_balancer"));
});

Deno.test("runProgram(): --version is one line on stdout and exits 0", async () => {
  assertEquals(await runProgram("--version"), {
    code: 0,
    // It may not read what git wrote.
    stdout: `parley-lb ${VERSION} (commit unknown, from source)\n`,
    stderr: "",
  });
});

Deno.test("runProgram(): wrong usage is one line on stderr and exits 2", async () => {
  assertEquals(await runProgram("--confg=x"), {
    code: 2,
    stdout: "",
    stderr: 'load_balancer: Unknown option "--confg", did you mean --config?\n',
  });
});

Deno.test("runProgram(): what came from outside is made visible, so it stays one line", async () => {
  const { code, stderr } = await runProgram("--log", "x\ny\x1b[2J");
  const shown = 'load_balancer: Cannot use --log "x^Jy^[[2J": expected one of text, json\n';
  assertEquals([code, stderr], [2, shown]);
});

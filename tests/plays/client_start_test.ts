/**
 * How the client starts: its command line, and what keeps it from starting.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MENU_COMMANDS } from "../../lib/client/menu_commands.ts";
import { VERSION } from "../../lib/core/version.ts";
import { freePort } from "../support/free_port.ts";
import { assertOneLine } from "../support/one_shot.ts";
import { FakeServer, olderServer } from "../support/client_fake_server.ts";
import { type ClientEnd, ClientProcess } from "../support/client_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { TestServer } from "../support/server.ts";
import { within } from "../support/within.ts";

async function startedWith(...args: readonly string[]): Promise<ClientEnd> {
  await using client = new ClientProcess(args);
  return await client.ended();
}

Deno.test("--help and --version are printed and exit with 0", async () => {
  const help = await startedWith("--help");
  assertEquals([help.code, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "--message-port N");
  const version = await startedWith("--version");
  assertEquals([version.code, version.stderr], [0, ""]);
  assertStringIncludes(version.stdout, `parley-client ${VERSION} (commit `);
});

Deno.test("a wrong command line is one line on stderr and exit code 2", async () => {
  for (const args of [["--sever=x"], ["--tcp-port=x"], ["--user=../x"], ["what"]]) {
    const { code, stdout, stderr } = await startedWith(...args);
    assertEquals([code, stdout], [2, ""]);
    assertOneLine(stderr);
  }
});

Deno.test("a message port in use is one clear line and exit code 1", async () => {
  using listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = listener.addr;
  const { code, stdout, stderr } = await startedWith(`--message-port=${port}`);
  assertEquals([code, stdout], [1, ""]);
  assertOneLine(stderr);
  assertStringIncludes(stderr, `0.0.0.0:${port}`);
  assertStringIncludes(stderr, "the port is in use");
});

Deno.test("a transcript that cannot be written is one clear line and exit code 1", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/missing/transcript.txt`;
  const { code, stdout, stderr } = await startedWith("--transcript", path);
  assertEquals([code, stdout], [1, ""]);
  assertOneLine(stderr);
  assertStringIncludes(stderr, path);
});

Deno.test("piped, it prints version, server, message port and the menu, without codes", async () => {
  await using server = new FakeServer(olderServer());
  await using client = await ClientProcess.start(server);
  await client.types("R alice", "?", "X");
  const { stdout, stderr, code } = await client.ended();
  assertEquals([code, stderr], [0, ""]);
  const [banner, ...rest] = stdout.split("\n");
  assertEquals(
    banner,
    `Parley ${VERSION}, server 127.0.0.1:${server.tcp}, messages on port ${client.messagePort}`,
  );
  for (const { letter, name } of MENU_COMMANDS) {
    assert(rest.slice(0, 2).some((line) => line.includes(letter) && line.includes(name)), letter);
  }
  assertEquals(rest[2], ">", "a prompt is a whole line");
  assert(!stdout.includes("R alice"), "what is typed is not echoed");
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\x7f]/.test(stdout));
});

Deno.test("--message-port is where chats are taken and what SET tells", async () => {
  const port = freePort();
  await using server = new FakeServer(olderServer());
  await using client = await ClientProcess.register(server, "alice", [`--message-port=${port}`]);
  assertEquals(client.messagePort, port);
  await server.hears(new RegExp(`^SET alice 100 ONLINE ${port}$`));
});

Deno.test("--user logs in at start, and --config gives options", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/client.jsonc`;
  await using server = await TestServer.start();
  await server.register("alice");
  await Deno.writeTextFile(path, `{ "user": "Alice" /* any case */ }`);
  await using client = await ClientProcess.start(server, ["--config", path]);
  await client.sees("Logged in as alice. You are online.\nalice>\n");
});

Deno.test("--refresh is how often SET and GET go out", async () => {
  await using server = new FakeServer(olderServer());
  await using client = await ClientProcess.start(server, ["--refresh=0.05"]);
  const fourth = Promise.withResolvers<void>();
  let count = 0;
  server.script = {
    ...server.script,
    answer: (datagram) => {
      if (datagram === "GET alice" && ++count === 4) fourth.resolve();
      return undefined;
    },
  };
  await client.types("R alice");
  await within("the fourth question", fourth.promise);
});

/** The log of real programs: in a file, renamed under them, full; on stderr, unread, and flooded. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { ProgramProcess } from "../support/process.ts";
import { BalancerProcess } from "../support/balancer_process.ts";
import { ask } from "../support/raw_tcp.ts";
import { type ReadyPorts, ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { ChatClient } from "../support/chat_client.ts";

Deno.test({
  name: "SIGHUP opens the log file anew, and the server goes on",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await TempDir.make();
    const path = `${directory.path}/parley.log`;
    await using server = await ServerProcess.start(directory.path, [
      ...[`--log-file=${path}`, "--services=buddy,chat", "--chat-port=0"],
    ]);
    assertStringIncludes(await Deno.readTextFile(path), "Listening for buddies");
    await Deno.rename(path, `${path}.1`);
    server.signal("SIGHUP");
    const { tcp } = server.ports.chat as { readonly tcp: number };
    const older = await Deno.readTextFile(`${path}.1`);
    await eventually("a line in the new file", async () => {
      using _cid = await ChatClient.enter(tcp, `cid${crypto.randomUUID().slice(0, 8)}`);
      const text = await Deno.readTextFile(path).catch(() => "");
      return text.includes("Logged in to the chat");
    });
    assertEquals(server.stderr, "");
    assert(older.includes("Users are kept"));
    assertEquals(await ask(server.ports.buddy.tcp, "REG ann\r\n"), "200 OK\r\n");
  },
});

Deno.test({
  name: "a log file on a full disk stops nothing: its lines come to stderr",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = new ProgramProcess({
      script: "server.ts",
      permissions: [
        // Deno lets nobody else at files of /dev.
        "--allow-all",
      ],
      args: ["0", "0", "--host=127.0.0.1", "--store=memory", "--log-file=/dev/full"],
    });
    const { buddy } = await server.readyLine() as ReadyPorts;
    assertEquals(await ask(buddy.tcp, "REG ann\r\n"), "200 OK\r\n");
    await server.stderrShows("Listening for buddies");
    assertStringIncludes(
      server.stderr,
      ' warn  Cannot write the log to "/dev/full": No space left',
    );
    const { code } = await server.endBy("SIGTERM");
    assertEquals(code, 0);
  },
});

/** Lets a client say so many lines of some 500 characters to nobody, and waits for the answers. */
async function talk(port: number, lines: number): Promise<void> {
  using cid = await ChatClient.enter(port, "cid");
  for (let line = 0; line < lines; line++) {
    await cid.expects(`C PM\nD ${"x".repeat(500)}`, "C READY", "C 200 SENT 0");
  }
}

const CHAT = ["--services=buddy,chat", "--chat-port=0"] as const;

/** A server that tells all it can, and whose stderr nobody reads until `reading` is resolved. */
async function startUnread(directory: TempDir) {
  const reading = Promise.withResolvers<void>();
  const words = [...CHAT, "--trace", "--log-rate=0"];
  const options = { stderrRead: reading.promise };
  return { server: await ServerProcess.start(directory.path, words, options), reading };
}

Deno.test("a server serves and stops although nobody reads its stderr, and tells what was left out", async () => {
  await using directory = await TempDir.make();
  const { server, reading } = await startUnread(directory);
  await using _server = server;
  const { tcp } = server.ports.chat as { readonly tcp: number };
  await talk(tcp, 2500); // some 1.5 MB of lines: a pipe takes 64 KiB, the queue 1 MiB
  assertEquals(await ask(server.ports.buddy.tcp, "REG ann\r\n"), "200 OK\r\n");
  reading.resolve();
  await server.stderrShows("lines were left out, nobody read them");
  assertEquals(await ask(server.ports.buddy.tcp, "REG bob\r\n"), "200 OK\r\n");
  await server.stderrShows("REG bob");
  const { code, stderr } = await server.endBy("SIGTERM");
  assertEquals(code, 0);
  for (const line of stderr.trimEnd().split("\n")) assertMatch(line, /^\d{4}-\S+Z \w+ /);
  assertMatch(stderr, /info {2}Stopped\n$/);
});

Deno.test("a server whose stderr nobody reads ends when it is told to", async () => {
  await using directory = await TempDir.make();
  const { server, reading } = await startUnread(directory);
  await using _server = server;
  await talk((server.ports.chat as { readonly tcp: number }).tcp, 200);
  server.signal("SIGTERM");
  await server.gone();
  reading.resolve();
  assertEquals((await server.ended()).code, 0);
});

Deno.test("--log-rate holds for a trace as well, and what was left out is told at the end at the latest", async () => {
  await using directory = await TempDir.make();
  await using server = await ServerProcess.start(
    directory.path,
    [...CHAT, "--trace", "--log-rate=5"],
  );
  await talk((server.ports.chat as { readonly tcp: number }).tcp, 100);
  const { stderr } = await server.endBy("SIGTERM");
  const traced = stderr.match(/^\S+ trace /gm)?.length ?? 0;
  // Fifty at once and five a second of the 400 and more there are, however long the talk takes.
  assert(traced >= 50 && traced < 400, `${traced} lines of a trace`);
  const told = stderr.match(/warn {2}(\d+) lines of the trace were left out/g);
  assert(told !== null, stderr);
});

Deno.test("what a log says of itself is JSON where the log is", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using server = new ProgramProcess({
    script: "server.ts",
    permissions: ["--allow-all"],
    args: ["0", "0", "--host=127.0.0.1", "--store=memory", "--log-file=/dev/full", "--log=json"],
  });
  await server.readyLine();
  const { stderr } = await server.endBy("SIGTERM");
  const lines = stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
  const own = lines.filter(({ message }) => message.startsWith("Cannot write the log"));
  assertEquals(own.map(({ level }) => level), ["warn"]);
});

Deno.test("the balancer's log has times in a file, and none where it is followed", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/lb.log`;
  const words = ["--listen=0", "--host=127.0.0.1", "--admin-port=0", "--backend=127.0.0.1:9"];
  await using balancer = BalancerProcess.spawn(
    [...words, `--log-file=${path}`],
    directory.path,
  );
  await balancer.ready();
  await eventually("that a backend is down", async () => {
    const text = await Deno.readTextFile(path);
    return /^\d{4}-\S+Z warn {2}\[LB\] Backend 0 is down: /m.test(text);
  });
  assertMatch(await Deno.readTextFile(path), /^\S+ info {2}\[LB\] Load Balancer running on port /);
  assertEquals(balancer.stderr, "");
});

/**
 * The server as a process: what it prints, where it keeps things, and how it refuses to start.
 * Rules: docs/command-line.md. How it stops is in `server_stop_test.ts`.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { HOSTILE_IDS } from "../support/ids.ts";
import { canListenOn } from "../support/machine.ts";
import { ask, RawTcp } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test("with port 0 the ready line tells the real ports, and null for what is off", async () => {
  await using directory = await TempDir.make();
  await using server = await ServerProcess.start(directory.path);
  const { tcp, udp } = server.ports.buddy;
  assertEquals(server.ports, { buddy: { tcp, udp }, rooms: null, chat: null, status: null });
  assertEquals(await ask(tcp, "REG ann\n"), "200 OK\r\n");
  using client = new RawUdp(udp);
  assertEquals(await client.ask("GET ann"), "");
});

Deno.test("stdout holds the ready line and nothing else; logs are on stderr", async () => {
  await using directory = await TempDir.make();
  await using server = await ServerProcess.start(directory.path, ["--log-level=debug"]);
  const { tcp } = server.ports.buddy;
  await ask(tcp, "REG ann\n");
  await ask(tcp, "HELLO\x1b[2J\n");
  const { code, stdout, stderr } = await server.endBy("SIGTERM");
  assertEquals(code, 0);
  assertMatch(stdout, /^ready \{[^\n]*\}\n$/);
  const lines = stderr.trimEnd().split("\n");
  assert(lines.length >= 3, stderr);
  for (const line of lines) assertMatch(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z (debug|info) /);
});

Deno.test("ports and directory may be given by position", async () => {
  await using directory = await TempDir.make();
  const data = `${directory.path}/made/when/missing`;
  await using server = ServerProcess.spawn(["0", "0", data], { directory: directory.path });
  const { buddy } = await server.ready();
  assertEquals(await ask(buddy.tcp, "REG ann\n"), "200 OK\r\n");
  assertEquals((await server.endBy("SIGTERM")).code, 0);
  assert((await Deno.readTextFile(`${data}/journal.txt`)).includes(" reg ann "));
});

Deno.test("the memory store needs no file at all", async () => {
  await using server = ServerProcess.spawn(["0", "0", "--store=memory"]);
  const { buddy } = await server.ready();
  assertEquals(await ask(buddy.tcp, "REG ann\n"), "200 OK\r\n");
  assertEquals((await server.endBy("SIGTERM")).code, 0);
});

Deno.test("hostile ids never make a file: the directory holds the known ones only", async () => {
  await using directory = await TempDir.make();
  const data = `${directory.path}/data`;
  // The process may write beside its data directory, and does not.
  await using server = ServerProcess.spawn(["0", "0", data], { directory: directory.path });
  const { buddy } = await server.ready();
  using client = new RawUdp(buddy.udp);
  for (const hostile of HOSTILE_IDS) {
    assertEquals(await ask(buddy.tcp, `REG ${hostile}\n`), "201 INVALID\r\n");
    await client.send(`SET ${hostile} 100 ONLINE 4001`);
    await client.send(`GET ${hostile}`);
  }
  for (const fine of ["con", "nul.txt", "a..", "journal.txt", "lock"]) {
    assertEquals(await ask(buddy.tcp, `REG ${fine}\n`), "200 OK\r\n");
  }
  assertEquals(await client.ask("GET con"), "");
  assertEquals((await server.endBy("SIGTERM")).code, 0);
  const files = (await Array.fromAsync(Deno.readDir(data), ({ name }) => name)).sort();
  assertEquals(files, ["compact.lock", "journal.txt", "lock"]);
  assertEquals(await directory.names(), ["data"]);
});

Deno.test({
  name: "--host :: serves IPv4 and IPv6 (needs ::1)",
  ignore: !canListenOn("::1"),
  async fn() {
    await using directory = await TempDir.make();
    await using server = await ServerProcess.start(directory.path, ["--host=::"]);
    const { tcp, udp } = server.ports.buddy;
    assertEquals(await ask(tcp, "REG ann\n"), "200 OK\r\n");
    using six = await RawTcp.connect(tcp, "::1");
    await six.send("REG ann\n");
    assertEquals(await six.readToEnd(), "203 USER EXISTS\r\n");
    for (const hostname of ["127.0.0.1", "::1"]) {
      using client = new RawUdp(udp, hostname);
      assertEquals(await client.ask("GET ann"), "");
    }
  },
});

/** A start that must fail: exit code, and one clear line on stderr. */
async function assertRefused(args: readonly string[], code: number, line: string): Promise<void> {
  await using directory = await TempDir.make();
  const words = args.map((word) => word.replace("DIR", directory.path));
  await Deno.writeTextFile(`${directory.path}/file`, "");
  await using server = ServerProcess.spawn(words, { directory: directory.path });
  assertEquals(await server.ended(), {
    code,
    signal: null,
    stdout: "",
    stderr: `server: ${line.replaceAll("DIR", directory.path)}\n`,
  });
}

Deno.test("a TCP port in use: exit 1 and one line that says what to do", async () => {
  using taken = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await assertRefused(
    [`${port}`, "0", "DIR/data"],
    1,
    `Cannot listen on 0.0.0.0:${port} (TCP): the port is in use; ` +
      "stop the program that has it or choose another port",
  );
});

Deno.test("a UDP port in use: exit 1 and one line that says what to do", async () => {
  const taken = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await assertRefused(
    ["0", `${port}`, "DIR/data"],
    1,
    `Cannot listen on 0.0.0.0:${port} (UDP): the port is in use; ` +
      "stop the program that has it or choose another port",
  );
  taken.close();
});

Deno.test("a data directory below a file: exit 1 and one line that says what to do", async () => {
  await using directory = await TempDir.make();
  await Deno.writeTextFile(`${directory.path}/file`, "");
  const data = `${directory.path}/file/data`;
  await using server = ServerProcess.spawn(["0", "0", data], { directory: directory.path });
  const { code, stdout, stderr } = await server.ended();
  assertEquals([code, stdout], [1, ""]);
  assert(stderr.startsWith(`server: Cannot use data directory "${data}": `), stderr);
  assert(stderr.endsWith("; choose another with --data DIR\n"), stderr);
  assertEquals(stderr.trimEnd().split("\n").length, 1);
});

Deno.test("a damaged journal: exit 1 and one line with its line number", async () => {
  await using directory = await TempDir.make();
  await Deno.writeTextFile(`${directory.path}/journal.txt`, "hello\nworld\n");
  await using server = ServerProcess.spawn(["0", "0", directory.path], {
    directory: directory.path,
  });
  const { code, stdout, stderr } = await server.ended();
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `server: Cannot use "${directory.path}/journal.txt": line 1 is damaged: ` +
      "its checksum does not fit; keep what is readable with " +
      `"server repair ${directory.path}", or restore a backup\n`,
  );
});

for (const args of [["--nonsense"], ["--tcp-port=x"], ["0", "0", "DIR", "more"], ["70000"]]) {
  Deno.test(`wrong usage (${args.join(" ")}): exit 2 and one line`, async () => {
    await using server = ServerProcess.spawn(args);
    const { code, stdout, stderr } = await server.ended();
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^server: [^\n]*\n$/);
    const wrong = args.at(-1)!.replace(/^--[^=]*=/, "");
    assert(stderr.includes(wrong), stderr);
  });
}

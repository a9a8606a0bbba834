/**
 * The conformance suite, as a teacher runs it: our own server keeps every rule, and servers with
 * faults are told theirs.
 */

import { assert, assertEquals } from "@std/assert";
import { acceptConnections } from "../../lib/net/accept_loop.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { DatagramSocket } from "../../lib/net/udp.ts";
import { ClientProcess } from "../support/client_process.ts";
import { eventually } from "../support/eventually.ts";
import { type Ended, ProgramProcess } from "../support/process.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

async function conformance(...args: readonly string[]): Promise<Ended> {
  await using program = new ProgramProcess({
    script: "tools/conformance.ts",
    permissions: ["--allow-net"],
    args,
  });
  return await program.ended();
}

/** The rules that were broken. */
function brokenIn({ stdout }: Ended): string[] {
  return stdout.split("\n").filter((line) => line.includes("BROKEN")).map((line) => line.slice(16));
}

Deno.test("our own server keeps every rule of every protocol", async () => {
  await using directory = await TempDir.make();
  await using server = await ServerProcess.start(directory.path, [
    ...["--services=buddy,rooms,chat", "--rooms-tcp-port=0", "--rooms-udp-port=0"],
    ...["--chat-port=0", "--read-deadline=5", "--login-deadline=10"],
  ]);
  for (const [protocol, service] of [["buddy", "buddy"], ["rooms", "rooms"], ["chat", "chat"]]) {
    const { tcp, udp } = server.ports[service!] as { tcp: number; udp?: number };
    const ports = [`--tcp=${tcp}`, ...(udp === undefined ? [] : [`--udp=${udp}`])];
    const ended = await conformance(`--protocol=${protocol}`, ...ports);
    assertEquals(brokenIn(ended), []);
    assertEquals(ended.code, 0, ended.stderr);
    assert(/\nKept: (\d+) of \1 must/.test(ended.stdout), ended.stdout);
  }
});

Deno.test("a server that says 200 OK to everything breaks most rules, and is told which", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = acceptConnections(listener, async ({ stream }) => {
    try {
      await stream.read(new Uint8Array(600));
      await writeAll(stream, new TextEncoder().encode("200 OK\r\n"));
    } catch {
      // Whoever asked is gone.
    } finally {
      stream.close();
    }
  }, new RecordedLog());
  const socket = new DatagramSocket({ hostname: "127.0.0.1", port: 0 });
  const receiving = socket.receive((_, from) => socket.sendText("200 OK\r\n", from), 1000);
  const { port } = listener.addr as Deno.NetAddr;
  const ended = await conformance(`--tcp=${port}`, `--udp=${socket.port}`);
  listener.close();
  socket.close();
  await Promise.all([accepting, receiving]);
  assertEquals(ended.code, 1);
  const broken = brokenIn(ended);
  const breaks = (words: string): boolean => broken.some((rule) => rule.includes(words));
  for (const words of ["of a known one with 203", "ADD: 200", "a user id has", "gets no answer"]) {
    assert(breaks(words), `${words}: ${ended.stdout}`);
  }
  assert(ended.stdout.includes(': expected "203", got "200"'), ended.stdout);
  for (const words of ["may end in LF", "further fields"]) assert(!breaks(words), ended.stdout);
});

Deno.test("our own client keeps every rule of those that are called", async () => {
  await using directory = await TempDir.make();
  await using server = await ServerProcess.start(directory.path);
  await using client = await ClientProcess.register(server.ports.buddy, "ann");
  await using program = new ProgramProcess({
    script: "tools/conformance.ts",
    permissions: ["--allow-net"],
    args: ["--protocol=peer", `--tcp=${client.messagePort}`],
  });
  const answers = [["N"], ["Y"], ["Y"], ["Y", "hello", "q"], ["Y"], ["N"]];
  for (const [index, lines] of answers.entries()) {
    await eventually(`call ${index + 1}`, () => program.stderr.split(">>>").length > index + 1);
    await client.sees("is calling");
    await client.types(...lines);
  }
  const ended = await program.ended();
  assertEquals(brokenIn(ended), [], client.shown);
  assertEquals(ended.code, 0);
});

Deno.test("a wrong command line and a server that is not there have their exit codes", async () => {
  for (const wrong of ["--protocol=irc", "--protocol=toString", "--tcp=x", "--verbose", "extra"]) {
    const { code, stderr } = await conformance(wrong);
    assertEquals(code, 2, stderr);
    assert(stderr.startsWith("conformance: ") && !stderr.includes("at file:"), stderr);
  }
  const { code, stderr } = await conformance("--tcp=1");
  assertEquals(code, 3);
  assert(stderr.startsWith("conformance: Nobody answers at 127.0.0.1 TCP 1"), stderr);
});

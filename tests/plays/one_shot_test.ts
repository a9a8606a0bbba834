/**
 * The commands for scripts as a script sees them: exit codes, and which stream has what.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { CLIENT_COMMANDS } from "../../lib/client/run.ts";
import { CLIENT_PROGRAM } from "../../lib/config/client_program.ts";
import { clientCommand, ownSettings } from "../support/client_process.ts";
import { FakeServer, olderServer } from "../support/client_fake_server.ts";
import { assertOneLine, at, run } from "../support/one_shot.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { TestServer } from "../support/server.ts";
import { TempDir } from "../support/temp_dir.ts";

/** Runs a command that must be done, and gives what it printed. */
async function done(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args);
  assertEquals([code, stderr], [0, ""], args.join(" "));
  return stdout;
}

/** Runs a command that must fail with this exit code, and gives its one line about it. */
async function failed(code: number, ...args: readonly string[]): Promise<string> {
  const end = await run(args);
  assertEquals([end.code, end.stdout], [code, ""], args.join(" "));
  assertOneLine(end.stderr);
  return end.stderr.trimEnd();
}

Deno.test("every command of the help is there, and no other", () => {
  const described = CLIENT_PROGRAM.commands?.map(({ word }) => word);
  assertEquals(described, [...CLIENT_COMMANDS.keys()]);
});

Deno.test("reg, add and del change the server, or say why not and exit with 1", async () => {
  await using server = await TestServer.start();
  const alice = at("alice", server);
  const port = `--tcp-port=${server.tcp}`;
  assertEquals(await done("reg", alice), "Registered as alice.\n");
  assertEquals(await done("reg", "Bob", port), "Registered as bob.\n");
  assertEquals(await failed(1, "reg", alice), "client reg: alice is taken (203 USER EXISTS)");
  assertEquals(await done("add", alice, "BOB"), "bob is now a buddy of alice.\n");
  assertEquals(
    await failed(1, "add", alice, "bob"),
    "client add: bob is a buddy of alice already (201 INVALID)",
  );
  assertEquals(
    await failed(1, "add", alice, "nobody"),
    "client add: No such user: alice or nobody (202 NO SUCH USER)",
  );
  assertEquals(await done("del", alice, "bob"), "bob is no buddy of alice any more.\n");
  assertEquals(await server.ask("GET alice\n"), "200 OK 0\r\n");
});

Deno.test({
  name: "a result that cannot be written is a failure, and says why",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = await TestServer.start();
    const [program = "", ...words] = [...clientCommand(), "reg", at("alice", server)];
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", '"$0" "$@" > /dev/full', program, ...words],
      env: ownSettings("/nowhere"),
    }).output();
    const told = new TextDecoder().decode(stderr);
    assertEquals(code, 1);
    assertStringIncludes(told, "client reg: Cannot write the result: No space left on device");
    assertOneLine(told);
  },
});

Deno.test("status prints a table, or a JSON object a line", async () => {
  await using server = await TestServer.start();
  await server.register("alice", "bob", "carol");
  await server.addBuddies("alice", "carol", "bob");
  using bob = new RawUdp(server.udp);
  // The answer tells that SET was taken: datagrams of one socket stay in order.
  await bob.send("SET bob 102 AWAY 4001");
  await bob.ask("GET bob");
  assertEquals(
    await done("status", at("alice", server)),
    "User   Status   Address    Port\n" +
      "bob    AWAY     127.0.0.1  4001\n" +
      "carol  OFFLINE  -          -\n",
  );
  const printed = await done("status", at("alice", server), "--json");
  const [first, second, ...more] = printed.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(Object.keys(first), ["time", "buddy", "status", "ip", "port"]);
  assertEquals(new Date(first.time).toISOString(), first.time);
  assertEquals({ ...first, time: "" }, {
    ...{ time: "", buddy: "bob", status: "AWAY", ip: "127.0.0.1", port: 4001 },
  });
  assertEquals({ ...second, time: "" }, {
    ...{ time: "", buddy: "carol", status: "OFFLINE", ip: null, port: null },
  });
  assertEquals(more, []);
});

Deno.test("status of a user without buddies prints nothing to stdout", async () => {
  await using server = await TestServer.start();
  await server.register("alice");
  for (const more of [[], ["--json"]]) {
    const { code, stdout, stderr } = await run(["status", at("alice", server), ...more]);
    assertEquals([code, stdout, stderr], [0, "", "alice has no buddies.\n"]);
  }
});

Deno.test("status asks an older server by a datagram, and says when none comes back", async () => {
  await using server = new FakeServer(olderServer(() => "bob 100 ONLINE 192.0.2.7 4001\n"));
  const table = await done("status", at("alice", server));
  assertStringIncludes(table, "bob   ONLINE  192.0.2.7  4001\n");
  assertEquals(server.datagrams.filter((datagram) => datagram.startsWith("SET")), []);
  server.script = { ...server.script, answer: () => undefined };
  assertStringIncludes(await failed(3, "status", at("alice", server)), "alice is not registered");
});

Deno.test("a server that is not there is exit code 3, and wrong usage 2", async () => {
  const nowhere = "alice@127.0.0.1:1";
  for (const args of [["reg", nowhere], ["add", nowhere, "bob"], ["status", nowhere, "--watch"]]) {
    assertStringIncludes(await failed(3, ...args), "Cannot reach 127.0.0.1:1: ");
  }
  assertStringIncludes(
    await failed(3, "call", "alice", "bob", "--tcp-port=1"),
    "Cannot reach 127.0.0.1:1: ",
  );
  const USAGE: readonly (readonly [args: readonly string[], message: string])[] = [
    [["reg"], "client reg: USER is missing (see client reg --help)"],
    [["add", "alice"], "client add: BUDDY is missing (see client add --help)"],
    [["del", "alice", "bob", "carol"], 'Cannot use "carol": too many arguments'],
    [["status", "../x"], '"../x" is no user id'],
    [["status", "alice", "--jsn"], 'Unknown option "--jsn", did you mean --json?'],
    [["call", "alice@lab", "bob", "--server=lab"], "Cannot use --server beside"],
    [["staus", "alice"], 'client: Unknown command "staus", did you mean "status"?'],
    [["--server=lab", "status", "alice"], 'client: The command "status" comes before all options'],
  ];
  for (const [args, message] of USAGE) assertStringIncludes(await failed(2, ...args), message);
});

Deno.test("status of a user nobody knows is exit code 1", async () => {
  await using server = await TestServer.start();
  assertEquals(
    await failed(1, "status", at("nobody", server)),
    "client status: No such user: nobody (202 NO SUCH USER)",
  );
});

Deno.test("without a server on the command line, the one of the settings is asked", async () => {
  await using server = await TestServer.start();
  await server.register("alice");
  await using temp = await TempDir.make();
  await Deno.mkdir(`${temp.path}/parley`);
  const path = `${temp.path}/parley/client.jsonc`;
  await Deno.writeTextFile(path, JSON.stringify({ login: at("somebody", server) }));
  const found = await run(["status", "alice"], temp.path);
  assertEquals([found.code, found.stderr], [0, "alice has no buddies.\n"]);
  const elsewhere = await run(["status", "alice@127.0.0.1:1"], temp.path);
  assertEquals(elsewhere.code, 3);
  await Deno.writeTextFile(path, "{ damaged");
  const damaged = await run(["status", "alice", `--tcp-port=${server.tcp}`], temp.path);
  assertEquals([damaged.code, damaged.stderr], [0, "alice has no buddies.\n"]);
});

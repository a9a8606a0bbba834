/** Accounts with passwords, over TLS, with the real programs: people, scripts, and a restart. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ClientProcess } from "../support/client_process.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { run } from "../support/one_shot.ts";
import { ask } from "../support/raw_tcp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

const GUARDED = ["--accounts=password", "--tls-port=0"];

/** A directory with a file for each password. */
async function passwordFiles(...words: readonly string[]): Promise<TempDir> {
  const directory = await TempDir.make();
  for (const word of words) {
    await Deno.writeTextFile(`${directory.path}/${word}`, `${word} words\n`, { mode: 0o600 });
  }
  return directory;
}

Deno.test("scripts register, log in and ask over TLS, with a password in a file", async () => {
  await using directory = await TempDir.make();
  await using files = await passwordFiles("alice", "bob");
  await using server = await ServerProcess.start(directory.path, GUARDED);
  const { tcp, udp } = server.ports.buddy;
  const place = `127.0.0.1:${tcp}/${udp}`;
  const does = (command: string, user: string, ...more: readonly string[]) =>
    run([command, `${user}@${place}`, ...more], files.path);
  const as = (user: string): string[] => ["--tls", `--password-file=${files.path}/${user}`];

  assertEquals((await does("reg", "alice", ...as("alice"))).stdout, "Registered as alice.\n");
  assertEquals((await does("reg", "bob", ...as("bob"))).stdout, "Registered as bob.\n");
  const added = await does("add", "alice", "bob", ...as("alice"));
  assertEquals([added.stdout, added.stderr], ["bob is now a buddy of alice.\n", ""]);
  assertStringIncludes((await does("status", "alice", ...as("alice"))).stdout, "bob   OFFLINE");

  for (
    const [words, told] of [
      [["--tls"], "name a file that holds it with --password-file"],
      [as("bob"), "Cannot log in as alice (204 DENIED wrong password)"],
      [[as("alice")[1]!], "speak TLS with --tls"],
      [["--tls", `--password-file=${files.path}/nobody`], "no such file"],
    ] as const
  ) {
    const refused = await does("del", "alice", "bob", ...words);
    assertEquals([refused.code, refused.stdout], [1, ""]);
    assertStringIncludes(refused.stderr, told);
  }
  const removed = await does("del", "alice", "bob", ...as("alice"));
  assertEquals(removed.stdout, "bob is no buddy of alice any more.\n");
  assert(!/ words/.test(server.stderr), server.stderr);
});

Deno.test("a password comes by a pipe, and what is behind it is left there", async () => {
  await using directory = await TempDir.make();
  await using files = await TempDir.make();
  await using server = await ServerProcess.start(directory.path, GUARDED);
  const { tcp, udp } = server.ports.buddy;
  const place = `alice@127.0.0.1:${tcp}/${udp}`;
  for (const [command, told] of [["reg", "Registered as alice.\n"], ["status", ""]] as const) {
    const words = [command, place, "--tls", "--password-file=-"];
    await using client = new ClientProcess(words, files.path);
    await client.types("alice words", "more");
    await client.endInput();
    const { code, stdout } = await client.ended();
    assertEquals([code, stdout], [0, told]);
  }
});

Deno.test("a file goes to a buddy who takes files, from somebody the server vouches for", async () => {
  await using directory = await TempDir.make();
  await using files = await passwordFiles("alice", "bob");
  await using server = await ServerProcess.start(directory.path, GUARDED);
  const { tcp, udp } = server.ports.buddy;
  const as = (user: string): string[] => [
    `${user}@127.0.0.1:${tcp}/${udp}`,
    "--tls",
    `--password-file=${files.path}/${user}`,
  ];
  for (const user of ["alice", "bob"]) await run(["reg", ...as(user)], files.path);
  await run(["add", ...withWords(as("alice"), "bob")], files.path);
  await run(["add", ...withWords(as("bob"), "alice")], files.path);
  const inbox = `${files.path}/inbox`;
  await Deno.mkdir(inbox);
  const words = ["receive", ...withWords(as("bob"), inbox), "--yes"];
  await using receiving = new ClientProcess(words, files.path);
  await eventually("bob's presence", () => /user=bob/.test(server.stderr));
  // Only from a buddy whose address the server tells: --yes turns all else down.
  await eventually("the file", async () => {
    const sent = ["send-file", ...withWords(as("alice"), "bob", `${files.path}/alice`)];
    return (await run(sent, files.path)).code === 0;
  });
  const { code, stderr } = await receiving.ended();
  assertEquals(code, 0, stderr);
  assertEquals(await Deno.readTextFile(`${inbox}/alice`), "alice words\n");
});

/** A user, more words, and the options behind them. */
function withWords([user, ...options]: readonly string[], ...words: readonly string[]): string[] {
  return [user!, ...words, ...options];
}

Deno.test("two people see each other, and do again when the server was started anew", async () => {
  await using directory = await TempDir.make();
  await using settings = await TempDir.make();
  const [tcp, udp, tls] = [freePort(), freePort(), freePort()];
  const words = [
    ...[`--tcp-port=${tcp}`, `--udp-port=${udp}`, `--tls-port=${tls}`, "--services=buddy"],
    ...[`--data=${directory.path}`, "--accounts=password"],
  ];
  const spawn = () => ServerProcess.spawn(words, { directory: directory.path });
  await using server = spawn();
  await server.ready();
  const ports = [`--tcp-port=${tcp}`, `--udp-port=${udp}`, "--tls", "--refresh=0.2"];
  await using alice = new ClientProcess(ports, settings.path);
  await alice.sees("? help\n");
  await alice.types("R alice", "alice words");
  await alice.sees("Registered as alice. You are online.\nalice>\n");
  await using bob = new ClientProcess(ports, settings.path);
  await bob.sees("? help\n");
  await bob.types("R bob", "bob words");
  await bob.sees("Registered as bob. You are online.\nbob>\n");
  await alice.types("A bob");
  await alice.sees("bob is now your buddy.\n");
  await alice.untilOnline("bob");

  assertEquals((await server.endBy("SIGTERM")).code, 0);
  await using second = spawn();
  await second.ready();
  // Both find out by silence, and log in anew by themselves.
  await eventually("two logins", async () => {
    await alice.types("S");
    await alice.sees("alice>\n");
    return [/Logged in .*user=alice\b/, /Logged in .*user=bob\b/].every((login) =>
      login.test(second.stderr)
    );
  });
  await alice.types("D bob");
  await alice.sees("bob is not your buddy any more.\n");
  await bob.types("X");
  assertEquals((await bob.ended()).code, 0);
});

Deno.test("a site that begins to ask for passwords is told how many names have none", async () => {
  await using directory = await TempDir.make();
  {
    await using open = await ServerProcess.start(directory.path, ["--services=buddy"]);
    for (const user of ["alice", "bob"]) {
      assertEquals(await ask(open.ports.buddy.tcp, `REG ${user}\n`), "200 OK\r\n");
    }
    await open.endBy("SIGTERM");
    assertEquals(open.stderr.includes("no password"), false);
  }
  await using server = await ServerProcess.start(directory.path, GUARDED);
  await server.stderrShows("Names have no password yet: whoever logs in first has them names=2\n");
});

Deno.test("a person is told what is wrong with a login", async () => {
  await using directory = await TempDir.make();
  await using settings = await TempDir.make();
  await using server = await ServerProcess.start(directory.path, GUARDED);
  const { tcp, udp } = server.ports.buddy;
  const ports = [`--tcp-port=${tcp}`, `--udp-port=${udp}`];
  await using secure = new ClientProcess([...ports, "--tls"], settings.path);
  await secure.types("R alice", "alice words", "L alice", "wrong", "L nobody", "secret", "R bob");
  await secure.sees("Registered as alice. You are online.\n");
  await secure.sees("The server says: 204 DENIED wrong password\n");
  await secure.sees("No such user: nobody; register with R (202 NO SUCH USER).\n");
  await secure.types("abc");
  await secure.sees("The server says: 201 INVALID password too short\n");
  await using clear = new ClientProcess(ports, settings.path);
  await clear.types("L alice", "X");
  await clear.sees("everybody on the network could read yours: speak TLS with --tls");
  assertEquals((await clear.ended()).stdout.includes("Password"), false, "none was asked for");
});

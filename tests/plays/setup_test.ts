/**
 * `client setup`, driven by a script: what it finds out, and what it writes.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { fingerprintOf } from "../../lib/net/tls_client.ts";
import { makeIdentity } from "../../lib/server/self_signed.ts";
import { firstOfPem } from "../../lib/wire/pem.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { AccountPlay } from "../support/account_play.ts";
import { FakeServer, olderServer } from "../support/client_fake_server.ts";
import { type ClientEnd, ClientProcess } from "../support/client_process.ts";
import { at, run } from "../support/one_shot.ts";
import { TestServer } from "../support/server.ts";
import { TempDir } from "../support/temp_dir.ts";

/** Answers the questions with these lines; the input ends behind them. */
async function setUp(
  settings: string,
  args: readonly string[],
  ...answers: readonly string[]
): Promise<ClientEnd> {
  await using client = new ClientProcess(["setup", ...args], settings);
  await client.types(...answers);
  await client.endInput();
  return await client.ended();
}

async function written(settings: string): Promise<string> {
  const text = await Deno.readTextFile(`${settings}/parley/client.jsonc`);
  return text.split("\n").filter((line) => !line.trim().startsWith("//")).join("\n");
}

Deno.test("setup finds the server, registers the name, and writes what was answered", async () => {
  await using server = await TestServer.start();
  await using temp = await TempDir.make();
  const place = `127.0.0.1:${server.tcp}/${server.udp}`;
  const { code, stdout, stderr } = await setUp(temp.path, [], place, "Alice", "", "n", "y", "all");
  assertEquals([code, stderr], [0, ""]);
  for (
    const told of [
      `127.0.0.1:${server.tcp} answers: a Parley server.`,
      "alice is new there. Register alice now? [Y/n]:",
      "Registered as alice.",
      `Presence comes through UDP port ${server.udp}.`,
      `Written to ${temp.path}/parley/client.jsonc.`,
    ]
  ) assertStringIncludes(stdout, `${told}\n`);
  assertEquals(
    await written(temp.path),
    `{\n  "login": "alice@${place}",\n  "history": false,\n  "plain": true,\n  "bell": "all"\n}\n`,
  );
  assertEquals((await run(["status", "alice"], temp.path)).stderr, "alice has no buddies.\n");
});

Deno.test("setup offers what is set up already, and keeps what it does not ask for", async () => {
  await using server = await TestServer.start();
  await server.register("alice");
  await using temp = await TempDir.make();
  await setUp(temp.path, [], at("", server).slice(1), "alice", "", "", "off");
  const path = `${temp.path}/parley/client.jsonc`;
  const before = (await Deno.readTextFile(path)).replace("{", '{ "refresh": 5,');
  await Deno.writeTextFile(path, before);
  const { code, stdout } = await setUp(temp.path, [], "", "", "", "", "");
  assertEquals(code, 0);
  assertStringIncludes(stdout, "alice is registered there.\n");
  assertStringIncludes(await written(temp.path), `"login": "${at("alice", server)}"`);
  assertStringIncludes(await written(temp.path), '"bell": "off",\n  "refresh": 5');
  assertEquals(await Deno.readTextFile(`${temp.path}/parley/client.previous.jsonc`), before);
});

Deno.test("setup takes a user in front of the server, and quotes what was typed", async () => {
  await using server = await TestServer.start();
  await server.register("alice");
  await using temp = await TempDir.make();
  const answers = ["al ice@127.0.0.1", "127.0.0.1:x", at("alice", server), "", "", "", ""];
  const { code, stdout } = await setUp(temp.path, [], ...answers);
  assertEquals(code, 0);
  assertStringIncludes(stdout, 'Cannot use server "127.0.0.1:x": "x" is no port from 1 to 65535.');
  assertStringIncludes(stdout, 'Cannot use server "al ice@127.0.0.1": "al ice" is no user id');
  assertStringIncludes(await written(temp.path), `"login": "${at("alice", server)}"`);
});

Deno.test("setup left before its end writes nothing", async () => {
  await using server = await TestServer.start();
  await using temp = await TempDir.make();
  const { code, stderr } = await setUp(temp.path, [at("alice", server)], "", "alice", "n");
  const told = "client setup: Left before the last question: nothing was written\n";
  assertEquals([code, stderr, await temp.names()], [1, told, []]);
});

Deno.test("setup says that a server is not there, and takes it when it is wanted", async () => {
  await using temp = await TempDir.make();
  const answers = ["la b", "127.0.0.1:1", "n", "127.0.0.1:1", "y", "../x", "alice", "", "", ""];
  const { code, stdout } = await setUp(temp.path, [], ...answers);
  assertEquals(code, 0);
  assertStringIncludes(stdout, '"la b" is no host name and no address.\n');
  assertStringIncludes(stdout, "Cannot reach 127.0.0.1:1: ");
  assertStringIncludes(stdout, '"../x": expected 1 to 32 of');
  assertStringIncludes(await written(temp.path), '"login": "alice@127.0.0.1:1"');
});

Deno.test("setup can register at an older server, and says when no presence comes", async () => {
  await using server = new FakeServer({ ...olderServer(), answer: () => undefined });
  await using temp = await TempDir.make();
  const { code, stdout } = await setUp(temp.path, [at("alice", server)], "", "", "y", "", "", "");
  assertEquals([code, server.requests.slice(1)], [0, ["REG alice"]]);
  assertStringIncludes(stdout, "an older server, which cannot be asked more.\n");
  assertStringIncludes(stdout, `No presence comes through UDP port ${server.udp}: a firewall?`);
});

Deno.test("setup asks whether a name that is taken is its user's", async () => {
  const reply = (line: string): string => line === "CAP" ? "201 INVALID\n" : "203 USER EXISTS\n";
  await using server = new FakeServer({ reply, answer: () => "" });
  await using temp = await TempDir.make();
  const answers = ["", "alice", "y", "n", "alice2", "y", "y", "", "", ""];
  const { code, stdout } = await setUp(temp.path, [at("alice", server)], ...answers);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "alice is taken (203 USER EXISTS).\nIs alice you? [y/N]:\n");
  assertStringIncludes(await written(temp.path), at("alice2", server));
});

Deno.test("setup speaks TLS where the server does, tells its fingerprint, and writes it down", async () => {
  const tls = { identity: { cert: CERT, key: KEY }, ports: { buddy: 0 } };
  await using server = await TestServer.start({ tls });
  await using temp = await TempDir.make();
  const { code, stdout } = await setUp(
    temp.path,
    [at("alice", server)],
    "",
    "",
    "",
    "",
    "",
    "",
    "",
  );
  assertEquals(code, 0);
  const fingerprint = await fingerprintOf(firstOfPem("CERTIFICATE", CERT)!);
  for (
    const told of [
      "Speak TLS with it, so that nobody reads your requests [Y/n]:\nFirst visit to ",
      fingerprint,
      "Registered as alice.\n",
    ]
  ) assertStringIncludes(stdout, told);
  assertStringIncludes(await written(temp.path), '"tls": true');
  // Commands for scripts keep to it, too.
  assertEquals((await run(["status", "alice"], temp.path)).code, 0);

  // Another certificate is no server to be set up with; no TLS at all is told of.
  server.reloadTls(await makeIdentity([], Date.now()));
  const { stderr } = await run(["status", "alice"], temp.path);
  assertStringIncludes(stderr, "ITS CERTIFICATE HAS CHANGED");
  const changed = await setUp(temp.path, [], "", "", "", "n", "", "", "", "");
  assertStringIncludes(changed.stdout, "ITS CERTIFICATE HAS CHANGED");
  assertEquals(changed.code, 0);
  assertStringIncludes(await written(temp.path), '"tls": false');
});

Deno.test("setup asks before it goes on without the TLS that was asked for", async () => {
  await using server = await TestServer.start();
  await using temp = await TempDir.make();
  const words = [at("alice", server), "--tls"];
  const { code, stdout } = await setUp(temp.path, words, "", "", "", "y", "", "", "", "", "");
  assertEquals(code, 0);
  const [first, second] = stdout.split("Go on without TLS? [y/N]:\n");
  assertStringIncludes(first!, "It offers no TLS: whoever sees the network reads what is said");
  // Not wanted, the server is asked for again; nobody was registered meanwhile.
  assertStringIncludes(second!, "Server (HOST, HOST:PORT)");
  assertStringIncludes(stdout, "Registered as alice.");
  assertStringIncludes(await written(temp.path), '"tls": false');
});

Deno.test("setup speaks TLS with a server that takes passwords, and registers with one", async () => {
  await using play = await AccountPlay.begin({}, []);
  await using temp = await TempDir.make();
  const place = `127.0.0.1:${play.server.tcp}/${play.server.udp}`;
  const secrets = ["alice words", "alice words"];
  const { code, stdout } = await setUp(
    temp.path,
    [],
    place,
    "",
    "alice",
    ...secrets,
    "",
    "",
    "off",
  );
  assertEquals(code, 0, stdout);
  for (
    const told of [
      "answers: a Parley server, where names have passwords.",
      "First visit to 127.0.0.1",
      "Password for alice:",
      "alice is new there: choose its password.",
      "Registered as alice.",
      `Presence comes through UDP port ${play.server.udp}.`,
    ]
  ) assertStringIncludes(stdout, told);
  assertStringIncludes(await written(temp.path), `"login": "alice@${place}",\n  "tls": true,\n`);
  const again = await setUp(temp.path, [], "", "", "", "alice words", "", "", "");
  await Deno.writeTextFile(`${temp.path}/secret`, "alice words\n", { mode: 0o600 });
  const status = ["status", "alice", `--password-file=${temp.path}/secret`];
  assertEquals((await run(status, temp.path)).stderr, "alice has no buddies.\n", "over TLS");
  assertStringIncludes(again.stdout, "alice is registered there.\n");
  const wrong = await setUp(temp.path, [], "", "", "", "wrong", "", "", "");
  assertStringIncludes(wrong.stdout, "Cannot log in as alice (204 DENIED wrong password).\n");
});

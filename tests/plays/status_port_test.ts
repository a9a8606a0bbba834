/** The status port of real servers and a real balancer, as scrapers and probes see it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestBackend } from "../support/backends.ts";
import { BalancerProcess } from "../support/balancer_process.ts";
import { ChatClient } from "../support/chat_client.ts";
import { eventually } from "../support/eventually.ts";
import { LockHolder } from "../support/lock_holder.ts";
import { ask, RawTcp } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { NO_REDIS, PrivateRedis } from "../support/redis.ts";
import { askRoom, RawMember } from "../support/room_server.ts";
import { ServerProcess } from "../support/server_process.ts";
import type { Ports } from "../support/site.ts";
import { StatusPort } from "../support/status_port.ts";
import { TempDir } from "../support/temp_dir.ts";
import { findProgram, PROGRAM_DIRECTORIES } from "../support/unprivileged.ts";

const PROMTOOL = findProgram(...PROGRAM_DIRECTORIES.map((directory) => `${directory}/promtool`));

const EVERYTHING = [
  ...["--services=buddy,rooms,chat", "--rooms-tcp-port=0", "--rooms-udp-port=0", "--chat-port=0"],
  "--status-port=0",
];

/** A server of every service with its status port. */
async function startServer(
  directory: TempDir,
  ...args: readonly string[]
): Promise<{ server: ServerProcess; ports: Ports; status: StatusPort }> {
  const server = await ServerProcess.start(directory.path, [...EVERYTHING, ...args]);
  const ports = server.ports as unknown as Ports & { readonly status: number };
  return { server, ports, status: new StatusPort(ports.status) };
}

/** One of everything that can be done with a server. */
async function useEverything(ports: Ports): Promise<RawMember[]> {
  for (const line of ["REG ann", "REG ann", "REG bob", "ADD ann bob", "nonsense"]) {
    await ask(ports.buddy.tcp, `${line}\r\n`);
  }
  using udp = new RawUdp(ports.buddy.udp);
  await udp.send("SET bob 100 ONLINE 7000");
  await udp.send("SET nobody 100 ONLINE 7000");
  assertStringIncludes(await udp.ask("GET ann"), "bob 100 ONLINE");
  const host = await RawMember.enter(ports.rooms, 1, "lab", "ann");
  const guest = await RawMember.enter(ports.rooms, 2, "lab", "bob");
  await guest.says("hello");
  assertEquals(await host.hears(), "bob: hello");
  await askRoom(ports.rooms.tcp, 2, "lab", '"bob"');
  return [host, guest];
}

Deno.test("/metrics counts what every protocol did, by kind and reply", async () => {
  await using directory = await TempDir.make();
  const { server, ports, status } = await startServer(directory);
  await using _server = server;
  const members = await useEverything(ports);
  using cid = await ChatClient.enter(ports.chat.tcp, "cid");
  using dan = await ChatClient.enter(ports.chat.tcp, "dan");
  await cid.expects("C PM\nD hello", "C READY", "C 200 SENT 1");
  assertEquals(await dan.line(), "D PM cid hello");
  let metrics = await status.metrics();
  // A client has its answer before the server has seen that it is gone.
  await eventually("that all others are gone", async () => {
    metrics = await status.metrics();
    return metrics.get("parley_connections") === 2;
  });
  const expected: readonly (readonly [name: string, value: number])[] = [
    ['parley_requests_total{service="buddy",kind="register",reply="200"}', 2],
    ['parley_requests_total{service="buddy",kind="register",reply="203"}', 1],
    ['parley_requests_total{service="buddy",kind="invalid",reply="201"}', 1],
    ['parley_requests_total{service="rooms",kind="join",reply="granted"}', 1],
    ['parley_requests_total{service="rooms",kind="join",reply="name taken"}', 1],
    // From nought on: a rate over a figure that begins with one misses the first.
    ['parley_requests_total{service="rooms",kind="join",reply="wrong password"}', 0],
    ['parley_requests_total{service="buddy",kind="remove",reply="200"}', 0],
    ['parley_requests_late_total{service="rooms"}', 0],
    ['parley_chat_logins_total{result="too late"}', 0],
    ['parley_connections_total{service="buddy"}', 5],
    ['parley_connections_total{service="chat"}', 2],
    ['parley_connections_refused_total{service="rooms",reason="broken PROXY header"}', 0],
    ['parley_request_seconds_count{service="buddy"}', 5],
    ['parley_datagrams_total{service="buddy",kind="set"}', 1],
    ['parley_datagrams_total{service="buddy",kind="get"}', 1],
    ['parley_datagram_seconds_count{service="buddy"}', 1],
    ['parley_dropped_total{service="buddy",reason="unknown"}', 1],
    ['parley_presence_users{state="reachable"}', 1],
    ['parley_trunks{service="buddy"}', 0],
    ["parley_rooms", 1],
    ["parley_room_members", 2],
    ['parley_messages_total{service="rooms",kind="room"}', 1],
    ['parley_messages_total{service="chat",kind="public"}', 1],
    ['parley_deliveries_total{service="rooms"}', 1],
    ['parley_deliveries_total{service="chat"}', 1],
    ['parley_chat_logins_total{result="registered"}', 2],
    ['parley_chat_lines_total{kind="data"}', 1],
    ['parley_chat_replies_total{code="200"}', 3],
    ["parley_chat_login_seconds_count", 2],
    ['parley_chat_clients{state="online"}', 2],
    ["parley_connections", 2],
    ["parley_store_writable", 1],
    ["parley_ready", 1],
  ];
  for (const [name, value] of expected) assertEquals(metrics.get(name), value, name);
  assert(metrics.get("parley_store_sync_seconds_count")! > 0);
  // Buckets of durations are of seconds, those of batches of sizes.
  assert(metrics.has('parley_store_sync_seconds_bucket{le="0.00025"}'));
  assert(metrics.has('parley_store_commit_seconds_bucket{le="0.00025"}'));
  assert(metrics.has('parley_store_batch_size_bucket{le="64"}'));
  assertEquals(
    metrics.get("parley_store_batch_size_count"),
    metrics.get("parley_store_commit_seconds_count"),
  );
  for (const member of members) member[Symbol.dispose]();
});

Deno.test({
  name: `/metrics pass promtool${PROMTOOL === undefined ? " (not here; Debian: prometheus)" : ""}`,
  ignore: PROMTOOL === undefined,
  async fn() {
    await using directory = await TempDir.make();
    const { server, ports, status } = await startServer(directory);
    await using _server = server;
    const members = await useEverything(ports);
    await using backend = new TestBackend("a");
    await using balancer = await BalancerProcess.start([backend.address], [
      ...["--status-port=0", "--udp-listen=0", `--udp-backend=${backend.address}`],
    ]);
    await ask(balancer.port, "x\n");
    const { status: port } = await balancer.ready() as unknown as { readonly status: number };
    for (const from of [status, new StatusPort(port)]) {
      const { text } = await from.get("/metrics");
      assertEquals(await promtool(text), { code: 0, said: "" });
    }
    for (const member of members) member[Symbol.dispose]();
  },
});

async function promtool(metrics: string): Promise<{ code: number; said: string }> {
  const check = new Deno.Command(PROMTOOL!, {
    args: ["check", "metrics"],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const input = check.stdin.getWriter();
  await input.write(new TextEncoder().encode(metrics));
  await input.close();
  const { code, stdout, stderr } = await check.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, said: text(stdout) + text(stderr) };
}

Deno.test("no page, no metric and no log line tells a password, a token or a hash", async () => {
  await using directory = await TempDir.make();
  const { server, ports, status } = await startServer(directory, "--log-level=debug");
  await using _server = server;
  const created = await askRoom(
    ...[ports.rooms.tcp, 4, "vault"] as const,
    JSON.stringify({ username: "ann", password: "pass-of-room" }),
  );
  assert(created.success);
  const [host, guest] = await useEverything(ports) as [RawMember, RawMember];
  using cid = await ChatClient.enter(ports.chat.tcp, "cid", "pass-of-chat");
  await cid.send("C PASSWORD pass-again\n");
  await cid.line();
  cid[Symbol.dispose]();
  const told = await status.everything() + (await server.endBy("SIGTERM")).stderr;
  assertStringIncludes(told, "vault");
  assertStringIncludes(told, "cid");
  const secrets = [
    ...["pass-of-room", "pass-of-chat", "pass-again", "scrypt"],
    ...[created.token, host.token, guest.token],
  ];
  for (const secret of secrets) assert(!told.includes(secret), `"${secret}" is told`);
  for (const member of [host, guest]) member[Symbol.dispose]();
});

Deno.test({
  name: `/readyz says 503 while Redis is gone, and no page tells its password (${
    NO_REDIS ?? "with Redis"
  })`,
  ignore: NO_REDIS !== undefined,
  async fn() {
    await using directory = await TempDir.make();
    await using redis = await PrivateRedis.start();
    const { server, status } = await startServer(directory, `--presence=${redis.url}`);
    await using _server = server;
    assertEquals(await status.get("/readyz"), { status: 200, text: "ready\n" });
    await redis.end("SIGKILL");
    await eventually("that it says degraded", async () => {
      const { status: code, text } = await status.get("/readyz");
      return code === 503 && text.startsWith("degraded: ");
    });
    assertEquals((await status.get("/healthz")).status, 200);
    assertStringIncludes((await status.get("/")).text, "degraded: ");
    assert(!(await status.everything() + server.stderr).includes(redis.address.password));
    await redis.startAgain();
    await eventually("that it is ready", async () => (await status.get("/readyz")).status === 200);
  },
});

Deno.test("a server that is stopping says draining until it is gone", async () => {
  await using directory = await TempDir.make();
  const { server, ports, status } = await startServer(directory);
  await using _server = server;
  // What is asked while a sibling keeps the lock is answered after two seconds: the stop waits.
  await using _holder = await LockHolder.start(`${directory.path}/lock`);
  using asker = await RawTcp.connect(ports.buddy.tcp);
  await asker.send("REG ann\n");
  // What came later is answered: so that was read.
  assertStringIncludes(await ask(ports.buddy.tcp, "CAP\n"), "200 OK");
  server.signal("SIGTERM");
  let said = await status.get("/readyz");
  await eventually("that it is not ready", async () => {
    said = await status.get("/readyz");
    return said.status !== 200;
  });
  assertEquals(said, { status: 503, text: "draining: the program is being stopped\n" });
  assertEquals((await server.ended()).code, 0);
});

Deno.test("a balancer that is stopping says draining, and ends open event streams", async () => {
  await using backend = new TestBackend("a");
  await using balancer = await BalancerProcess.start([backend.address], [
    ...["--status-port=0", "--stop-grace=30"],
  ]);
  const { status: port } = await balancer.ready() as unknown as { readonly status: number };
  const status = new StatusPort(port);
  using client = await RawTcp.connect(balancer.port);
  await client.send("hello ");
  await balancer.stderrShows("Client connected to backend");
  const events = await fetch(`${status.url}/events`);
  balancer.signal("SIGTERM");
  await balancer.stderrShows("Stopping");
  const { status: code, text } = await status.get("/readyz");
  assertEquals([code, text], [503, "draining: the program is being stopped\n"]);
  await client.send("world\n");
  await client.finish();
  await client.readToEnd();
  const { code: exit, stderr } = await balancer.ended();
  assertEquals([exit, stderr.includes("too long")], [0, false]);
  await events.text().catch(() => "cut off with the program");
});

Deno.test("a program tells where its status page is, and who else may look at it", async () => {
  await using directory = await TempDir.make();
  await using own = await ServerProcess.start(directory.path, ["--status-port=0"]);
  const { status: port } = own.ports as unknown as Ports & { readonly status: number };
  await own.stderrShows(`info  Status page http://127.0.0.1:${port}/\n`);
  assertEquals((await own.endBy("SIGTERM")).stderr.includes("Everybody who reaches"), false);
  await using open = await BalancerProcess.start(["127.0.0.1:9"], [
    ...["--status-port=0", "--status-host=0.0.0.0"],
  ]);
  await open.stderrShows("[LB] Status page http://");
  await open.stderrShows("[LB] Everybody who reaches 0.0.0.0:");
});

Deno.test("a status port in use: exit 1 and one line that says what to do", async () => {
  await using directory = await TempDir.make();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const args = ["0", "0", directory.path, `--status-port=${port}`];
  await using server = ServerProcess.spawn(args, { directory: directory.path });
  const { code, stdout, stderr } = await server.ended();
  assertEquals([code, stdout], [1, ""]);
  const lines = stderr.trimEnd().split("\n");
  assertEquals(
    lines.at(-1),
    `server: Cannot listen on 127.0.0.1:${port} (HTTP): the port is in use; ` +
      "stop the program that has it or choose another port",
  );
});

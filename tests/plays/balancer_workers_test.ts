/** The balancer as a process with several threads, in front of real servers. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ServiceReport } from "../../lib/balancer/report.ts";
import { echoing, TestBackend } from "../support/backends.ts";
import { BalancerProcess } from "../support/balancer_process.ts";
import { eventually } from "../support/eventually.ts";
import { ask, RawTcp } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { TestServer } from "../support/server.ts";
import { TempDir } from "../support/temp_dir.ts";

async function reportOf(admin: number): Promise<ServiceReport> {
  const report = await fetch(`http://127.0.0.1:${admin}/`).then((answer) => answer.json());
  return report.services.buddy;
}

Deno.test("two threads in front of two servers: requests are answered, presence stays exact", async () => {
  await using directory = await TempDir.make();
  const options = { directory: directory.path, trustProxy: ["127.0.0.1"] };
  await using one = await TestServer.start(options);
  await using two = await TestServer.start(options);
  const servers = [one, two];
  await using balancer = BalancerProcess.spawn([
    ...["--listen=0", "--host=127.0.0.1", "--admin-port=0", "--workers=2", "--udp-listen=0"],
    ...servers.map(({ tcp }) => `--backend=127.0.0.1:${tcp}`),
    ...servers.map(({ udp }) => `--udp-backend=127.0.0.1:${udp}`),
    "--udp-send-proxy",
  ]);
  const { services: { buddy }, admin } = await balancer.ready();
  const { tcp, udp } = buddy!;
  const users: string[] = [];
  for (let report = await reportOf(admin!); report.taken!.includes(0) || users.length < 10;) {
    const user = `user${users.length}`;
    users.push(user);
    assertEquals(await ask(tcp, `REG ${user}\n`), "200 OK\r\n");
    report = await reportOf(admin!);
  }
  const { taken, backends } = await reportOf(admin!);
  assertEquals(taken!.reduce((sum, count) => sum + count), users.length);
  assertEquals(backends.reduce((sum, { connected }) => sum + connected, 0), users.length);
  // The servers offer trunks, which threads do not use.
  assertEquals(backends.map(({ trunks }) => trunks), [0, 0]);
  // A thread learns of the end of a connection in its own time.
  await eventually("no connections", async () => (await reportOf(admin!)).connections === 0);

  assertEquals(await ask(tcp, "ADD user0 user1\n"), "200 OK\r\n");
  using client = new RawUdp(udp!);
  await client.send("SET user1 100 ONLINE 4001\n");
  const line = "user1 100 ONLINE 127.0.0.1 4001\n";
  // One of them has yet to read what was added at the other.
  for (const server of servers) {
    await eventually("user1 in the list", async () => {
      return await server.ask("GET user0\n") === `200 OK 1\r\n${line}`;
    });
  }
  for (let turn = 0; turn < 4; turn++) assertEquals(await client.ask("GET user0\n"), line);
});

Deno.test("threads end with the balancer, although connections do nothing", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await BalancerProcess.start([a.address], [
    ...["--workers=3", "--stop-grace=0.2"],
  ]);
  const { port, admin } = balancer;
  const held: RawTcp[] = [];
  do {
    const client = await RawTcp.connect(port);
    held.push(client);
    await client.send("x");
    // There and back: nothing of it is under way when the time of grace runs.
    await client.hears("x");
  } while ((await reportOf(admin)).taken!.includes(0));

  await using again = BalancerProcess.spawn([
    ...[`--listen=${port}`, "--host=127.0.0.1", "--workers=2", "--admin-port=0"],
  ]);
  const refused = await again.ended();
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, `127.0.0.1:${port} (TCP): the port is in use`);

  const { code, stderr } = await balancer.endBy("SIGTERM");
  assertEquals(code, 0);
  assertStringIncludes(stderr, "[LB] Stopped\n");
  for (const client of held) {
    assertEquals(await client.readToEnd(), "");
    client[Symbol.dispose]();
  }
});

Deno.test("--workers says at the start what cannot be", async () => {
  await using traced = BalancerProcess.spawn(["--workers=2", "--trace"]);
  const { code, stderr } = await traced.ended();
  assertEquals(code, 2);
  assertStringIncludes(
    stderr,
    "load_balancer: Cannot use --trace with --workers 2: it would show one thread only; " +
      "leave one of them out\n",
  );

  await using directory = await TempDir.make();
  const path = `${directory.path}/lb.jsonc`;
  await Deno.writeTextFile(path, JSON.stringify({ listen: 0, adminPort: 0, workers: 2 }));
  // It may read that file, and no other.
  await using blind = BalancerProcess.spawn([`--config=${path}`], directory.path);
  const ended = await blind.ended();
  assertEquals(ended.code, 1);
  assertStringIncludes(ended.stderr, "load_balancer: Cannot start worker 2: this program was not");
});

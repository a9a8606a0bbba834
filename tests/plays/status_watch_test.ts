/**
 * `status --watch`: what changes is printed until somebody has enough.
 */

import { assertEquals } from "@std/assert";
import { ClientProcess } from "../support/client_process.ts";
import { FakeServer } from "../support/client_fake_server.ts";
import { eventually } from "../support/eventually.ts";
import { at } from "../support/one_shot.ts";

const ONLINE = "200 OK 1\nbob 100 ONLINE 192.0.2.7 4001\n";
const AWAY = "200 OK 2\nbob 102 AWAY 192.0.2.7 4001\ncarol 101 OFFLINE unknown 0\n";
const GONE = "200 OK 1\ncarol 101 OFFLINE unknown 0\n";

/** A Parley server whose answers to GET a test changes. */
class WatchedServer implements AsyncDisposable {
  readonly fake: FakeServer;
  /** What it answers next; nothing is a hang-up. */
  list = ONLINE;

  constructor() {
    const reply = (line: string): string => line === "CAP" ? "200 OK parley/1 get\n" : this.list;
    this.fake = new FakeServer({ reply });
  }

  watch(...more: readonly string[]): ClientProcess {
    return new ClientProcess([
      "status",
      at("alice", this.fake),
      "--watch",
      "--refresh=0.05",
      ...more,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fake[Symbol.asyncDispose]();
  }
}

Deno.test("--watch prints what there is, then only what changes, until SIGINT", async () => {
  await using server = new WatchedServer();
  await using client = server.watch();
  await client.sees("bob ONLINE 192.0.2.7:4001\n");
  server.list = AWAY;
  await client.sees("bob AWAY 192.0.2.7:4001\n");
  await client.sees("carol OFFLINE\n");
  server.list = GONE;
  await client.sees("bob is no buddy any more\n");
  client.signal("SIGINT");
  const { code, stdout, stderr } = await client.ended();
  assertEquals([code, stderr, stdout.trimEnd().split("\n").length], [0, "", 4]);
});

Deno.test("--watch --json prints an object for each change", async () => {
  await using server = new WatchedServer();
  await using client = server.watch("--json");
  await client.sees('"buddy":"bob","status":"ONLINE","ip":"192.0.2.7","port":4001}\n');
  server.list = GONE;
  await client.sees('"buddy":"carol","status":"OFFLINE","ip":null,"port":null}\n');
  await client.sees('"buddy":"bob","status":null,"ip":null,"port":null}\n');
  client.signal("SIGTERM");
  const { code, stdout } = await client.ended();
  assertEquals(code, 0);
  for (const line of stdout.trimEnd().split("\n")) JSON.parse(line);
});

Deno.test("--watch waits trouble out, and tells of it once on stderr", async () => {
  await using server = new WatchedServer();
  await using client = server.watch();
  await client.sees("bob ONLINE");
  server.list = "";
  const asked = server.fake.requests.length;
  await eventually("four more questions", () => server.fake.requests.length >= asked + 4);
  server.list = AWAY;
  await client.sees("bob AWAY");
  client.signal("SIGINT");
  const { code, stderr } = await client.ended();
  const at = `127.0.0.1:${server.fake.tcp}`;
  assertEquals(
    stderr,
    `The server at ${at} hung up without a reply; trying on.\nThe server answers again.\n`,
  );
  assertEquals(code, 0);
});

Deno.test("--watch ends when nobody reads what it prints", async () => {
  await using server = new WatchedServer();
  await using client = server.watch();
  await client.sees("bob ONLINE");
  await client.stopReading();
  server.list = AWAY;
  assertEquals((await client.ended()).code, 0);
});

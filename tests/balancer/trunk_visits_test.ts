/** Clients served by trunk, in memory: what is asked of another backend, and who waits for whom. */

import { assertEquals } from "@std/assert";
import type { Backend } from "../../lib/balancer/backend.ts";
import { Pool } from "../../lib/balancer/pool.ts";
import { serviceTimes } from "../../lib/balancer/report.ts";
import { Story } from "../../lib/balancer/story.ts";
import { TrunkLink } from "../../lib/balancer/trunk_link.ts";
import { TrunkVisits } from "../../lib/balancer/trunk_visits.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { closeNow, OrderlyCloser, writeAll } from "../../lib/net/orderly_close.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { readToEnd } from "../support/streams.ts";
import { serviceOptions, type TestOptions } from "../support/test_balancer.ts";
import { within } from "../support/within.ts";

/** Two backends with a trunk each, and the servers' ends of them. */
class Desk implements AsyncDisposable {
  /** It stands still until a test moves it. */
  readonly clock = new FakeClock();
  readonly servers: ByteStream[] = [];
  readonly log = new RecordedLog();
  /** Why clients were not served. */
  readonly gaveUp: string[] = [];
  readonly pool: Pool;
  readonly visits: TrunkVisits;
  readonly #links = new Map<Backend, TrunkLink>();
  readonly #running: Promise<string>[] = [];
  readonly #closer = new OrderlyCloser();

  /** `capacity` bytes may be on their way on a trunk. */
  constructor(capacity?: number, options: TestOptions = {}) {
    const settings = serviceOptions({ backends: ["a:1", "b:2"], ...options });
    const clock = this.clock.read;
    this.pool = new Pool(settings, { clock, random: Math.random, onState: () => {} });
    for (const backend of this.pool.backends) {
      const [client, server] = memoryPair(capacity);
      const link = new TrunkLink(client);
      this.servers.push(server);
      this.#links.set(backend, link);
      this.#running.push(link.run());
    }
    this.visits = new TrunkVisits({
      pool: this.pool,
      clock,
      story: new Story(this.log, "test", { isQuiet: false, isAlone: true }),
      served: () => {},
      gaveUp: (reason) => this.gaveUp.push(reason),
      queueTimeout: () => settings.queueTimeout,
      options: () => settings,
      trunks: { pick: (backend) => this.#links.get(backend) },
      closer: this.#closer,
      times: serviceTimes(),
    });
  }

  /** A client; `gone` resolves when the balancer has done with it. */
  connect(capacity?: number): { readonly client: ByteStream; readonly gone: Promise<void> } {
    const [client, stream] = memoryPair(capacity);
    const gone = new Promise<void>((resolve, reject) => {
      this.visits.take(stream, {
        ...{ ip: "192.0.2.7", port: 4000 },
        relay: () => reject(new Error("it was to be relayed")),
        gone: resolve,
      });
    });
    return { client, gone: within("the visit's end", gone) };
  }

  /** What a backend has been sent since it was asked last, as soon as there is something. */
  async sent(index: number): Promise<string> {
    const chunk = new Uint8Array(4096);
    const count = await within("a request", this.servers[index]!.read(chunk)) ?? 0;
    return new TextDecoder().decode(chunk.subarray(0, count));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links.values()) link.cut("over");
    for (const server of this.servers) closeNow(server);
    await Promise.all(this.#running);
    this.visits.close();
    this.#closer.stop();
  }
}

/** Lets all that is ready happen. */
function turn(): Promise<void> {
  return new Promise((resume) => setTimeout(resume));
}

const FOR = "192.0.2.7 4000";

Deno.test("a request that was not sent is asked of another backend, one that was is not", async () => {
  await using desk = new Desk(10);
  const [one, other, two] = [desk.connect(), desk.connect(), desk.connect()];
  await writeAll(one.client, toBytes("REG one\n"));
  await turn();
  await writeAll(other.client, toBytes("REG other\n"));
  await turn();
  // It is the first backend's again, whose trunk is still writing.
  await writeAll(two.client, toBytes("REG two\n"));
  await turn();
  desk.servers[0]!.close();
  assertEquals(await readToEnd(one.client).catch(() => ""), "");
  await one.gone;
  let sent = "";
  while (!sent.endsWith("two\n")) sent += await desk.sent(1);
  assertEquals(sent, `1 ${FOR} REG other\n2 ${FOR} REG two\n`);
  await writeAll(desk.servers[1]!, toBytes("2 3\nTWO"));
  assertEquals(await readToEnd(two.client), "TWO");
  await writeAll(desk.servers[1]!, toBytes("1 5\nOTHER"));
  assertEquals(await readToEnd(other.client), "OTHER");
  await Promise.all([two.gone, other.gone]);
  assertEquals(desk.pool.backends.map(({ connections }) => connections), [0, 0]);
  assertEquals(desk.log.messages("warn"), [
    "Backend #0 failed (its trunk was lost), retrying on another",
  ]);
});

Deno.test("a request that nobody else can take is closed without an answer", async () => {
  await using desk = new Desk(10, { backends: ["a:1"] });
  const [one, two] = [desk.connect(), desk.connect()];
  for (const { client } of [one, two]) {
    await writeAll(client, toBytes("REG ann\n"));
    await turn();
  }
  desk.servers[0]!.close();
  for (const { client, gone } of [one, two]) {
    assertEquals(await readToEnd(client).catch(() => ""), "");
    await gone;
  }
  assertEquals(desk.pool.backends[0]!.connections, 0);
  assertEquals(desk.gaveUp, ["no backend is left to try"]);
});

Deno.test("a client that does not take its answer keeps nobody else from theirs", async () => {
  await using desk = new Desk(undefined, { backends: ["a:1"] });
  const [slow, quick] = [desk.connect(10), desk.connect()];
  await writeAll(slow.client, toBytes("GET slow\n"));
  await writeAll(quick.client, toBytes("GET quick\n"));
  await turn();
  const long = "x".repeat(50_000);
  await writeAll(desk.servers[0]!, toBytes(`1 ${long.length}\n${long}2 5\nQUICK`));
  assertEquals(await readToEnd(quick.client), "QUICK");
  await quick.gone;
  assertEquals(await readToEnd(slow.client), long);
  await slow.gone;
});

Deno.test("a client that takes nothing of its answer is closed after the finish time", async () => {
  await using desk = new Desk(undefined, { backends: ["a:1"], finishTimeout: 5 });
  const { client, gone } = desk.connect(10);
  await writeAll(client, toBytes("GET slow\n"));
  await turn();
  await writeAll(desk.servers[0]!, toBytes(`1 100\n${"x".repeat(100)}`));
  await turn();
  desk.visits.sweep(desk.clock.now + 4000);
  assertEquals(desk.log.messages("info").includes("Connection closed"), false);
  desk.visits.sweep(desk.clock.now + 6000);
  await gone;
  const { fields } = desk.log.entries.at(-1)!;
  assertEquals([fields.end, fields.received, fields.sent], ["idle", 100, 9]);
  closeNow(client);
});

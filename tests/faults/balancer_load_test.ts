/**
 * The balancer under load: much at once, for long, and while it is reloaded. The balancer is a
 * process of its own where its memory or its descriptors count.
 */

import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { PROXY_BUFFER_BYTES } from "../../lib/core/limits.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { echoing, TestBackend } from "../support/backends.ts";
import { BalancerProcess } from "../support/balancer_process.ts";
import { eventually } from "../support/eventually.ts";
import { ask, RawTcp } from "../support/raw_tcp.ts";
import {
  openDescriptors,
  residentBytes,
  TELLS_USAGE,
  USAGE_NOTE,
} from "../support/process_usage.ts";
import { serviceOptions, TestBalancer } from "../support/test_balancer.ts";
import { extent } from "./extent.ts";

const MIB = 1024 * 1024;

Deno.test("requests over three backends are spread exactly, whoever asks at once", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using c = new TestBackend("c");
  const all = [a, b, c];
  await using balancer = new TestBalancer({ backends: all.map(({ address }) => address) });
  const count = extent(1000, 10_000);
  let sent = 0;
  const client = async (): Promise<void> => {
    while (sent < count) {
      const number = sent++;
      const answer = await ask(balancer.port, `${number}\n`);
      assertEquals(answer.slice(2), `${number}\n`);
    }
  };
  await Promise.all(Array.from({ length: 20 }, client));
  const third = Math.floor(count / 3);
  assertEquals(all.map(({ asked }) => asked), [third + 1, third, third]);
});

Deno.test("reloads under load reset nothing", async () => {
  await using a = new TestBackend("a", echoing);
  await using b = new TestBackend("b", echoing);
  await using c = new TestBackend("c", echoing);
  const sets = [[a, b], [b, c], [c], [a, b, c]].map((set) => set.map(({ address }) => address));
  await using balancer = new TestBalancer({ backends: sets[0]! });
  const held: RawTcp[] = [];
  for (let number = 0; number < 20; number++) held.push(await RawTcp.connect(balancer.port));
  let isOver = false;
  let answered = 0;
  const client = async (): Promise<void> => {
    while (!isOver) {
      using connection = await RawTcp.connect(balancer.port);
      await connection.send("ping");
      await connection.finish();
      assertEquals(await connection.readToEnd(), "ping");
      answered++;
    }
  };
  const clients = Array.from({ length: 8 }, client);
  for (let reload = 1; reload <= 100; reload++) {
    const before = answered;
    balancer.service.reconfigure({
      ...serviceOptions({ backends: sets[reload % sets.length]! }),
      connectTimeout: 30 + reload % 3,
    });
    for (const connection of held) await connection.send(`${reload} `);
    await eventually("answers under a reload", () => answered >= before + 4);
  }
  isOver = true;
  await Promise.all(clients);
  const numbers = Array.from({ length: 100 }, (_, index) => `${index + 1} `).join("");
  for (const connection of held) {
    await connection.finish();
    assertEquals(await connection.readToEnd(), numbers);
    connection[Symbol.dispose]();
  }
});

Deno.test({
  name: "much data goes through both ways at once, intact, in bounded memory" + USAGE_NOTE,
  ignore: !TELLS_USAGE,
  async fn() {
    await using a = new TestBackend("a", echoing);
    await using balancer = await BalancerProcess.start([a.address], ["--quiet"]);
    const before = await residentBytes(balancer.pid);
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: balancer.port });
    const total = extent(64, 1024) * MIB;
    const [sent, received] = [createHash("sha256"), createHash("sha256")];
    const sending = (async () => {
      const block = crypto.getRandomValues(new Uint8Array(65_521));
      for (let left = total; left > 0; left -= block.length) {
        // Another block each time: one that came twice or not at all would show.
        new DataView(block.buffer).setFloat64(0, left);
        const piece = block.subarray(0, Math.min(left, block.length));
        sent.update(piece);
        await writeAll(conn, piece);
      }
      await conn.closeWrite();
    })();
    const chunk = new Uint8Array(256 * 1024);
    let count = 0;
    let most = 0;
    for (let reads = 0;; reads++) {
      const read = await conn.read(chunk);
      if (read === null) break;
      received.update(chunk.subarray(0, read));
      count += read;
      if (reads % 500 === 0) most = Math.max(most, await residentBytes(balancer.pid));
    }
    await sending;
    assertEquals(count, total);
    assertEquals(received.digest("hex"), sent.digest("hex"));
    assert(most - before < 64 * MIB, `${(most - before) / MIB} MiB more`);
  },
});

Deno.test({
  name: "a client that does not read holds back its backend, not the balancer's memory" +
    USAGE_NOTE,
  ignore: !TELLS_USAGE,
  async fn() {
    let written = 0;
    await using a = new TestBackend("a", async (stream) => {
      for (;;) written += await stream.write(new Uint8Array(PROXY_BUFFER_BYTES));
    });
    await using balancer = await BalancerProcess.start([a.address], ["--check-interval=1000"]);
    const before = await residentBytes(balancer.pid);
    using slow = await RawTcp.connect(balancer.port);
    await slow.send("go");
    let last = -1;
    while (written > last || written === 0) {
      last = written;
      await new Promise((resume) => setTimeout(resume, 200));
    }
    // What the systems' own buffers hold, and no more of ours than one buffer.
    assert(written < 64 * MIB, `${written / MIB} MiB`);
    const more = await residentBytes(balancer.pid) - before;
    assert(more < 16 * MIB, `${more / MIB} MiB`);
  },
});

Deno.test({
  name: "many idle connections are held, with two descriptors for each, and go on" + USAGE_NOTE,
  ignore: !TELLS_USAGE,
  async fn() {
    await using a = new TestBackend("a", echoing);
    await using balancer = await BalancerProcess.start([a.address], ["--quiet"]);
    const count = extent(500, 4000);
    const before = await residentBytes(balancer.pid);
    const held: RawTcp[] = [];
    for (let number = 0; number < count; number++) {
      held.push(await RawTcp.connect(balancer.port));
      if (number % 100 === 99) {
        await eventually("connections to the backend", () => a.open >= number);
      }
    }
    for (const connection of held) await connection.send("x");
    await eventually("bytes at the backend", () => a.asked >= count);
    const descriptors = await openDescriptors(balancer.pid);
    assert(descriptors >= 2 * count && descriptors < 2 * count + 100, `${descriptors}`);
    const perConnection = (await residentBytes(balancer.pid) - before) / count;
    assert(perConnection < 64 * 1024, `${perConnection} bytes for each`);
    for (const connection of held) {
      await connection.finish();
      assertEquals(await connection.readToEnd(), "x");
      connection[Symbol.dispose]();
    }
  },
});

/** One trunk as the balancer has it, in memory: what was sent when it ends, and how silence ends it. */

import { assertEquals } from "@std/assert";
import { TrunkLink } from "../../lib/balancer/trunk_link.ts";
import { TRUNK_LIMITS } from "../../lib/core/limits.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { readToEnd } from "../support/streams.ts";
import { within } from "../support/within.ts";

/** A trunk under test. */
class TestLink {
  readonly link: TrunkLink;
  readonly server: ByteStream;
  readonly ended: Promise<string>;
  /** What became of requests, in order: `REG ann: 200 OK`. */
  readonly told: string[] = [];

  /** `capacity` bytes may be on their way to the server. */
  constructor(capacity?: number) {
    const [client, server] = memoryPair(capacity);
    this.server = server;
    this.link = new TrunkLink(client);
    this.ended = within("the trunk's end", this.link.run());
  }

  send(line: string): void {
    const tell = (what: string): void => void this.told.push(`${line}: ${what}`);
    this.link.send({
      ...{ ip: "192.0.2.7", port: 4000 },
      answered: (answer, isLast) => tell(new TextDecoder().decode(answer) + (isLast ? "" : "...")),
      lost: (wasSent) => tell(wasSent ? "lost, sent" : "lost, not sent"),
    }, toBytes(line));
  }

  async says(text: string): Promise<void> {
    await writeAll(this.server, toBytes(text));
  }

  tick(times: number): void {
    for (let turn = 0; turn < times; turn++) this.link.tick();
  }
}

/** Lets all that is ready happen. */
function turn(): Promise<void> {
  return new Promise((resume) => setTimeout(resume));
}

Deno.test("TrunkLink joins what is sent in one turn, and takes answers in any order", async () => {
  const trunk = new TestLink();
  trunk.send("REG ann");
  trunk.send("REG ben");
  const chunk = new Uint8Array(1000);
  const count = await trunk.server.read(chunk) ?? 0;
  const text = new TextDecoder().decode(chunk.subarray(0, count));
  assertEquals(text, "1 192.0.2.7 4000 REG ann\n2 192.0.2.7 4000 REG ben\n");
  await trunk.says("2 3\nBEN1 0\n");
  await turn();
  assertEquals(trunk.told, ["REG ben: BEN", "REG ann: "]);
  trunk.server.close();
  assertEquals(await trunk.ended, "it ended the trunk");
});

Deno.test("TrunkLink that is lost tells who was not sent from who may have been", async () => {
  const trunk = new TestLink(10);
  trunk.send("REG ann");
  await turn();
  // The first one is being written: the second one waits for its turn.
  trunk.send("REG ben");
  await turn();
  trunk.server.close();
  await trunk.ended;
  assertEquals(trunk.told, ["REG ann: lost, sent", "REG ben: lost, not sent"]);
});

Deno.test("TrunkLink gives nobody the answer to a request that was not sent yet", async () => {
  const trunk = new TestLink(10);
  trunk.send("REG ann");
  await turn();
  trunk.send("REG ben");
  await trunk.says("2 3\nBEN");
  assertEquals(await trunk.ended, "it answered what was not asked");
  assertEquals(trunk.told, ["REG ann: lost, sent", "REG ben: lost, not sent"]);
});

Deno.test("TrunkLink asks a silent server whether it is there, and gives it up when it is not", async () => {
  const { doubtSeconds, silentSeconds } = TRUNK_LIMITS;
  const trunk = new TestLink();
  trunk.send("REG ann");
  await turn();
  trunk.tick(1 + doubtSeconds);
  await turn();
  const chunk = new Uint8Array(1000);
  const count = await trunk.server.read(chunk) ?? 0;
  const text = new TextDecoder().decode(chunk.subarray(0, count));
  assertEquals(text, "1 192.0.2.7 4000 REG ann\nPING\n");
  // One that is there has all the time it needs.
  for (let round = 0; round < 3; round++) {
    await trunk.says("PONG\n");
    await turn();
    trunk.tick(silentSeconds);
    assertEquals(trunk.told, []);
  }
  trunk.tick(2 * silentSeconds);
  assertEquals(await trunk.ended, "it does not answer");
  assertEquals(trunk.told, ["REG ann: lost, sent"]);
});

Deno.test("TrunkLink with nothing under way asks now and then", async () => {
  const { idleSeconds, silentSeconds } = TRUNK_LIMITS;
  const trunk = new TestLink();
  trunk.tick(idleSeconds + silentSeconds);
  assertEquals(trunk.link.isOpen, true);
  trunk.tick(1);
  assertEquals(await trunk.ended, "it does not answer");
});

Deno.test("TrunkLink takes no more than the window", async () => {
  const trunk = new TestLink();
  for (let number = 0; number < TRUNK_LIMITS.window; number++) {
    assertEquals(trunk.link.isOpen, true);
    trunk.send("x");
  }
  assertEquals(trunk.link.isOpen, false);
  await turn();
  await trunk.says("1 0\n");
  await turn();
  assertEquals(trunk.link.isOpen, true);
  trunk.link.cut("over");
  assertEquals(await trunk.ended, "over");
});

Deno.test("TrunkLink that is drained sends what it has, waits for answers, and ends its side", async () => {
  const { doubtSeconds } = TRUNK_LIMITS;
  const trunk = new TestLink();
  trunk.send("REG ann");
  trunk.link.drain();
  assertEquals(trunk.link.isOpen, false);
  // As long as it waits, it asks whether the server is there.
  await turn();
  trunk.tick(1 + doubtSeconds);
  await trunk.says("PONG\n1 3\nANN");
  assertEquals(await readToEnd(trunk.server), "1 192.0.2.7 4000 REG ann\nPING\n");
  trunk.server.close();
  assertEquals(await trunk.ended, "");
  assertEquals(trunk.told, ["REG ann: ANN"]);
});

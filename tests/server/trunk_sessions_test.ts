/** A server's side of trunks: what it answers in which order, its bounds, and how it ends. */

import { assert, assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits, TRUNK_LIMITS } from "../../lib/core/limits.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { Admission } from "../../lib/net/admission.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import type { Answer } from "../../lib/server/buddy_session.ts";
import { DoorMeter } from "../../lib/server/door_meter.ts";
import { TrunkSessions } from "../../lib/server/trunk_sessions.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { readToEnd } from "../support/streams.ts";
import { within } from "../support/within.ts";

const TAKEN = "200 OK trunk/1\r\n";

/** Trunks whose requests are answered when the test says so. */
class Desk implements AsyncDisposable {
  readonly log = new RecordedLog();
  readonly meter = new DoorMeter("buddy");
  readonly admission: Admission;
  readonly trunks: TrunkSessions;
  /** Requests that wait, by their line: give the answer. */
  readonly waiting = new Map<string, (answer: string | undefined) => void>();
  #wake: (() => void) | undefined;

  constructor(answer?: Answer, limits: Partial<ServerLimits> = {}) {
    this.admission = new Admission({ ...DEFAULT_SERVER_LIMITS, ...limits }, parseAddressSet([]));
    const { admission, log, meter } = this;
    this.trunks = new TrunkSessions({ answer: answer ?? this.#hold, admission, log, meter });
  }

  /** Opens a trunk. */
  open(capacity?: number): { readonly client: ByteStream; readonly served: Promise<void> } {
    const [client, stream] = memoryPair(capacity);
    return { client, served: within("the trunk's end", this.trunks.serve(stream)) };
  }

  /** Sends pieces, ends our side, and gives all that came. */
  async exchange(...pieces: readonly string[]): Promise<string> {
    const { client, served } = this.open();
    for (const piece of pieces) await writeAll(client, toBytes(piece));
    await client.closeWrite();
    const text = await readToEnd(client);
    client.close();
    await served;
    return text;
  }

  /** Resolves when so many requests wait. */
  async hasAsked(count: number): Promise<void> {
    while (this.waiting.size < count) {
      await within("requests", new Promise<void>((resolve) => this.#wake = resolve));
    }
  }

  readonly #hold: Answer = (line, { remoteIp }) =>
    new Promise((resolve) => {
      const key = `${remoteIp} ${new TextDecoder().decode(line)}`;
      this.waiting.set(key, (answer) => resolve(answer === undefined ? answer : toBytes(answer)));
      this.#wake?.();
    });

  async [Symbol.asyncDispose](): Promise<void> {
    await this.trunks.stop(0);
  }
}

/** Answers at once, with the address and the line. */
const telling: Answer = (line, { remoteIp }) =>
  Promise.resolve(toBytes(`${remoteIp} ${new TextDecoder().decode(line)}`));

Deno.test("requests are answered in the order their answers come, each with its number", async () => {
  await using desk = new Desk();
  const { client, served } = desk.open();
  await writeAll(client, toBytes("1 192.0.2.1 1 a\n2 192.0.2.2 2 b\n3 192.0.2.1 3 c\n"));
  await desk.hasAsked(3);
  desk.waiting.get("192.0.2.2 b")!("second");
  desk.waiting.get("192.0.2.1 c")!(undefined);
  await client.closeWrite();
  desk.waiting.get("192.0.2.1 a")!("first\n");
  assertEquals(await readToEnd(client), `${TAKEN}2 6\nsecond3 0\n1 6\nfirst\n`);
  client.close();
  await served;
});

Deno.test("requests may come in any pieces, and each is a client's line", async () => {
  await using desk = new Desk(telling);
  const wanted = `${TAKEN}1 13\n192.0.2.1 a b2 10\n192.0.2.1 3 11\n::1 PING \tc`;
  const sent = ["1 192.0.2.1 1 a b\r\n", "2 192.0.2.1 2 \n", "3 ::1 3 PING \tc\n"].join("");
  assertEquals(await desk.exchange(sent), wanted);
  assertEquals(await desk.exchange(...sent), wanted);
});

Deno.test("a ping is answered while requests wait", async () => {
  await using desk = new Desk();
  const { client, served } = desk.open();
  await writeAll(client, toBytes("1 192.0.2.1 1 a\nPING\n"));
  await client.closeWrite();
  await desk.hasAsked(1);
  await new Promise((resume) => setTimeout(resume));
  desk.waiting.get("192.0.2.1 a")!("A");
  assertEquals(await readToEnd(client), `${TAKEN}PONG\n1 1\nA`);
  client.close();
  await served;
});

for (
  const [what, sent, reason] of [
    ["a number that is not the next", "1 192.0.2.1 1 a\n3 192.0.2.1 1 b\n", "not numbered"],
    ["a number again", "1 192.0.2.1 1 a\n1 192.0.2.1 1 b\n", "not numbered"],
    ["a bare request", "REG ann\n", "a line is no request"],
    ["a line that never ends", "1 192.0.2.1 1 ".padEnd(700, "x"), "a line is too long"],
    ["half a request", "1 192.0.2.1 1 a", "it ended within a request"],
  ]
) {
  Deno.test(`a balancer that sends ${what} is told so, and closed`, async () => {
    await using desk = new Desk(telling);
    const text = await desk.exchange(sent!);
    assert(text.split("ERROR ").at(1)?.includes(reason!), text);
    assertEquals(desk.log.messages("warn"), ["A trunk was closed"]);
  });
}

Deno.test("a balancer that sends more than the window is closed", async () => {
  await using desk = new Desk();
  const lines = Array.from(
    { length: TRUNK_LIMITS.window + 1 },
    (_, at) => `${at + 1} 127.0.0.1 1 r${at}\n`,
  );
  const text = await desk.exchange(lines.join(""));
  assertEquals(text, `${TAKEN}ERROR too many requests are not answered yet\n`);
});

Deno.test("a client's address has the limits it would have without a balancer", async () => {
  await using desk = new Desk(telling, { connectionRate: 0.001, connectionBurst: 2 });
  const sent = [1, 2, 3].map((number) => `${number} 192.0.2.1 1 a\n`).join("");
  const text = await desk.exchange(`${sent}4 192.0.2.9 1 b\n`);
  const answers = text.slice(TAKEN.length);
  assertEquals(answers, "3 0\n1 11\n192.0.2.1 a2 11\n192.0.2.1 a4 11\n192.0.2.9 b");
  assertEquals([desk.admission.open, desk.meter.admitted], [0, 3]);
  assertEquals(desk.meter.refused["too fast"], 1);
  assertEquals(desk.log.messages("warn"), ["Connections are turned away"]);
});

Deno.test("requests under way count as connections", async () => {
  await using desk = new Desk(undefined, { maxConnectionsPerAddress: 1 });
  const { client, served } = desk.open();
  await writeAll(client, toBytes("1 192.0.2.1 1 a\n2 192.0.2.1 1 b\n"));
  await desk.hasAsked(1);
  assertEquals([...desk.waiting.keys()], ["192.0.2.1 a"]);
  assertEquals([desk.admission.open, desk.trunks.open], [1, 1]);
  desk.waiting.get("192.0.2.1 a")!("x");
  await client.closeWrite();
  assertEquals(await readToEnd(client), `${TAKEN}2 0\n1 1\nx`);
  client.close();
  await served;
  assertEquals([desk.admission.open, desk.trunks.open], [0, 0]);
});

Deno.test("a balancer that does not take its answers is not read on", async () => {
  let asked = 0;
  const answer = new Uint8Array(TRUNK_LIMITS.pieceBytes).fill(97);
  await using desk = new Desk(() => {
    asked++;
    return Promise.resolve(answer);
  });
  const { client, served } = desk.open(1024);
  const count = 200;
  const sending = (async () => {
    for (let number = 1; number <= count; number++) {
      await writeAll(client, toBytes(`${number} 127.0.0.1 1 ${"x".repeat(500)}\n`));
    }
    await client.closeWrite();
  })();
  for (let last = -1; last < asked || asked === 0;) {
    last = asked;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  assert(asked < count, `all ${asked} were asked`);
  const text = await readToEnd(client);
  await sending;
  assertEquals(text.length - TAKEN.length > count * answer.length, true);
  client.close();
  await served;
});

Deno.test("stop() asks balancers to end, and answers what they have sent", async () => {
  await using desk = new Desk();
  const { client, served } = desk.open();
  await writeAll(client, toBytes("1 192.0.2.1 1 a\n"));
  await desk.hasAsked(1);
  const stopping = desk.trunks.stop(60_000);
  // It was on its way when the balancer was asked.
  await writeAll(client, toBytes("2 192.0.2.1 1 b\n"));
  await desk.hasAsked(2);
  await client.closeWrite();
  desk.waiting.get("192.0.2.1 b")!("B");
  desk.waiting.get("192.0.2.1 a")!("A");
  assertEquals(await readToEnd(client), `${TAKEN}DRAIN\n2 1\nB1 1\nA`);
  client.close();
  await Promise.all([served, within("the stop", stopping)]);
});

Deno.test("stop() does not wait longer than its grace", async () => {
  await using desk = new Desk();
  const { client, served } = desk.open();
  await writeAll(client, toBytes("1 192.0.2.1 1 a\n"));
  await desk.hasAsked(1);
  await within("the stop", desk.trunks.stop(10));
  await served;
  client.close();
});

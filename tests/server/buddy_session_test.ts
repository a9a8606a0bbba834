import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { type Answer, BuddySessions } from "../../lib/server/buddy_session.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { readToEnd } from "../support/streams.ts";
import { within } from "../support/within.ts";

const CLIENT_IP = "192.0.2.7";

/** Longer than any test here takes. */
const LONG_SECONDS = 60;

/** Sessions that answer each line with itself, so that a reply tells what was taken as a request. */
class Desk implements AsyncDisposable {
  readonly asked: (string | undefined)[] = [];
  /** Who did not ask in time. */
  readonly late: (string | undefined)[] = [];
  readonly sessions: BuddySessions;

  constructor(settings: { readonly deadlineSeconds?: number; readonly answer?: Answer } = {}) {
    const { deadlineSeconds = LONG_SECONDS, answer = this.#echo } = settings;
    this.sessions = new BuddySessions({
      answer,
      readDeadlineSeconds: deadlineSeconds,
      tally: { seconds: undefined, late: ({ remoteIp }) => this.late.push(remoteIp) },
    });
  }

  /** Opens a connection; `served` resolves when the server is done with it. */
  connect(capacity?: number): { readonly client: ByteStream; readonly served: Promise<void> } {
    const [client, stream] = memoryPair(capacity);
    const served = this.sessions.serve({ stream, remoteIp: CLIENT_IP });
    return { client, served: within("the session's end", served) };
  }

  /** Sends pieces in writes of their own and gives the reply, up to a clean end. */
  async ask(...pieces: readonly string[]): Promise<string> {
    const { client, served } = this.connect();
    for (const piece of pieces) await writeAll(client, toBytes(piece));
    const reply = await readToEnd(client);
    client.close();
    await served;
    return reply;
  }

  readonly #echo: Answer = (line, { remoteIp }) => {
    const text = line && new TextDecoder().decode(line);
    this.asked.push(text);
    return Promise.resolve(toBytes(`${remoteIp} asked ${text?.length ?? "too much"}\r\n`));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sessions.stop(0);
  }
}

function asked(length: number | string): string {
  return `${CLIENT_IP} asked ${length}\r\n`;
}

Deno.test("serve() answers the first line and ends the connection", async () => {
  await using desk = new Desk();
  assertEquals(await desk.ask("REG ann\n"), asked(7));
  assertEquals(await desk.ask("REG ann\r\n"), asked(7));
  assertEquals(desk.asked, ["REG ann", "REG ann"]);
});

Deno.test("serve() takes a line that comes byte by byte", async () => {
  await using desk = new Desk();
  assertEquals(await desk.ask(..."REG ann\r\n"), asked(7));
});

Deno.test("serve() runs only the first of two lines, in one piece or two", async () => {
  await using desk = new Desk();
  await desk.ask("REG ann\nREG bob\n");
  await desk.ask("REG", " ann\n", "REG bob\n");
  assertEquals(desk.asked, ["REG ann", "REG ann"]);
});

Deno.test("serve() takes a line ended by the end of the stream", async () => {
  await using desk = new Desk();
  const { client, served } = desk.connect();
  await writeAll(client, toBytes("REG ann"));
  await client.closeWrite();
  assertEquals(await readToEnd(client), asked(7));
  await served;
});

Deno.test("serve() closes without asking when nothing was sent", async () => {
  await using desk = new Desk();
  const { client, served } = desk.connect();
  await client.closeWrite();
  assertEquals(await readToEnd(client), "");
  await served;
  assertEquals(desk.asked, []);
});

Deno.test("serve() sends nothing when there is no reply", async () => {
  await using desk = new Desk({ answer: () => Promise.resolve(undefined) });
  assertEquals(await desk.ask("\n"), "");
});

Deno.test("serve() takes lines of up to 512 bytes", async () => {
  await using desk = new Desk();
  for (const end of ["\n", "\r\n"]) {
    assertEquals(await desk.ask("x".repeat(512) + end), asked(512));
    assertEquals(await desk.ask("x".repeat(511), "x" + end), asked(512));
    assertEquals(await desk.ask("x".repeat(513) + end), asked("too much"));
    assertEquals(await desk.ask("x".repeat(512), "x" + end), asked("too much"));
  }
});

Deno.test("serve() answers an endless line without waiting for its end", async () => {
  await using desk = new Desk();
  assertEquals(await desk.ask("x".repeat(513)), asked("too much"));
  assertEquals(await desk.ask("x".repeat(64 * 1024)), asked("too much"));
});

Deno.test("serve() lets a reply arrive whole although input is left unread", async () => {
  await using desk = new Desk();
  assertEquals(await desk.ask("REG ann\n" + "junk".repeat(5000), "more junk"), asked(7));
});

Deno.test("serve() closes with the reply when one whole line came and nothing else", async () => {
  await using desk = new Desk();
  const { client, served } = desk.connect();
  await writeAll(client, toBytes("REG ann\n"));
  await served;
  assertEquals(await readToEnd(client), asked(7));
});

Deno.test("serve() waits for the end of a client that sends in pieces, or more than a line", async () => {
  await using desk = new Desk();
  for (const pieces of [["REG ", "ann\n"], ["REG ann\n\n"]]) {
    const { client, served } = desk.connect();
    let isServed = false;
    served.then(() => isServed = true);
    for (const piece of pieces) await writeAll(client, toBytes(piece));
    assertEquals(await readToEnd(client), asked(7));
    await writeAll(client, toBytes("more"));
    assert(!isServed);
    client.close();
    await served;
  }
});

Deno.test("serve() writes a reply to a client that reads slowly", async () => {
  await using desk = new Desk();
  const { client, served } = desk.connect(3);
  await writeAll(client, toBytes("\n"));
  const into = new Uint8Array(1);
  let reply = "";
  while (await client.read(into) !== null) reply += String.fromCharCode(into[0]!);
  assertEquals(reply, asked(0));
  client.close();
  await served;
});

Deno.test("buffers used again hold nothing of the connection before", async () => {
  await using desk = new Desk();
  await desk.ask("REG somebody-with-a-long-name\nand more bytes behind it");
  assertEquals(await desk.ask("REG a\n"), asked(5));
  assertEquals(desk.asked.at(-1), "REG a");
});

Deno.test("a client that resets is forgotten, in every phase", async () => {
  const answering = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const answer = async (): Promise<Uint8Array> => {
    answering.resolve();
    await gone.promise;
    return toBytes("200 OK\r\n");
  };
  await using desk = new Desk({ answer });
  const reading = desk.connect();
  reading.client.close();
  await reading.served;

  const asking = desk.connect();
  await writeAll(asking.client, toBytes("REG ann\n"));
  await answering.promise;
  asking.client.close();
  gone.resolve();
  await asking.served;
});

Deno.test("an answer that fails ends its connection and no other", async () => {
  await using desk = new Desk({ answer: () => Promise.reject(new Error("a bug")) });
  assertEquals(await desk.ask("REG ann\n"), "");
});

Deno.test("a request begun but not finished in time is answered 201 INVALID", async () => {
  await using desk = new Desk({ deadlineSeconds: 0.02 });
  assertEquals(await desk.ask("REG an"), "201 INVALID\r\n");
  assertEquals(desk.asked, []);
  assertEquals(desk.late, [CLIENT_IP]);
});

Deno.test("nothing sent in time is just a close", async () => {
  await using desk = new Desk({ deadlineSeconds: 0.02 });
  assertEquals(await desk.ask(), "");
  assertEquals(desk.late, [CLIENT_IP]);
});

Deno.test("bytes that trickle in do not move the deadline", async () => {
  await using desk = new Desk({ deadlineSeconds: 0.05 });
  const { client, served } = desk.connect();
  let replied = false;
  const reply = readToEnd(client).finally(() => replied = true);
  let sent = 0;
  while (!replied && sent < 512) {
    await client.write(toBytes("x")).catch(() => {});
    sent++;
    await new Promise((resume) => setTimeout(resume, 1));
  }
  assertEquals(await reply, "201 INVALID\r\n");
  assert(sent < 512, "the deadline moved with every byte");
  client.close();
  await served;
});

Deno.test("the deadline does not run while a request is being answered", async () => {
  await using other = new Desk({ deadlineSeconds: 0.02 });
  const answer = async (): Promise<Uint8Array> => {
    await other.ask(); // ends when a deadline set later than ours has passed
    return toBytes("200 OK\r\n");
  };
  await using desk = new Desk({ deadlineSeconds: 0.02, answer });
  assertEquals(await desk.ask("REG ann\n"), "200 OK\r\n");
});

Deno.test("a client that neither sends nor closes after its deadline is closed", async () => {
  await using desk = new Desk({ deadlineSeconds: 0.02 });
  const { client, served } = desk.connect();
  assertEquals(await readToEnd(client), "");
  await served; // although this side is still open
  await assertRejects(() => client.write(toBytes("x")), Deno.errors.ConnectionReset);
});

Deno.test("a client that stops reading its reply is closed when its time has passed", async () => {
  const answer: Answer = () => Promise.resolve(new Uint8Array(100));
  await using desk = new Desk({ deadlineSeconds: 0.02, answer });
  const { client, served } = desk.connect(10);
  await client.write(toBytes("GET ann\n"));
  await client.read(new Uint8Array(1)); // the reply has begun, and does not fit
  await served;
});

Deno.test("stop() closes clients that have not asked, and finishes what is being answered", async () => {
  const answering = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Uint8Array>();
  const sessions = new BuddySessions({
    answer: () => {
      answering.resolve();
      return answer.promise;
    },
    readDeadlineSeconds: LONG_SECONDS,
  });
  const [idle, idleEnd] = memoryPair();
  const [busy, busyEnd] = memoryPair();
  const served = [idleEnd, busyEnd].map((stream) => {
    return sessions.serve({ stream, remoteIp: CLIENT_IP });
  });
  await writeAll(busy, toBytes("REG ann\n"));
  await answering.promise;
  const stopping = sessions.stop(LONG_SECONDS * 1000);
  assertEquals(await readToEnd(idle), "");
  answer.resolve(toBytes("200 OK\r\n"));
  assertEquals(await readToEnd(busy), "200 OK\r\n");
  busy.close();
  await within("the stop", stopping);
  await Promise.all(served);
});

Deno.test("stop() does not wait longer than its grace for a client that reads nothing", async () => {
  const sessions = new BuddySessions({
    answer: () => Promise.resolve(new Uint8Array(100)),
    readDeadlineSeconds: LONG_SECONDS,
  });
  const [client, stream] = memoryPair(10);
  const served = sessions.serve({ stream, remoteIp: CLIENT_IP });
  await client.write(toBytes("REG ann\n"));
  await client.read(new Uint8Array(1)); // the reply has begun, and does not fit
  await within("the stop", sessions.stop(20));
  await served;
});

Deno.test("stop() with nobody connected resolves at once, and leaves no timer", async () => {
  const desk = new Desk();
  await desk.ask("REG ann\n");
  await within("the stop", desk.sessions.stop(LONG_SECONDS * 1000));
});

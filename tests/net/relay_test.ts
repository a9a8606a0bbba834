import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CopyBuffers } from "../../lib/net/copy_buffers.ts";
import { type EndReason, Relay } from "../../lib/net/relay.ts";
import { PROXY_BUFFER_BYTES } from "../../lib/core/limits.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { OrderlyCloser, writeAll } from "../../lib/net/orderly_close.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { readToEnd } from "../support/streams.ts";

/** A relay between two ends a test holds: the client's and the backend's. */
class Stage implements Disposable {
  readonly client: ByteStream;
  readonly backend: ByteStream;
  readonly relay: Relay;
  readonly ended: Promise<EndReason>;
  /** How often it told that the backend ended it without a word. */
  unanswered = 0;
  /** The far ends of the backends it is given when one is lost. */
  readonly others: ByteStream[] = [];
  readonly #closer = new OrderlyCloser();

  constructor({ others = 0, capacity = 4096, now = () => performance.now() } = {}) {
    const [client, clientSide] = memoryPair(capacity);
    const [backend, backendSide] = memoryPair(capacity);
    [this.client, this.backend] = [client, backend];
    const spare = Array.from({ length: others }, () => memoryPair(capacity));
    this.others = spare.map(([far]) => far);
    const near = spare.map(([, near]) => near);
    this.relay = new Relay(clientSide, backendSide, {
      buffers: new CopyBuffers(),
      closer: this.#closer,
      now,
      unanswered: () => this.unanswered++,
      replace: () => others === 0 ? undefined : Promise.resolve(near.shift()),
    });
    this.ended = this.relay.run();
  }

  [Symbol.dispose](): void {
    this.#closer.stop();
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("Relay passes a request, its end, and the reply after it", async () => {
  using stage = new Stage();
  await writeAll(stage.client, bytes("REG ann"));
  await stage.client.closeWrite();
  assertEquals(await readToEnd(stage.backend), "REG ann");
  await writeAll(stage.backend, bytes("200 OK\r\n"));
  await stage.backend.closeWrite();
  assertEquals(await readToEnd(stage.client), "200 OK\r\n");
  assertEquals(await stage.ended, "ended");
  assertEquals([stage.relay.sent, stage.relay.received], [7, 8]);
});

Deno.test("Relay passes the end of the reply, and the request that goes on after it", async () => {
  using stage = new Stage();
  await writeAll(stage.backend, bytes("welcome\n"));
  await stage.backend.closeWrite();
  assertEquals(await readToEnd(stage.client), "welcome\n");
  assert(stage.relay.isFinishing);
  await writeAll(stage.client, bytes("and more"));
  await stage.client.closeWrite();
  assertEquals(await readToEnd(stage.backend), "and more");
  assertEquals(await stage.ended, "ended");
});

Deno.test("Relay loses and reorders nothing, however it is cut, both ways at once", async () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9000 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      pieces,
      pieces,
      fc.integer({ min: 1, max: 70_000 }),
      async (up, down, capacity) => {
        using stage = new Stage({ capacity });
        const [sentUp, sentDown] = await Promise.all([
          readBytes(stage.backend),
          readBytes(stage.client),
          writePieces(stage.client, up),
          writePieces(stage.backend, down),
        ]);
        assertEquals(sentUp, join(up));
        assertEquals(sentDown, join(down));
        assertEquals(await stage.ended, "ended");
        assertEquals([stage.relay.sent, stage.relay.received], [
          join(up).length,
          join(down).length,
        ]);
      },
    ),
    { numRuns: 40 },
  );
});

async function writePieces(stream: ByteStream, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) await writeAll(stream, piece);
  await stream.closeWrite();
}

async function readBytes(stream: ByteStream): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(1000);
    const count = await stream.read(chunk);
    if (count === null) return join(pieces);
    pieces.push(chunk.subarray(0, count));
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

Deno.test("Relay holds no more than one buffer of what a client does not read", async () => {
  using stage = new Stage();
  let written = 0;
  const chunk = new Uint8Array(10_000);
  const flood = (async () => {
    for (;;) written += await stage.backend.write(chunk);
  })().catch(() => {});
  let before = -1;
  while (written > before) {
    before = written;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  // Two pipes of 4096 bytes on the way, and one buffer between them.
  assert(written <= 2 * 4096 + PROXY_BUFFER_BYTES, String(written));
  stage.relay.cut("stopped");
  await flood;
  assertEquals(await stage.ended, "stopped");
});

Deno.test("Relay ends both at once when the client resets", async () => {
  using stage = new Stage();
  await writeAll(stage.backend, bytes("unread"));
  await writeAll(stage.client, bytes("x"));
  await stage.backend.read(new Uint8Array(1));
  await new Promise((resume) => setTimeout(resume));
  stage.client.close(); // with unread input: a reset
  assertEquals(await stage.ended, "client reset");
  assertEquals(await stage.backend.read(new Uint8Array(1)), null);
});

Deno.test("Relay ends both at once when the backend resets in mid-stream", async () => {
  using stage = new Stage();
  await writeAll(stage.client, bytes("REG ann\n"));
  await writeAll(stage.backend, bytes("20"));
  const start = new Uint8Array(2);
  assertEquals(await stage.client.read(start), 2);
  stage.backend.close(); // the request is unread: a reset
  assertEquals(await stage.ended, "backend reset");
  assertEquals(await stage.client.read(start), null);
});

Deno.test("Relay gives a client another backend when its own is lost unused", async () => {
  for (const lose of ["end", "reset"] as const) {
    using stage = new Stage({ others: 2 });
    if (lose === "end") await stage.backend.closeWrite();
    stage.backend.close();
    stage.others[0]!.close();
    await new Promise((resume) => setTimeout(resume));
    await writeAll(stage.client, bytes("REG ann\n"));
    await stage.client.closeWrite();
    assertEquals(await readToEnd(stage.others[1]!), "REG ann\n");
    await writeAll(stage.others[1]!, bytes("200 OK\r\n"));
    await stage.others[1]!.closeWrite();
    assertEquals(await readToEnd(stage.client), "200 OK\r\n");
    assertEquals(await stage.ended, "ended");
  }
});

Deno.test("Relay gives another backend what the client said as its own was lost", async () => {
  const [other, otherSide] = memoryPair(16);
  const [said, lost] = [Promise.withResolvers<number>(), Promise.withResolvers<null>()];
  const reads: Promise<number | null>[] = [said.promise, Promise.resolve(null)];
  // What is written is taken by the system; nobody reads it.
  const closing = { closeWrite: () => Promise.resolve(), close: () => {} };
  const taking = { write: (piece: Uint8Array) => Promise.resolve(piece.length), ...closing };
  const closer = new OrderlyCloser();
  const relay = new Relay(
    { read: () => reads.shift()!, ...taking },
    { read: () => lost.promise, ...taking },
    {
      ...{ buffers: new CopyBuffers(), closer, now: () => performance.now() },
      replace: () => Promise.resolve(otherSide),
    },
  );
  const ended = relay.run();
  // In one turn, the loss first.
  lost.resolve(null);
  said.resolve(3);
  assertEquals((await readToEnd(other)).length, 3);
  await other.closeWrite();
  assertEquals(await ended, "ended");
  closer.stop();
});

Deno.test("Relay sends nothing twice: after the first byte a lost backend is not replaced", async () => {
  using stage = new Stage({ others: 1 });
  await writeAll(stage.client, bytes("REG ann\n"));
  assertEquals(await stage.backend.read(new Uint8Array(99)), 8);
  stage.backend.close();
  assertEquals(await readToEnd(stage.client), "");
  await stage.client.closeWrite();
  assertEquals(await stage.ended, "ended");
  assertEquals(stage.relay.sent, 8);
});

Deno.test("Relay does not replace a backend that ends because the client did", async () => {
  using stage = new Stage({ others: 1 });
  await stage.client.closeWrite();
  assertEquals(await readToEnd(stage.backend), "");
  await stage.backend.closeWrite();
  assertEquals(await readToEnd(stage.client), "");
  assertEquals(await stage.ended, "ended");
});

Deno.test("Relay closes the client when every backend is lost unused", async () => {
  using stage = new Stage({ others: 1 });
  stage.backend.close();
  stage.others[0]!.close();
  assertEquals(await stage.ended, "no backend");
  assertEquals(await stage.client.read(new Uint8Array(1)), null);
});

Deno.test("Relay gives the client the whole reply of a backend that reads no further", async () => {
  using stage = new Stage();
  await writeAll(stage.client, bytes("GET too much"));
  await stage.backend.read(new Uint8Array(3));
  await writeAll(stage.backend, bytes("413 TOO MUCH\r\n"));
  await stage.backend.closeWrite();
  assertEquals(await readToEnd(stage.client), "413 TOO MUCH\r\n");
  await stage.client.closeWrite();
  assertEquals(await stage.ended, "ended");
});

Deno.test("Relay passes on that a backend is lost unused where it may not be replaced", async () => {
  using stage = new Stage();
  stage.backend.close();
  assertEquals(await readToEnd(stage.client), "");
  assertEquals(stage.unanswered, 1);
  await stage.client.closeWrite();
  assertEquals(await stage.ended, "ended");
});

Deno.test("Relay tells a backend that gives no answer from one that was left by its client", async () => {
  using left = new Stage();
  await left.client.closeWrite();
  assertEquals(await readToEnd(left.backend), "");
  await left.backend.closeWrite();
  assertEquals(await left.ended, "ended");
  using answered = new Stage();
  await writeAll(answered.backend, bytes("200"));
  await answered.backend.closeWrite();
  assertEquals(await readToEnd(answered.client), "200");
  assertEquals([left.unanswered, answered.unanswered], [0, 0]);
  await answered.client.closeWrite();
  await answered.ended;
});

Deno.test("Relay is active as long as a slow reader takes something", async () => {
  const clock = new FakeClock(0);
  using stage = new Stage({ capacity: 10, now: clock.read });
  for (const [writer, reader] of [["backend", "client"], ["client", "backend"]] as const) {
    const flood = writeAll(stage[writer], new Uint8Array(1000)).catch(() => {});
    for (let taken = 0; taken < 900;) {
      clock.advance(60_000);
      taken += await stage[reader].read(new Uint8Array(10)) ?? 0;
      await new Promise((resume) => setTimeout(resume));
      assertEquals(clock.now - stage.relay.lastActivity, 0);
    }
    await readExactly(stage[reader], 100);
    await flood;
  }
  stage.relay.cut("stopped");
  await stage.ended;
});

async function readExactly(stream: ByteStream, count: number): Promise<void> {
  for (let left = count; left > 0;) left -= await stream.read(new Uint8Array(left)) ?? left;
}

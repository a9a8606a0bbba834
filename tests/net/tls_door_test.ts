/** TLS ends at the balancer, and every descriptor of it can be had back, whatever the client does. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { CopyBuffers } from "../../lib/net/copy_buffers.ts";
import type { RelayWorld } from "../../lib/net/relay.ts";
import { TlsDoor, type TlsPatience, type TlsStream } from "../../lib/net/tls_door.ts";
import { closeNow, OrderlyCloser, writeAll } from "../../lib/net/orderly_close.ts";
import { listenTcp } from "../../lib/net/tcp.ts";
import { makeIdentity } from "../../lib/server/self_signed.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { openDescriptors, TELLS_USAGE, USAGE_NOTE } from "../support/process_usage.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { readToEnd } from "../support/streams.ts";

/** A door with a listener of plain connections in front of it. */
class Entrance implements Disposable {
  readonly door: TlsDoor;
  readonly #listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  readonly #closer = new OrderlyCloser();

  constructor(patience: TlsPatience = {}) {
    const world: RelayWorld = {
      buffers: new CopyBuffers(),
      closer: this.#closer,
      now: () => performance.now(),
    };
    this.door = new TlsDoor({ cert: CERT, key: KEY }, world, patience);
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** The stream in the next connection. */
  async next(): Promise<TlsStream> {
    return await this.door.take(await this.#listener.accept());
  }

  /** A client that speaks TLS, and the stream of it. */
  async pair(trusted = CERT): Promise<{ client: Deno.TlsConn; stream: TlsStream }> {
    const options = { hostname: "localhost", port: this.port, caCerts: [trusted] };
    const [client, stream] = await Promise.all([Deno.connectTls(options), this.next()]);
    return { client, stream };
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.door.close();
    this.#closer.stop();
  }
}

/** Resolves when this process has no more descriptors than so many. */
async function descriptorsFallTo(most: number): Promise<void> {
  while (await openDescriptors(Deno.pid) > most) {
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

const TIMES = 8;

/** Longer than a machine stands still on which much else goes on. */
const PATIENT: TlsPatience = { lingerSeconds: 60 };

/** Up to here a connection cannot be closed while something is being written to it. */
const WRITES_LAST = Number(Deno.version.deno.split(".")[1]) < 9;
const LAST_NOTE = WRITES_LAST ? " (this Deno finishes writing before it closes)" : "";

Deno.test("TlsDoor carries a conversation, and both ends of it", async () => {
  using entrance = new Entrance(PATIENT);
  const { client, stream } = await entrance.pair();
  const question = "x".repeat(300_000);
  await Promise.all([
    writeAll(client, new TextEncoder().encode(question)).then(() => client.closeWrite()),
    readToEnd(stream).then((text) => assertEquals(text, question)),
  ]);
  await writeAll(stream, new TextEncoder().encode("answer"));
  await stream.closeWrite();
  stream.close();
  assertEquals(await readToEnd(client), "answer");
  client.close();
  await stream.gone;
});

Deno.test({
  name: "TlsDoor has its descriptors back from clients that never end their handshake" + USAGE_NOTE,
  ignore: !TELLS_USAGE,
  async fn() {
    using entrance = new Entrance({ handshakeSeconds: 0.1 });
    const silent = async (said: Uint8Array): Promise<RawTcp> => {
      const [client] = await Promise.all([
        RawTcp.connect(entrance.port),
        assertRejects(() => entrance.next()),
      ]);
      await client.send(said);
      return client;
    };
    // What the runtime opens once, it opens now.
    using _first = await silent(new Uint8Array(1));
    const before = await openDescriptors(Deno.pid);
    const clients: RawTcp[] = [];
    for (let time = 0; time < TIMES; time++) {
      clients.push(await silent(time % 2 === 0 ? new Uint8Array() : Uint8Array.of(22, 3, 1, 2)));
    }
    // The clients are all still there, each with the one descriptor of its own.
    await descriptorsFallTo(before + TIMES);
    for (const client of clients) client[Symbol.dispose]();
  },
});

Deno.test({
  name: "TlsDoor has its descriptors back from clients that do not read" + USAGE_NOTE + LAST_NOTE,
  ignore: !TELLS_USAGE || WRITES_LAST,
  async fn() {
    using entrance = new Entrance({ lingerSeconds: 0.1 });
    const deaf = async (): Promise<Deno.TlsConn> => {
      const { client, stream } = await entrance.pair();
      const flood = (async () => {
        for (;;) await stream.write(new Uint8Array(64 * 1024));
      })().catch(() => {});
      // Until nothing more goes out: everything on the way is full.
      for (let at = -1; stream.carriedAt > at;) {
        at = stream.carriedAt;
        await new Promise((resume) => setTimeout(resume, 20));
      }
      stream.close();
      await Promise.all([flood, stream.gone]);
      return client;
    };
    const first = await deaf();
    const before = await openDescriptors(Deno.pid);
    const clients: Deno.TlsConn[] = [];
    for (let time = 0; time < TIMES; time++) clients.push(await deaf());
    await descriptorsFallTo(before + TIMES);
    for (const client of [first, ...clients]) closeNow(client);
  },
});

Deno.test("TlsDoor lets the rest of what it was told reach a client that reads late", async () => {
  using entrance = new Entrance(PATIENT);
  const { client, stream } = await entrance.pair();
  const rest = "y".repeat(100_000);
  await writeAll(stream, new TextEncoder().encode(rest));
  await stream.closeWrite();
  stream.close();
  assertEquals(await readToEnd(client), rest);
  client.close();
  await stream.gone;
});

Deno.test("TlsDoor lets it reach the client without an end, too, as plain connections do", async () => {
  using entrance = new Entrance(PATIENT);
  const { client, stream } = await entrance.pair();
  const rest = "z".repeat(100_000);
  await writeAll(stream, new TextEncoder().encode(rest));
  stream.close();
  assertEquals(await readToEnd(client), rest);
  client.close();
  await stream.gone;
});

Deno.test("TlsDoor shows another certificate from one connection to the next", async () => {
  using entrance = new Entrance();
  const before = await entrance.pair();
  const { cert, key } = await makeIdentity([], Date.now());
  assertThrows(() => entrance.door.reload({ cert, key: KEY }), OperationalError);
  entrance.door.reload({ cert, key });
  const trusting = { hostname: "localhost", port: entrance.port, caCerts: [CERT] };
  using refused = await Deno.connectTls(trusting);
  const shaking = [refused.handshake(), entrance.next()];
  const outcomes = await Promise.allSettled(shaking);
  assertEquals(outcomes.map(({ status }) => status), ["rejected", "rejected"]);
  const after = await entrance.pair(cert);
  for (const { client, stream } of [before, after]) {
    await writeAll(client, new TextEncoder().encode("me"));
    await client.closeWrite();
    assertEquals(await readToEnd(stream), "me");
    stream.close();
    client.close();
    await stream.gone;
  }
});

Deno.test("TlsDoor takes nobody who comes to its loopback port by themselves", async () => {
  const ports: number[] = [];
  const listenTls = Deno.listenTls;
  Deno.listenTls = (options) => {
    const listener = listenTls(options);
    ports.push((listener.addr as Deno.NetAddr).port);
    return listener;
  };
  try {
    using entrance = new Entrance();
    using _stranger = await RawTcp.connect(ports[0]!);
    const { client, stream } = await entrance.pair();
    await writeAll(client, new TextEncoder().encode("me"));
    await client.closeWrite();
    assertEquals(await readToEnd(stream), "me");
    stream.close();
    client.close();
    await stream.gone;
  } finally {
    Deno.listenTls = listenTls;
  }
});

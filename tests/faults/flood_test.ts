/**
 * Slow clients in numbers: a thousand that send a byte now and then, at every TCP port. Whoever has
 * something to say is answered meanwhile, and the slow ones are gone when their time is over.
 */

import { assertEquals } from "@std/assert";
import { OWN_CERTIFICATE_NAME } from "../../lib/core/certificate_name.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { connectTls } from "../../lib/net/tls_client.ts";
import { print } from "../../tools/print.ts";
import { ChatClient } from "../support/chat_client.ts";
import { ask, RawTcp } from "../support/raw_tcp.ts";
import { askRoom } from "../support/room_server.ts";
import { ServerProcess } from "../support/server_process.ts";
import { readToEnd } from "../support/streams.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";
import { extent } from "./extent.ts";

const SLOW_CLIENTS = extent(300, 1000);

interface TcpPorts {
  readonly buddy: { readonly tcp: number; readonly tls: number };
  readonly rooms: { readonly tcp: number };
  readonly chat: { readonly tcp: number };
}

/** What a TLS handshake begins with: a record of 8 KiB, which is waited for. */
const HELLO = new Uint8Array([22, 3, 1, 32, 0, 1, 0, 31, 252, 3, 3, ...new Uint8Array(20)]);

/** A whole record of a handshake, whose hello goes on in another one. */
const BEGUN = new Uint8Array([22, 3, 1, 0, 4, 1, 0, 2, 0]);

/** No request, however much of it comes. */
const NO_REQUEST = new TextEncoder().encode("C".repeat(30));

/** Something a client asks while slow ones hold on; resolves when it is answered. */
type Question = (ports: TcpPorts, number: number, directory: string) => Promise<void>;

/** A port, what is trickled to it, and what others ask. */
type Row = readonly [
  name: string,
  port: (ports: TcpPorts) => number,
  Question,
  trickled?: Uint8Array,
  /** What is said at once, before. */
  first?: Uint8Array,
];

const register: Question = async ({ buddy }, number) => {
  assertEquals(await ask(buddy.tcp, `REG user${number}\n`), "200 OK\r\n");
};

const registerOverTls: Question = async ({ buddy }, number, directory) => {
  const authorities = [await Deno.readTextFile(`${directory}/tls.pem`)];
  const trust = { name: OWN_CERTIFICATE_NAME, authorities };
  using client = await connectTls("127.0.0.1", buddy.tls, trust, { timeoutMs: 60_000 });
  await writeAll(client, new TextEncoder().encode(`REG user${number}\n`));
  assertEquals(await readToEnd(client), "200 OK\r\n");
};

const PORTS: readonly Row[] = [
  ["buddies", ({ buddy }) => buddy.tcp, register],
  ["TLS", ({ buddy }) => buddy.tls, registerOverTls, HELLO],
  ["TLS that has begun", ({ buddy }) => buddy.tls, registerOverTls, HELLO, BEGUN],
  ["rooms", ({ rooms }) => rooms.tcp, async ({ rooms }, number) => {
    const answer = await askRoom(rooms.tcp, 1, `room${number}`, "alice");
    assertEquals(answer.success, true);
  }],
  ["the login chat", ({ chat }) => chat.tcp, async ({ chat }, number) => {
    using _client = await ChatClient.enter(chat.tcp, `user${number}`);
  }],
];

for (const [name, portOf, question, trickled = NO_REQUEST, first] of PORTS) {
  Deno.test(`${SLOW_CLIENTS} clients of ${name} that trickle: others are answered, they are gone in time`, async () => {
    await using directory = await TempDir.make();
    await using server = await ServerProcess.start(directory.path, [
      ...["--services=buddy,rooms,chat", "--rooms-tcp-port=0", "--rooms-udp-port=0"],
      ...["--chat-port=0", "--tls-port=0"],
    ]);
    const ports = server.ports as unknown as TcpPorts;
    await question(ports, 0, directory.path);
    const began = performance.now();
    const slow = await Promise.all(
      Array.from(
        { length: SLOW_CLIENTS },
        () => SlowClient.connect(portOf(ports), trickled, first),
      ),
    );
    const waits: number[] = [];
    for (let number = 1; number <= 20; number++) {
      const asked = performance.now();
      await question(ports, number, directory.path);
      waits.push(performance.now() - asked);
    }
    await within("the end of the slow ones", Promise.all(slow.map((client) => client.ended)));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const slowest = Math.max(...waits).toFixed(0);
    print(`${name}: answered within ${slowest} ms; ${SLOW_CLIENTS} gone after ${seconds} s\n`);
  });
}

/** Sends a byte every second, until the server ends it. */
class SlowClient {
  readonly #connection: RawTcp;
  readonly #bytes: Uint8Array;
  #sent = 0;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Resolves when the server has ended the connection. */
  readonly ended: Promise<void>;

  private constructor(connection: RawTcp, bytes: Uint8Array) {
    this.#connection = connection;
    this.#bytes = bytes;
    this.#timer = setInterval(() => this.#trickle(), 1000);
    this.ended = this.#end();
  }

  static async connect(
    port: number,
    bytes: Uint8Array,
    first: Uint8Array = new Uint8Array(),
  ): Promise<SlowClient> {
    const connection = await RawTcp.connect(port);
    await connection.send(first);
    return new SlowClient(connection, bytes);
  }

  #trickle(): void {
    const next = this.#bytes.slice(this.#sent, ++this.#sent);
    this.#connection.send(next).catch(() => {}); // it has been ended meanwhile
  }

  async #end(): Promise<void> {
    // A clean end or a reset: it is over either way.
    await this.#connection.readToEnd().catch(() => {});
    clearInterval(this.#timer);
    this.#connection[Symbol.dispose]();
  }
}

/** The conformance suite against servers that keep no rule: each is told so, and soon. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { acceptConnections, type AcceptedStream } from "../../lib/net/accept_loop.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { BUDDY_TCP_RULES } from "../../tools/conformance/buddy_tcp.ts";
import { BUDDY_UDP_RULES } from "../../tools/conformance/buddy_udp.ts";
import { CHAT_RULES } from "../../tools/conformance/chat.ts";
import { ROOM_RULES } from "../../tools/conformance/rooms.ts";
import { judge, type Rule, type Server, Violation } from "../../tools/conformance/rule.ts";
import { ask, Connection } from "../../tools/conformance/wire.ts";
import { RecordedLog } from "../support/recorded_log.ts";

type Serve = (incoming: AcceptedStream) => Promise<void>;

/** A server that does one thing to each connection; nothing answers its datagrams. */
async function serving(serve: Serve, play: (server: Server) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const served: Promise<void>[] = [];
  const accepting = acceptConnections(
    listener,
    (incoming) => void served.push(serve(incoming)),
    new RecordedLog(),
  );
  try {
    await play({
      host: "127.0.0.1",
      tcp: (listener.addr as Deno.NetAddr).port,
      udp: (silent.addr as Deno.NetAddr).port,
    });
  } finally {
    listener.close();
    silent.close();
    await accepting;
    await Promise.all(served);
  }
}

/** Sends pieces until the other side has gone. */
function sendingForEver(piece: Uint8Array, everyMs: number): Serve {
  return async ({ stream }) => {
    try {
      for (;;) {
        await writeAll(stream, piece);
        if (everyMs > 0) await new Promise((resume) => setTimeout(resume, everyMs));
      }
    } catch {
      // It has gone.
    } finally {
      stream.close();
    }
  };
}

async function keptBy(server: Server, rules: readonly Rule[]): Promise<string[]> {
  const kept: string[] = [];
  for await (const { rule, broken } of judge(rules, server)) {
    if (broken === undefined) kept.push(rule.text);
  }
  return kept;
}

for (
  const [protocol, rules] of [
    ["buddy, TCP", BUDDY_TCP_RULES],
    ["buddy, UDP", BUDDY_UDP_RULES],
    ["rooms", ROOM_RULES],
    ["chat", CHAT_RULES],
  ] as const
) {
  Deno.test(`${protocol}: a server that hangs up on everybody keeps no rule`, async () => {
    await serving(({ stream }) => {
      stream.close();
      return Promise.resolve();
    }, async (server) => assertEquals(await keptBy(server, rules), []));
  });

  Deno.test(`${protocol}: a server that sends without end keeps no rule, and is left`, async () => {
    await serving(
      sendingForEver(new Uint8Array(64 * 1024).fill(120), 0),
      async (server) => assertEquals(await keptBy(server, rules.slice(0, 5)), []),
    );
  });
}

Deno.test("GET of an unknown user gets no answer: silence alone does not keep the rule", async () => {
  const register: Serve = async ({ stream }) => {
    await stream.read(new Uint8Array(600));
    await writeAll(stream, new TextEncoder().encode("200 OK\r\n"));
    stream.close();
  };
  const rule = BUDDY_UDP_RULES.find(({ text }) => text.includes("an unknown user"))!;
  await serving(register, async (server) => {
    const error = await assertRejects(() => rule.check(server), Violation);
    assertEquals(error.message, 'GET of a known user: expected "", got nothing');
  });
});

Deno.test("a line end of LF is one fault, and told under one rule", async () => {
  const lineFeed: Serve = async ({ stream }) => {
    const buffer = new Uint8Array(8192);
    let text = "";
    while (!text.includes("\n")) {
      const count = await stream.read(buffer);
      if (count === null) break;
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
    const [word = "", user = ""] = text.trim().split(/\s+/);
    const code = user === "" ? "201 INVALID" : "200 OK";
    if (word !== "") await writeAll(stream, new TextEncoder().encode(`${code}\n`));
    stream.close();
  };
  const texts = [
    "ends in CRLF",
    "a line may end in LF",
    "parted by",
    "in pieces",
    "further fields",
  ];
  const rules = BUDDY_TCP_RULES.filter(({ text }) => texts.some((part) => text.includes(part)));
  assertEquals(rules.length, texts.length);
  await serving(lineFeed, async (server) => {
    const kept = await keptBy(server, rules);
    const broken = rules.map(({ text }) => text).filter((text) => !kept.includes(text));
    assertEquals(broken, ["a reply is one line that ends in CRLF, and then the server closes"]);
  });
});

Deno.test("an answer that trickles has one patience, and is told with what was asked", async () => {
  await serving(sendingForEver(new Uint8Array(9).fill(120), 10), async (server) => {
    for (
      const receive of [
        (connection: Connection) => connection.rest(100),
        (connection: Connection) => connection.line(100),
      ]
    ) {
      using connection = await Connection.open(server);
      await connection.send("REG ann\n");
      // The answer has begun: the rest of the first piece is there.
      await connection.bytes(1);
      const error = await assertRejects(() => receive(connection), Violation);
      assertEquals(
        error.message,
        'after "REG ann\\n": no end of the answer, and no close, within 0.1 s',
      );
    }
  });
});

Deno.test("an answer without end is left after a mebibyte", async () => {
  await serving(sendingForEver(new Uint8Array(64 * 1024), 0), async (server) => {
    const error = await assertRejects(() => ask(server, "REG ann\n"), Violation);
    assert(
      error.message.startsWith('after "REG ann\\n": the server goes on sending'),
      error.message,
    );
  });
});

/**
 * Buddy requests over TCP: how connections end, and how many there may be. Rules: protocols/buddy.md,
 * "an orderly close, never a reset" and the read deadline; docs/command-line.md, default limits.
 */

import { assert, assertEquals } from "@std/assert";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { eventually } from "../support/eventually.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { TestServer } from "../support/server.ts";

const OK = "200 OK\r\n";
const INVALID = "201 INVALID\r\n";
const USER_EXISTS = "203 USER EXISTS\r\n";

/** Runs a task so many times, a few at once. */
async function repeat(times: number, task: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < times) await task(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

const JUNK = "junk behind the request ".repeat(200);

/**
 * The reply, up to a clean end. A system may hide a reset that comes behind the end of the stream,
 * and another would lose the reply to it; but no system sends on a connection that was reset.
 */
async function replyWithoutReset(connection: RawTcp): Promise<string> {
  const reply = await connection.readToEnd();
  await connection.send("still connected");
  return reply;
}

Deno.test("TCP: with unread input behind a request, the reply arrives whole and then a clean end, 1,000 times", async () => {
  await using server = await TestServer.start();
  await server.register("ann");
  let whole = 0;
  await repeat(1000, async (number) => {
    using connection = await RawTcp.connect(server.tcp);
    await connection.send(`REG ann\n${JUNK}`);
    if (number % 2 === 0) await connection.send(JUNK);
    assertEquals(await replyWithoutReset(connection), USER_EXISTS);
    whole++;
  });
  assertEquals(whole, 1000);
});

Deno.test("TCP: who has begun to send more goes on after the reply, and nothing is reset", async () => {
  await using server = await TestServer.start();
  await server.register("ann");
  await repeat(200, async () => {
    using connection = await RawTcp.connect(server.tcp);
    await connection.send("REG ann\n ");
    assertEquals(await connection.readToEnd(), USER_EXISTS);
    // Against a closed connection the first would be answered by a reset, and the next one fail.
    for (let piece = 0; piece < 5; piece++) await connection.send(JUNK);
  });
});

Deno.test("TCP: a line over 512 bytes is answered and ended cleanly although 64 KiB are unread", async () => {
  await using server = await TestServer.start();
  await repeat(200, async () => {
    using connection = await RawTcp.connect(server.tcp);
    const writing = connection.send("x".repeat(64 * 1024));
    assertEquals(await replyWithoutReset(connection), INVALID);
    await writing;
  });
});

Deno.test("TCP: an empty line with input behind it ends cleanly, without a reply", async () => {
  await using server = await TestServer.start();
  await repeat(200, async () => {
    using connection = await RawTcp.connect(server.tcp);
    await connection.send(`\n${JUNK}`);
    assertEquals(await replyWithoutReset(connection), "");
  });
});

Deno.test("TCP: 1,000 idle connections do not keep another from registering", async () => {
  await using server = await TestServer.start({ limits: { readDeadlineSeconds: 600 } });
  const idle: RawTcp[] = [];
  try {
    for (let number = 0; number < 1000; number++) idle.push(await RawTcp.connect(server.tcp));
    await idle[500]!.send("REG an");
    assertEquals(await server.ask("REG bob\n"), OK);
    await idle[500]!.send("n\n");
    assertEquals(await idle[500]!.readToEnd(), OK);
  } finally {
    for (const connection of idle) connection[Symbol.dispose]();
  }
});

/** So long that a busy machine has read what was sent by then. */
const DEADLINE = { readDeadlineSeconds: 3 } as const;

Deno.test("TCP: a request not finished within the read deadline is 201", async () => {
  const store = new MemoryStore();
  {
    await using server = await TestServer.start({ limits: DEADLINE, store });
    const begun = ["REG ann", "R", "   ", "REG ann\r", "\0"];
    const replies = await Promise.all(begun.map((text) => server.ask(text)));
    assertEquals(replies, begun.map(() => INVALID));
  }
  await using patient = await TestServer.start({ store });
  assertEquals(await patient.ask("REG ann\n"), OK, "nothing of it was run");
});

Deno.test("TCP: nothing sent within the read deadline is a close without a reply", async () => {
  await using server = await TestServer.start({ limits: { readDeadlineSeconds: 0.1 } });
  assertEquals(await server.ask(), "");
});

Deno.test("TCP: bytes that come after the read deadline do not reset the connection", async () => {
  const store = new MemoryStore();
  {
    await using server = await TestServer.start({ limits: DEADLINE, store });
    using connection = await RawTcp.connect(server.tcp);
    await connection.send("REG an");
    assertEquals(await connection.readToEnd(), INVALID);
    await connection.send("n\n");
    await connection.finish();
  }
  await using patient = await TestServer.start({ store });
  assertEquals(await patient.ask("REG ann\n"), OK, "too late to be run");
});

Deno.test("TCP: over the most connections in all, a new one is closed, and served later", async () => {
  await using server = await TestServer.start({ limits: { maxConnections: 2 } });
  using first = await RawTcp.connect(server.tcp);
  using _second = await RawTcp.connect(server.tcp);
  using refused = await RawTcp.connect(server.tcp);
  assertEquals(await refused.readToEnd(), "");
  assertEquals(server.log.messages("warn"), ["Connections are turned away"]);
  await first.send("REG ann\n");
  assertEquals(await first.readToEnd(), OK);
  await first.finish();
  // The server notices our end in its own time; until then it turns us away.
  await eventually("a place", async () => {
    using next = await RawTcp.connect(server.tcp);
    await next.send("REG bob\n").catch(() => {});
    const reply = await next.readToEnd().catch(() => "");
    assert(reply === "" || reply === OK, reply);
    return reply === OK;
  });
});

Deno.test("TCP: loopback is exempt from the limits per address", async () => {
  const limits = { maxConnectionsPerAddress: 1, connectionRate: 1, connectionBurst: 1 };
  await using server = await TestServer.start({ limits });
  using _idle = await RawTcp.connect(server.tcp);
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, number) => server.ask(`REG u${number}\n`)),
  );
  assert(replies.every((reply) => reply === OK));
});

Deno.test("TCP: a connection that comes in the moment of a stop is not left behind", async () => {
  for (let round = 0; round < 50; round++) {
    const server = await TestServer.start();
    using connection = await RawTcp.connect(server.tcp);
    await server.stop();
    // Accepted or still in the backlog: it ends, with a reset in the second case.
    assertEquals(await connection.readToEnd().catch(() => ""), "");
  }
});

Deno.test("TCP: a stop closes idle connections and lets go of the ports", async () => {
  const server = await TestServer.start();
  using idle = await RawTcp.connect(server.tcp);
  using begun = await RawTcp.connect(server.tcp);
  await begun.send("REG an");
  // Served behind them: both are accepted, and not in the backlog, which a stop resets.
  assertEquals(await server.ask("REG bob\n"), OK);
  await server.stop();
  assertEquals(await idle.readToEnd(), "");
  assertEquals(await begun.readToEnd(), "");
  Deno.listen({ hostname: "127.0.0.1", port: server.tcp }).close();
  Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: server.udp }).close();
});

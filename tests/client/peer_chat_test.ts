/**
 * A chat over a connection in memory: `PeerChat` and the `PeerConnection` under it.
 */

import { assert, assertEquals } from "@std/assert";
import { type ChatTimes, PeerChat, type Undelivered } from "../../lib/client/peer_chat.ts";
import { PeerConnection } from "../../lib/client/peer_connection.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { closeNow, OrderlyCloser, writeAll } from "../../lib/net/orderly_close.ts";
import { PeerReader } from "../../lib/wire/peer.ts";
import { eventually } from "../support/eventually.ts";
import { readToEnd } from "../support/streams.ts";
import { within } from "../support/within.ts";

const PURE = { permissions: "none" } as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One chat, its other end, and what it told. */
class ChatPlay implements AsyncDisposable {
  readonly chat: PeerChat;
  readonly other: ByteStream;
  readonly told: string[] = [];
  /** What it said and cannot count on. */
  undelivered: Undelivered | undefined;
  readonly #closer = new OrderlyCloser();
  readonly #over = Promise.withResolvers<void>();

  constructor(times: ChatTimes = {}) {
    const [ours, other] = memoryPair();
    this.other = other;
    const deaf = { bytes(): void {}, ended(): void {} };
    const connection = new PeerConnection(ours, this.#closer, deaf);
    this.chat = new PeerChat(connection, new PeerReader(), {
      said: (text) => this.told.push(text),
      ended: (how, undelivered) => {
        this.told.push(`(${how})`);
        this.undelivered = undelivered;
        this.#over.resolve();
      },
    }, times);
  }

  async over(): Promise<void> {
    await within("the end of the chat", this.#over.promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    closeNow(this.other);
    await this.chat.end();
    this.#closer.stop();
  }
}

Deno.test(
  "every line is a message, also an empty one; the last needs no line end",
  PURE,
  async () => {
    await using play = new ChatPlay();
    await writeAll(play.other, bytes("hello\r\n\nq\n/x\nbye"));
    await play.other.closeWrite();
    await play.over();
    assertEquals(play.told, ["hello", "", "q", "/x", "bye", "(theirs)"]);
  },
);

Deno.test("a message may come in any pieces", PURE, async () => {
  await using play = new ChatPlay();
  for (const byte of bytes("日本\nok\n")) await writeAll(play.other, Uint8Array.of(byte));
  await play.other.closeWrite();
  await play.over();
  assertEquals(play.told, ["日本", "ok", "(theirs)"]);
});

Deno.test("a line over 4,096 bytes is told in pieces that lose nothing", PURE, async () => {
  await using play = new ChatPlay();
  const line = "0123456789".repeat(1000);
  await writeAll(play.other, bytes(`${line}\nnext\n`));
  await play.other.closeWrite();
  await play.over();
  assertEquals(play.told.length, 5);
  assertEquals(play.told.slice(0, 3).join(""), line);
  assertEquals(play.told.slice(3), ["next", "(theirs)"]);
});

Deno.test("a reset ends the chat as lost", PURE, async () => {
  await using play = new ChatPlay();
  play.chat.send("unread");
  await play.chat.settled();
  closeNow(play.other);
  await play.over();
  assertEquals(play.told, ["(lost)"]);
});

Deno.test("end() sends everything first, and what still comes is not told", PURE, async () => {
  await using play = new ChatPlay();
  play.chat.send("one");
  play.chat.send("");
  const ended = play.chat.end();
  await writeAll(play.other, bytes("too late\n"));
  assertEquals(await readToEnd(play.other), "one\n\n");
  await play.other.closeWrite();
  await within("the end", ended);
  assertEquals(play.told, []);
});

Deno.test("more than the send queue holds ends the chat as stuck", PURE, async () => {
  await using play = new ChatPlay();
  for (let at = 0; at < 100; at++) play.chat.send("x".repeat(10_000));
  await play.over();
  assertEquals(play.told, ["(stuck)"]);
});

Deno.test("settled() gives a reader that does not read up in time", PURE, async () => {
  await using play = new ChatPlay({ stallMs: 20 });
  play.chat.send("x".repeat(100_000));
  await play.chat.settled();
  assertEquals(play.told, ["(stuck)"]);
});

Deno.test(
  "settled() resolves when everything is with the system, or the chat is over",
  PURE,
  async () => {
    await using play = new ChatPlay();
    play.chat.send("hello");
    await play.chat.settled();
    await play.other.closeWrite();
    await play.over();
    await play.chat.settled();
  },
);

Deno.test(
  "what was said since the other side was heard is unsure when the connection breaks",
  PURE,
  async () => {
    await using play = new ChatPlay();
    play.chat.send("one");
    await play.chat.settled();
    await writeAll(play.other, bytes("yes\n"));
    await eventually("the answer", () => play.told.length > 0);
    play.chat.send("two");
    play.chat.send("three");
    await play.chat.settled();
    closeNow(play.other); // with unread input: a reset
    await play.over();
    assertEquals(play.told, ["yes", "(lost)"]);
    assertEquals(play.undelivered, { lost: [], unsure: ["two", "three"], before: 0 });
  },
);

Deno.test(
  "of what is unsure only the last minute is repeated, and the rest counted",
  PURE,
  async () => {
    let now = 0;
    await using play = new ChatPlay({ now: () => now });
    for (let line = 0; line < 60; line++) {
      now = line * 2000;
      play.chat.send(`line ${line}`);
      await play.chat.settled();
    }
    closeNow(play.other);
    await play.over();
    const { unsure = [], before } = play.undelivered ?? {};
    assertEquals([unsure.length, unsure[0], unsure.at(-1), before], [30, "line 30", "line 59", 30]);
  },
);

Deno.test("what the system never took is lost, however the chat ends", PURE, async () => {
  await using play = new ChatPlay({ stallMs: 1 });
  const much = "x".repeat(100_000); // more than is on the way at once
  play.chat.send(much);
  play.chat.send("behind it");
  await play.chat.settled();
  await play.over();
  assertEquals(play.told, ["(stuck)"]);
  assert(play.undelivered?.lost[0] === much); // shown in full it would say little
  assertEquals(play.undelivered.lost.slice(1), ["behind it"]);
});

Deno.test(
  "every line that the system never took is lost, however many there are",
  PURE,
  async () => {
    await using play = new ChatPlay({ stallMs: 1 });
    play.chat.send("x".repeat(100_000)); // more than is on the way at once
    const lines = Array.from({ length: 200 }, (_, at) => `line ${at}`);
    for (const line of lines) play.chat.send(line);
    await play.chat.settled();
    await play.over();
    assertEquals(play.undelivered?.lost.slice(1), lines);
  },
);

Deno.test("nothing is unsure when the other side ends the chat in order", PURE, async () => {
  await using play = new ChatPlay();
  play.chat.send("one");
  await play.chat.settled();
  await play.other.read(new Uint8Array(10));
  await play.other.closeWrite();
  await play.over();
  assertEquals(play.told, ["(theirs)"]);
  assertEquals(play.undelivered, { lost: [], unsure: [], before: 0 });
});

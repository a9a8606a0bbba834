/**
 * Calls between clients through real sockets, with the other side played by hand. What a person
 * sees of them is in `tests/plays/peer_*_test.ts`.
 */

import { assertEquals } from "@std/assert";
import { type CallTimes, PeerCalls } from "../../lib/client/peer_calls.ts";
import { HandPlayed, HandPlayedCallee } from "../support/client_peers.ts";
import { HeldTimers } from "../support/held_timers.ts";
import { NOBODYS_PORT } from "../support/machine.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { within } from "../support/within.ts";

/** A client's calls, and what they told. */
class CallsPlay implements AsyncDisposable {
  readonly calls: PeerCalls;
  readonly port: number;
  readonly told: string[] = [];
  #more = Promise.withResolvers<void>();

  constructor(times: Partial<CallTimes> = {}) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = listener.addr.port;
    const tell = (text: string): void => {
      this.told.push(text);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    };
    this.calls = new PeerCalls(
      listener,
      {
        ring: (ip) => tell(`ring ${ip}`),
        ringEnded: (end) => tell(`ring ended: ${end}`),
        turnedAway: (ip) => tell(`turned away ${ip}`),
        ringing: () => tell("ringing"),
        callFailed: (failure) =>
          tell(`failed: ${typeof failure === "string" ? failure : "unreachable"}`),
        chatBegun: () => tell("chat"),
        said: (text) => tell(`said ${text}`),
        chatEnded: (how) => tell(`chat ended: ${how}`),
      },
      new RecordedLog(),
      { acceptGapMs: 0, ...times },
    );
  }

  /** Waits until this was told so many times. */
  async tells(text: string, times = 1): Promise<void> {
    while (this.told.filter((told) => told === text).length < times) {
      await within(`"${text}"`, this.#more.promise);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.calls.stop();
  }
}

function to(port: number): { ip: string; port: number } {
  return { ip: "127.0.0.1", port };
}

Deno.test("call(): nothing is sent before ACCEPT", async () => {
  await using play = new CallsPlay();
  using callee = new HandPlayedCallee();
  play.calls.call(to(callee.port));
  using bob = await callee.called();
  await play.tells("ringing");
  play.calls.send("too early");
  await bob.send("ACCEPT\n");
  await play.tells("chat");
  play.calls.send("now");
  assertEquals(await bob.line(), "now");
});

Deno.test("call(): one that nobody answers is given up", async () => {
  await using play = new CallsPlay({ answerMs: 20 });
  using callee = new HandPlayedCallee();
  play.calls.call(to(callee.port));
  using bob = await callee.called();
  await play.tells("failed: unanswered");
  await bob.finish();
  assertEquals(await bob.rest(), "");
});

Deno.test("call(): nothing listening is told as unreachable", async () => {
  await using play = new CallsPlay();
  await play.calls.call(to(NOBODYS_PORT));
  assertEquals(play.told, ["failed: unreachable"]);
});

Deno.test("cancel(): the other side sees an orderly end and nobody is told", async () => {
  await using play = new CallsPlay();
  using callee = new HandPlayedCallee();
  play.calls.call(to(callee.port));
  using bob = await callee.called();
  await play.tells("ringing");
  play.calls.cancel();
  await bob.send("ACCEPT\n");
  await bob.finish();
  assertEquals(await bob.rest(), "");
  assertEquals(play.told, ["ringing"]);
});

Deno.test("accept(): sends ACCEPT and LF alone", async () => {
  await using play = new CallsPlay();
  using bob = await HandPlayed.call(play.port);
  await play.tells("ring 127.0.0.1");
  await play.calls.accept();
  play.calls.send("hello");
  assertEquals(await bob.line(), "ACCEPT");
  assertEquals(await bob.line(), "hello");
});

Deno.test("accept(): the first line is not in the segment of ACCEPT", async () => {
  using gap = new HeldTimers(100);
  await using play = new CallsPlay({ acceptGapMs: gap.milliseconds });
  using bob = await HandPlayed.call(play.port);
  await play.tells("ring 127.0.0.1");
  const accepted = play.calls.accept();
  assertEquals(await bob.chunk(), "ACCEPT\n");
  play.calls.send("too early");
  assertEquals(play.told, ["ring 127.0.0.1"], "there is no chat before the gap is over");
  await gap.pass();
  await accepted;
  play.calls.send("hello");
  assertEquals(await bob.chunk(), "hello\n");
});

Deno.test("what a caller says before it is answered is told when it is", async () => {
  await using play = new CallsPlay();
  using bob = await HandPlayed.call(play.port);
  await bob.send("HELLO bob\nand more\nhal");
  await play.tells("ring 127.0.0.1");
  using second = await HandPlayed.call(play.port); // its turn comes after bob's bytes were read
  await play.tells("turned away 127.0.0.1");
  assertEquals(await second.rest(), "REJECT\n");
  await play.calls.accept();
  await bob.send("f\n");
  await play.tells("said half");
  assertEquals(play.told.slice(2), ["chat", "said HELLO bob", "said and more", "said half"]);
});

Deno.test("reject(): REJECT, LF and an orderly end", async () => {
  await using play = new CallsPlay();
  using bob = await HandPlayed.call(play.port);
  await bob.send("unread and unwanted\n");
  await play.tells("ring 127.0.0.1");
  play.calls.reject();
  assertEquals(await bob.rest(), "REJECT\n");
});

Deno.test("an unanswered call is rejected in time", async () => {
  await using play = new CallsPlay({ ringMs: 20 });
  using bob = await HandPlayed.call(play.port);
  assertEquals(await bob.rest(), "REJECT\n");
  await play.tells("ring ended: timeout");
  await play.calls.accept();
  assertEquals(play.told, ["ring 127.0.0.1", "ring ended: timeout"]);
});

Deno.test("a caller that hangs up is told, and the line is free again", async () => {
  await using play = new CallsPlay();
  {
    using _bob = await HandPlayed.call(play.port);
    await play.tells("ring 127.0.0.1");
  }
  await play.tells("ring ended: hung up");
  await play.calls.accept(); // of a call that is gone: nothing happens
  using again = await HandPlayed.call(play.port);
  await play.tells("ring 127.0.0.1", 2);
  play.calls.reject();
  assertEquals(await again.rest(), "REJECT\n");
});

Deno.test("one line: a second caller is rejected while one rings, calls or chats", async () => {
  await using play = new CallsPlay();
  const busy = async (): Promise<void> => {
    using second = await HandPlayed.call(play.port);
    assertEquals(await second.rest(), "REJECT\n");
  };
  using first = await HandPlayed.call(play.port);
  await play.tells("ring 127.0.0.1");
  await busy();
  await play.calls.accept();
  await busy();
  play.calls.endChat();
  await first.finish();
  assertEquals(await first.rest(), "ACCEPT\n");

  using callee = new HandPlayedCallee();
  play.calls.call(to(callee.port));
  using _bob = await callee.called();
  await busy();
  await play.tells("turned away 127.0.0.1", 3);
});

Deno.test("stop() rejects what rings, ends what there is, and does not wait for long", async () => {
  const play = new CallsPlay({ stopMs: 20 });
  using bob = await HandPlayed.call(play.port);
  await play.tells("ring 127.0.0.1");
  const stopped = play.calls.stop();
  assertEquals(await bob.rest(), "REJECT\n");
  await within("the stop", stopped);
});

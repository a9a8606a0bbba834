/**
 * What a transfer does when the other side does not keep the rules, or says nothing.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Receiving } from "../../lib/client/transfer_receiving.ts";
import { Sending } from "../../lib/client/transfer_sending.ts";
import { survey } from "../../lib/client/transfer_survey.ts";
import { type LinkTimes, TransferLink } from "../../lib/client/transfer_link.ts";
import { TransferTarget } from "../../lib/client/transfer_target.ts";
import { joinBytes } from "../../lib/core/bytes.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { closeNow, OrderlyCloser, writeAll } from "../../lib/net/orderly_close.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { encodeTransfer, TRANSFER_PREFACE, type TransferMessage } from "../../lib/wire/transfer.ts";
import type { Offer } from "../../lib/wire/transfer_offer.ts";
import { TransferReader } from "../../lib/wire/transfer_reader.ts";
import { HeldTime } from "../support/held_time.ts";
import { TempDir } from "../support/temp_dir.ts";
import { ALICE, BOB } from "../support/transfers.ts";
import { within } from "../support/within.ts";

const OFFER: Offer = {
  ...{ from: ALICE, to: BOB },
  entries: [
    { kind: "file", path: ["a"], size: 3, modified: 0 },
    { kind: "file", path: ["b"], size: 3, modified: 0 },
    { kind: "folder", path: ["c"] },
  ],
};
const DIGEST = new Uint8Array(32);

/** The other side, played by hand. */
class Hand {
  readonly #stream: ByteStream;
  readonly #reader = new TransferReader();
  readonly heard: string[] = [];
  readonly over: Promise<void>;
  #more = Promise.withResolvers<void>();

  constructor(stream: ByteStream) {
    this.#stream = stream;
    this.over = this.#read();
  }

  async say(...messages: readonly TransferMessage[]): Promise<void> {
    // At once: nothing of the other side comes between them.
    await this.bytes(joinBytes(messages.map((message) => encodeTransfer(message))));
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#stream, bytes).catch(() => {}); // it may have closed already
  }

  async begin(): Promise<void> {
    await this.bytes(new TextEncoder().encode(TRANSFER_PREFACE));
  }

  /** Waits until a message of this kind has come, or so many of them. */
  async hears(kind: string, times = 1): Promise<void> {
    const came = (): number => this.heard.filter((heard) => heard === kind).length;
    while (came() < times) await within(kind, this.#more.promise);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    for (let count; (count = await this.#stream.read(buffer).catch(() => null)) !== null;) {
      for (const { kind } of this.#reader.messages(buffer.subarray(0, count))) {
        this.heard.push(kind);
        this.#more.resolve();
        this.#more = Promise.withResolvers();
      }
    }
    closeNow(this.#stream);
  }
}

/** What a sender may say behind a WANT for the first file, against the rules. */
const WRONG_SENDERS: readonly (readonly [string, readonly TransferMessage[], RegExp])[] = [
  ["a second offer", [{ kind: "offer", offer: OFFER }], /"offer" where/],
  ["data without a begin", [{ kind: "data", bytes: DIGEST }], /"data" where/],
  ["an end without a begin", [{ kind: "end", digest: DIGEST }], /"end" where/],
  ["a broken without a begin", [{ kind: "broken", reason: "" }], /"broken" where/],
  ["another file", [{ kind: "begin", file: 1, from: 0 }], /"begin" where/],
  ["a file from elsewhere", [{ kind: "begin", file: 0, from: 2 }], /"begin" where/],
  ["a file twice at once", [
    { kind: "begin", file: 0, from: 0 },
    { kind: "begin", file: 0, from: 0 },
  ], /"begin" where/],
  ["more bytes than it has", [
    { kind: "begin", file: 0, from: 0 },
    { kind: "data", bytes: DIGEST.subarray(0, 4) },
  ], /"data" where/],
  ["an end too early", [
    { kind: "begin", file: 0, from: 0 },
    { kind: "end", digest: DIGEST },
  ], /"end" where/],
  ["what a receiver says", [{ kind: "kept", file: 0 }], /"kept" where/],
];

for (const [what, messages, why] of WRONG_SENDERS) {
  Deno.test(`a sender of ${what} is left, and nothing is kept`, async () => {
    await using directory = await TempDir.make();
    const [ours, theirs] = memoryPair();
    const closer = new OrderlyCloser();
    const hand = new Hand(theirs);
    const receiving = new Receiving(new TransferLink(ours, closer), {
      offered: async (offer) =>
        receiving.accept(await survey(offer, await TransferTarget.open(directory.path)), "rename"),
      ...{ received() {}, more() {}, lost() {} },
      kept: () => assert(false, "nothing is kept"),
    });
    const over = receiving.run();
    await hand.begin();
    await hand.say({ kind: "offer", offer: OFFER });
    await hand.hears("want");
    await hand.say(...messages);
    const end = await within("the end", over);
    assert(end.kind === "lost");
    assertMatch(end.why, why);
    await hand.over;
    closer.stop();
    assertEquals((await directory.names()).filter((name) => /^[ab]$/.test(name)), []);
  });
}

Deno.test("a file with another digest than its sender's is thrown away, and told of", async () => {
  await using directory = await TempDir.make();
  const [ours, theirs] = memoryPair();
  const closer = new OrderlyCloser();
  const hand = new Hand(theirs);
  const lost: string[] = [];
  const receiving = new Receiving(new TransferLink(ours, closer), {
    offered: async (offer) =>
      receiving.accept(await survey(offer, await TransferTarget.open(directory.path)), "rename"),
    ...{ received() {}, more() {}, kept() {} },
    lost: ({ path }, reason) => lost.push(`${path}: ${reason}`),
  });
  const over = receiving.run();
  await hand.begin();
  await hand.say({ kind: "offer", offer: { ...OFFER, entries: OFFER.entries.slice(0, 1) } });
  await hand.hears("want");
  await hand.say(
    { kind: "begin", file: 0, from: 0 },
    { kind: "data", bytes: DIGEST.subarray(0, 3) },
    { kind: "end", digest: DIGEST },
  );
  await hand.hears("done");
  assertEquals(await over, { kind: "done" });
  assertEquals(hand.heard.slice(-2), ["lost", "done"]);
  assertEquals(lost, ["a: it arrived damaged"]);
  await hand.over;
  closer.stop();
  assertEquals(await directory.names(), []);
});

/** What a receiver may say against the rules; the last message is the wrong one. */
const WRONG_RECEIVERS: readonly (readonly [string, readonly TransferMessage[], RegExp])[] = [
  ["wants before a yes", [{ kind: "want", file: 0, from: 0, digest: DIGEST }], /"want" where/],
  ["kept before a yes", [{ kind: "kept", file: 0 }], /"kept" where/],
  ["lost before a yes", [{ kind: "lost", file: 0, reason: "" }], /"lost" where/],
  ["the end before a yes", [{ kind: "done" }], /"done" where/],
  ["thanks for what was not sent yet", [
    { kind: "accept", files: 2, bytes: 6 },
    { kind: "want", file: 0, from: 0, digest: DIGEST },
    { kind: "kept", file: 0 },
  ], /"kept" where/],
  ["a yes to more files than offered", [{ kind: "accept", files: 3, bytes: 6 }], /"accept" where/],
  ["a yes to more bytes than offered", [{ kind: "accept", files: 2, bytes: 7 }], /"accept" where/],
  ...([
    ["a file that is none", { kind: "want", file: 3, from: 0, digest: DIGEST }],
    ["a folder", { kind: "want", file: 2, from: 0, digest: DIGEST }],
    ["more than there is", { kind: "want", file: 0, from: 4, digest: DIGEST }],
    ["thanks for what it did not want", { kind: "kept", file: 1 }],
    ["a second yes", { kind: "accept", files: 2, bytes: 6 }],
    ["an end with nothing kept", { kind: "done" }],
    ["what a sender says", { kind: "begin", file: 0, from: 0 }],
    ["an offer of its own", { kind: "offer", offer: OFFER }],
  ] as const).map(([what, wrong]) =>
    [
      what,
      [{ kind: "accept" as const, files: 2, bytes: 6 }, wrong],
      new RegExp(`"${wrong.kind}" where`),
    ] as const
  ),
];

for (const [what, messages, why] of WRONG_RECEIVERS) {
  Deno.test(`a receiver of ${what} is left`, async () => {
    await using directory = await TempDir.make();
    await Deno.writeTextFile(`${directory.path}/a`, "abc");
    const [ours, theirs] = memoryPair();
    const closer = new OrderlyCloser();
    const hand = new Hand(theirs);
    const places = ["a", "b", "c"].map((name) => `${directory.path}/${name}`);
    const sending = new Sending(new TransferLink(ours, closer), OFFER, places, {
      ...{ accepted() {}, sent() {}, more() {}, kept() {}, lost() {} },
    });
    const over = sending.run();
    await hand.begin();
    await hand.hears("offer");
    await hand.say(...messages);
    const end = await within("the end", over);
    assert(end.kind === "lost", end.kind);
    assertMatch(end.why, why);
    await hand.over;
    closer.stop();
  });
}

/** A side that lost its patience long ago. It looks often, and the time is the test's. */
const HASTY: LinkTimes = { aliveMs: 20, silentMs: 200 };

Deno.test("who is silent for too long is left; a sign of life is sent meanwhile, and enough", async () => {
  using time = new HeldTime();
  const [ours, theirs] = memoryPair();
  const closer = new OrderlyCloser(0.1);
  const link = new TransferLink(ours, closer, HASTY);
  const hand = new Hand(theirs);
  await hand.begin();
  let why = "";
  const reading = (async () => {
    for await (const group of link.received()) for (const _ of group);
  })().catch((error) => why = error.message);
  for (let signs = 1; signs <= 10; signs++) {
    await hand.say({ kind: "alive" });
    time.advance(150);
    await hand.hears("alive", signs); // it has looked at the time
  }
  assertEquals(why, "");
  time.advance(201);
  await within("the end of patience", reading);
  assertMatch(why, /^no sign of life for/);
  await link.close();
  closer.stop();
  await hand.over;
});

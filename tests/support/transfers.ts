/**
 * Both ends of a file transfer in one process, over a real connection.
 */

import { Receiving, type ReceivingEnd } from "../../lib/client/transfer_receiving.ts";
import { Sending, type SendingEnd } from "../../lib/client/transfer_sending.ts";
import { gather } from "../../lib/client/transfer_source.ts";
import { hasRoom, survey } from "../../lib/client/transfer_survey.ts";
import { TransferLink } from "../../lib/client/transfer_link.ts";
import { type TakenNames, TransferTarget } from "../../lib/client/transfer_target.ts";
import { parseUserId } from "../../lib/core/user_id.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";
import { connectTcp } from "../../lib/net/tcp.ts";
import type { Offer } from "../../lib/wire/transfer_offer.ts";
import { within } from "./within.ts";

/** The two who send each other files here. */
export const ALICE = parseUserId("alice")!;
export const BOB = parseUserId("bob")!;

/** What happened to a transfer, at both ends. */
export interface Played {
  readonly sending: SendingEnd;
  readonly receiving: ReceivingEnd;
  /** What the receiver put where, below its folder. */
  readonly kept: readonly string[];
  /** What was lost and why, as both ends were told. */
  readonly lost: readonly string[];
  readonly lostThere: readonly string[];
  /** Bytes that went out, and that came. */
  readonly sent: number;
  readonly received: number;
}

/** What a play may do otherwise than to the end. */
export interface PlayOptions {
  readonly taken?: TakenNames;
  /** Changes the offer on its way: names that no disk here can hold. */
  offer?(offer: Offer): Offer;
  /** Where to connect, when not to the receiver itself. */
  via?(port: number): number;
  /** Called with both ends when the first bytes have come. */
  midway?(ends: { readonly sending: Sending; readonly receiving: Receiving }): void;
  /** Answers instead of a yes. */
  answer?(receiving: Receiving): void;
}

/** Sends paths into a folder. */
export async function play(
  paths: readonly string[],
  directory: string,
  options: PlayOptions = {},
): Promise<Played> {
  const { taken = "rename", offer = (offer) => offer, via = (port) => port } = options;
  const closer = new OrderlyCloser();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { entries, places } = await gather(paths);
  const conn = await connectTcp("127.0.0.1", via(listener.addr.port), { timeoutMs: 10_000 });
  const incoming = await within("a connection", listener.accept());
  const kept: string[] = [];
  const lost: string[] = [];
  const lostThere: string[] = [];
  let sent = 0;
  let received = 0;
  const receiving = new Receiving(new TransferLink(incoming, closer), {
    async offered(offer) {
      if (options.answer !== undefined) return options.answer(receiving);
      const found = await survey(offer, await TransferTarget.open(directory));
      if (hasRoom(found)) receiving.accept(found, taken);
      else receiving.refuse("space");
    },
    received(bytes) {
      if (received === 0) options.midway?.({ sending, receiving });
      received += bytes;
    },
    more() {},
    kept: (_, path) => kept.push(path.join("/")),
    lost: ({ path }, reason) => lost.push(`${path.join("/")}: ${reason}`),
  });
  const sending = new Sending(
    new TransferLink(conn, closer),
    offer({ from: ALICE, to: BOB, entries }),
    places,
    {
      accepted() {},
      sent: (bytes) => sent += bytes,
      more() {},
      kept() {},
      lost: (file, reason) => lostThere.push(`${entries[file]!.path.join("/")}: ${reason}`),
    },
  );
  const ends = await within("the end of a transfer", Promise.all([sending.run(), receiving.run()]));
  closer.stop();
  return { sending: ends[0], receiving: ends[1], kept, lost, lostThere, sent, received };
}

/** An offer that is there until it is taken back. */
export interface HeldOffer {
  /** Resolves when it is turned down. */
  readonly refused: Promise<void>;
  takeBack(): Promise<void>;
}

/** Offers a file of alice to bob, who takes files at a port here, and waits for no answer. */
export async function holdOffer(port: number, name: string): Promise<HeldOffer> {
  const closer = new OrderlyCloser();
  const link = new TransferLink(await connectTcp("127.0.0.1", port, { timeoutMs: 10_000 }), closer);
  const entries = [{ kind: "file", path: [name], size: 5, modified: 0 }] as const;
  await link.send({ kind: "offer", offer: { from: ALICE, to: BOB, entries } });
  const refused = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const group of link.received()) {
      for (const { kind } of group) {
        if (kind !== "refuse") continue;
        refused.resolve();
        link.close(); // as every sender does
      }
    }
  })().catch(() => {}); // it is over
  return {
    refused: refused.promise,
    async takeBack() {
      await link.close();
      await reading;
      closer.stop();
    },
  };
}

/** Bytes that no two places share, so that a piece in a wrong place shows. */
export function fileBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let word = seed;
  for (let at = 0; at < words.length; at++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    words[at] = word;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** All files below a folder, by their paths. */
export async function filesBelow(directory: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const look = async (inner: string): Promise<void> => {
    const entries = await Array.fromAsync(Deno.readDir(directory + inner));
    for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      if (isDirectory) await look(`${inner}/${name}`);
      else {found.set(
          `${inner}/${name}`.slice(1),
          await Deno.readFile(`${directory}${inner}/${name}`),
        );}
    }
  };
  await look("");
  return found;
}

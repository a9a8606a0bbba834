/**
 * The side of a transfer that offers: it waits for the answer and sends what it is asked for. Rules:
 * docs/protocols/files.md.
 *
 * Two tasks run side by side: one reads what the receiver says, one sends files in the order they are
 * asked for. A file is read into one of two buffers while the other one is being sent.
 */

import { createHash, type Hash } from "node:crypto";
import { reasonOf } from "../core/errors.ts";
import { TRANSFER_LIMITS } from "../core/limits.ts";
import {
  type RefusalReason,
  TRANSFER_HEADER_BYTES,
  type TransferMessage,
  writeTransferHeader,
} from "../wire/transfer.ts";
import { type Offer, offeredBytes } from "../wire/transfer_offer.ts";
import type { ReceivedMessage } from "../wire/transfer_reader.ts";
import { FileBuffers, fillFrom } from "./transfer_buffers.ts";
import { outOfTurn, type TransferLink } from "./transfer_link.ts";

/** How a transfer ended for the side that offered it. */
export type SendingEnd =
  /** The receiver has confirmed every file it wanted, but for those it told to be lost. */
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly reason: RefusalReason }
  /** By our side, or by theirs with whatever they said about it. */
  | { readonly kind: "cancelled"; readonly by: "us" | "them"; readonly reason: string }
  /** The connection ended before the transfer did. */
  | { readonly kind: "lost"; readonly why: string };

/** What is told while it runs, synchronously. */
export interface SendingHandlers {
  /** The receiver takes so many files, and so many bytes are still to be sent. */
  accepted(files: number, bytes: number): void;
  /** More bytes have gone out. */
  sent(bytes: number): void;
  /** What the receiver has of a file is another one: so much more has to be sent. */
  more(bytes: number): void;
  /** The receiver has the file, checked and in its place. */
  kept(file: number): void;
  /** A file did not arrive, by the receiver's word or because it cannot be read here. */
  lost(file: number, reason: string): void;
}

type Want = Extract<TransferMessage, { kind: "want" }>;

/** One transfer to one receiver. */
export class Sending {
  readonly #link: TransferLink;
  readonly #offer: Offer;
  readonly #places: readonly string[];
  readonly #handlers: SendingHandlers;
  readonly #wants: Want[] = [];
  readonly #over = Promise.withResolvers<SendingEnd>();
  #wanted = Promise.withResolvers<void>();
  /** How many files the receiver said to take; absent until it did. */
  #accepted: number | undefined;
  #isOver = false;
  /** Files asked for that were neither kept nor lost yet, and those that were. */
  readonly #open = new Set<number>();
  readonly #settled = new Set<number>();
  /** Files that were sent to their end: only these can have been kept. */
  readonly #ended = new Set<number>();

  /** @param places where each entry of the offer is on the disk */
  constructor(
    link: TransferLink,
    offer: Offer,
    places: readonly string[],
    handlers: SendingHandlers,
  ) {
    this.#link = link;
    this.#offer = offer;
    this.#places = places;
    this.#handlers = handlers;
  }

  /** Offers, sends, and resolves with how it ended, when the connection is closed. Never rejects. */
  async run(): Promise<SendingEnd> {
    this.#link.send({ kind: "offer", offer: this.#offer }).catch(() => {}); // the reader is told
    const reading = this.#read();
    const sending = this.#send();
    const end = await this.#over.promise;
    this.#isOver = true;
    this.#wanted.resolve();
    const isOurs = end.kind === "cancelled" && end.by === "us";
    await this.#link.close(isOurs ? { kind: "cancel", reason: end.reason } : undefined);
    await Promise.all([reading, sending]);
    return end;
  }

  /** Ends it from our side. */
  cancel(reason: string): void {
    this.#over.resolve({ kind: "cancelled", by: "us", reason });
  }

  #lost(why: string): void {
    this.#over.resolve({ kind: "lost", why });
  }

  async #read(): Promise<void> {
    try {
      for await (const group of this.#link.received()) {
        for (const message of group) this.#take(message);
      }
      this.#lost("the other side hung up");
    } catch (error) {
      this.#lost(reasonOf(error));
    }
  }

  #take(message: ReceivedMessage): void {
    if (this.#isOver) return;
    switch (message.kind) {
      case "refuse":
        return this.#over.resolve({ kind: "refused", reason: message.reason });
      case "accept":
        return this.#takeAccept(message.files, message.bytes);
      case "want":
        return this.#takeWant(message);
      case "kept":
        if (!this.#open.has(message.file) || !this.#ended.has(message.file)) {
          throw outOfTurn(message.kind);
        }
        this.#settle(message.file);
        return this.#handlers.kept(message.file);
      case "lost":
        // It may never have been asked for: what cannot be kept there is told of at once.
        if (this.#accepted === undefined || !this.#isOffered(message.file)) {
          throw outOfTurn(message.kind);
        }
        this.#settle(message.file);
        return this.#handlers.lost(message.file, message.reason);
      case "done":
        if (!this.#isAllSettled()) throw outOfTurn(message.kind);
        return this.#over.resolve({ kind: "done" });
      case "cancel":
        return this.#over.resolve({ kind: "cancelled", by: "them", reason: message.reason });
      default:
        throw outOfTurn(message.kind);
    }
  }

  /** Takes the one answer there may be; it cannot take more than was offered. */
  #takeAccept(files: number, bytes: number): void {
    const offered = this.#offer.entries.filter(({ kind }) => kind === "file").length;
    const isFine = this.#accepted === undefined && files <= offered &&
      bytes <= offeredBytes(this.#offer.entries);
    if (!isFine) throw outOfTurn("accept");
    this.#accepted = files;
    this.#handlers.accepted(files, bytes);
  }

  /** Whether as many files as the receiver said to take are kept or lost, and none is open. */
  #isAllSettled(): boolean {
    return this.#accepted !== undefined && this.#open.size === 0 &&
      this.#settled.size >= this.#accepted;
  }

  #takeWant(want: Want): void {
    const entry = this.#offer.entries[want.file];
    const isFine = this.#accepted !== undefined && entry?.kind === "file" &&
      want.from <= entry.size &&
      this.#isOffered(want.file) && !this.#open.has(want.file) &&
      this.#wants.length < TRANSFER_LIMITS.wants;
    if (!isFine) throw outOfTurn("want");
    this.#open.add(want.file);
    this.#wants.push(want);
    this.#wanted.resolve();
  }

  /** Whether this is the number of a file that is neither kept nor lost. */
  #isOffered(file: number): boolean {
    return this.#offer.entries[file]?.kind === "file" && !this.#settled.has(file);
  }

  #settle(file: number): void {
    this.#open.delete(file);
    this.#settled.add(file);
  }

  async #send(): Promise<void> {
    const buffers = new FileBuffers();
    try {
      while (!this.#isOver) {
        const want = this.#wants.shift();
        if (want !== undefined) {
          await this.#sendFile(want, buffers);
          continue;
        }
        this.#wanted = Promise.withResolvers();
        await this.#wanted.promise;
      }
    } catch {
      // The connection is gone: whoever reads it tells why.
    } finally {
      buffers.giveBack();
    }
  }

  async #sendFile(want: Want, buffers: FileBuffers): Promise<void> {
    let file: Deno.FsFile | undefined;
    let isBegun = false;
    try {
      file = await readable(Deno.open(this.#places[want.file]!));
      const start = await this.#readStart(want, file, buffers);
      isBegun = true;
      await this.#sendBytes(want.file, file, await this.#begin(want, start, file), buffers);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      // Begun where it was asked for, so that what is there of it stays.
      if (!isBegun) await this.#link.send({ kind: "begin", file: want.file, from: want.from });
      await this.#link.send({ kind: "broken", reason: error.message });
    } finally {
      file?.close();
    }
  }

  /** Hashes what is in front of the place that the file is asked for from. */
  async #readStart(want: Want, file: Deno.FsFile, buffers: FileBuffers): Promise<Progress> {
    const hash = createHash("sha256");
    const [buffer] = buffers.pair;
    let at = 0;
    while (at < want.from && !this.#isOver) {
      const piece = buffer.subarray(0, Math.min(buffer.length, want.from - at));
      const count = await readable(fillFrom(file, piece));
      if (count === 0) break;
      hash.update(buffer.subarray(0, count));
      at += count;
    }
    return { at, hash };
  }

  /** Says from where the file comes: where it was asked for, or 0 when that is of another file. */
  async #begin(want: Want, { at, hash }: Progress, file: Deno.FsFile): Promise<Progress> {
    const isSame = at === want.from && hash.copy().digest().equals(want.digest);
    await this.#link.send({ kind: "begin", file: want.file, from: isSame ? at : 0 });
    if (isSame) return { at, hash };
    this.#handlers.more(want.from);
    await readable(file.seek(0, Deno.SeekMode.Start));
    return { at: 0, hash: createHash("sha256") };
  }

  async #sendBytes(
    number: number,
    file: Deno.FsFile,
    { at, hash }: Progress,
    buffers: FileBuffers,
  ): Promise<void> {
    const entry = this.#offer.entries[number]!;
    const size = entry.kind === "file" ? entry.size : 0;
    let sending: Promise<void> = Promise.resolve();
    for (let turn = 0; at < size && !this.#isOver; turn++) {
      const buffer = buffers.pair[turn % 2]!;
      const room = Math.min(TRANSFER_LIMITS.pieceBytes, size - at);
      const piece = buffer.subarray(TRANSFER_HEADER_BYTES, TRANSFER_HEADER_BYTES + room);
      const count = await readable(fillFrom(file, piece));
      if (count === 0) {
        await sending;
        throw new UnreadableError("it is shorter than it was when it was offered");
      }
      hash.update(piece.subarray(0, count));
      writeTransferHeader(buffer, "data", count);
      await sending;
      sending = this.#sendPiece(buffer.subarray(0, TRANSFER_HEADER_BYTES + count));
      sending.catch(() => {}); // awaited in the next turn
      at += count;
    }
    await sending;
    if (this.#isOver) return;
    this.#ended.add(number);
    await this.#link.send({ kind: "end", digest: hash.digest() });
  }

  async #sendPiece(frame: Uint8Array): Promise<void> {
    await this.#link.sendFrame(frame);
    this.#handlers.sent(frame.length - TRANSFER_HEADER_BYTES);
  }
}

interface Progress {
  readonly at: number;
  readonly hash: Hash;
}

/** A file of ours that cannot be read to its end; its message is for the receiver, too. */
class UnreadableError extends Error {}

async function readable<Result>(reading: Promise<Result>): Promise<Result> {
  try {
    return await reading;
  } catch (error) {
    throw new UnreadableError(reasonOf(error), { cause: error });
  }
}

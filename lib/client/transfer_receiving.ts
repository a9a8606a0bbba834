/**
 * The side of a transfer that receives: it is told what is offered, answers, asks for one file after
 * the other, and confirms each. Rules: docs/protocols/files.md.
 *
 * Rules of this file:
 * - `#expected` holds what was asked for and has not come to its end, in order.
 * - Asking runs beside reading: what is here of the next file is read while this one comes.
 * - One group of messages is done with before the next is read, but for its bytes, which are being
 *   written while the next ones come.
 */

import { reasonOf } from "../core/errors.ts";
import { TRANSFER_LIMITS } from "../core/limits.ts";
import type { RefusalReason, TransferMessage } from "../wire/transfer.ts";
import type { Offer } from "../wire/transfer_offer.ts";
import type { ReceivedMessage } from "../wire/transfer_reader.ts";
import { IncomingFile } from "./transfer_incoming.ts";
import { outOfTurn, type TransferLink } from "./transfer_link.ts";
import { missingBytes, type PlannedFile, type Survey, wantedFiles } from "./transfer_survey.ts";
import type { TakenNames } from "./transfer_target.ts";

/** How a transfer ended for the side that received it. */
export type ReceivingEnd =
  /** Everything that was wanted is here, but for what was told to be lost. */
  | { readonly kind: "done" }
  /** The answer was no. */
  | { readonly kind: "refused"; readonly reason: RefusalReason }
  | { readonly kind: "cancelled"; readonly by: "us" | "them"; readonly reason: string }
  /** The connection ended before the transfer did; it can be resumed. */
  | { readonly kind: "lost"; readonly why: string };

/** What is told while it runs, synchronously. */
export interface ReceivingHandlers {
  /** This is offered: `accept` or `refuse` answers. */
  offered(offer: Offer): void;
  /** More bytes came. */
  received(bytes: number): void;
  /** A file that was thought to be here is not, or is another one: so much more will come. */
  more(bytes: number): void;
  /** A file is here, whole and checked, under this path in the target folder. */
  kept(planned: PlannedFile, path: readonly string[]): void;
  /** A file could not be had. */
  lost(planned: PlannedFile, reason: string): void;
}

/** How long things may take, in milliseconds; tests have less patience. */
export interface ReceivingTimes {
  readonly offerMs: number;
  readonly answerMs: number;
}

const TIMES: ReceivingTimes = {
  offerMs: TRANSFER_LIMITS.offerSeconds * 1000,
  answerMs: TRANSFER_LIMITS.answerSeconds * 1000,
};

/** Files asked for ahead: small ones then come one behind the other without a pause. */
const AHEAD = 16;

/** One transfer from one sender. */
export class Receiving {
  readonly #link: TransferLink;
  readonly #handlers: ReceivingHandlers;
  readonly #times: ReceivingTimes;
  readonly #over = Promise.withResolvers<ReceivingEnd>();
  readonly #expected: IncomingFile[] = [];
  #state: "waiting" | "offered" | "accepted" | "over" = "waiting";
  #timer: ReturnType<typeof setTimeout>;
  #taken: TakenNames = "rename";
  /** The file whose bytes come at the moment: the first of those expected. */
  #current: IncomingFile | undefined;
  #asking: Promise<void> = Promise.resolve();
  #wakeAsking = (): void => {};

  constructor(link: TransferLink, handlers: ReceivingHandlers, times: ReceivingTimes = TIMES) {
    this.#link = link;
    this.#handlers = handlers;
    this.#times = times;
    const nothing: ReceivingEnd = { kind: "lost", why: "nothing was offered" };
    this.#timer = setTimeout(() => this.#end(nothing), times.offerMs);
  }

  /** Resolves with how it ended, when the connection is closed. Never rejects. */
  async run(): Promise<ReceivingEnd> {
    const reading = this.#read();
    const end = await this.#over.promise;
    await this.#link.close(lastWord(end));
    await Promise.all([reading, this.#asking]);
    for (const file of this.#expected) await file.giveUp();
    return end;
  }

  /** Takes the offer, as it was looked into. */
  accept(survey: Survey, taken: TakenNames): void {
    if (this.#state !== "offered") return;
    this.#state = "accepted";
    clearTimeout(this.#timer);
    this.#taken = taken;
    this.#asking = this.#ask(survey).catch(() => {}); // whoever reads is told
  }

  /** Does not take it. */
  refuse(reason: RefusalReason): void {
    if (this.#state === "offered") this.#end({ kind: "refused", reason });
  }

  /** Ends it from our side. What came is kept for another time. */
  cancel(reason: string): void {
    this.#end({ kind: "cancelled", by: "us", reason });
  }

  #end(end: ReceivingEnd): void {
    this.#state = "over";
    clearTimeout(this.#timer);
    this.#over.resolve(end);
    this.#wakeAsking();
  }

  get #isOver(): boolean {
    return this.#state === "over";
  }

  /** Asks for everything that is wanted, and says when it is here. */
  async #ask(survey: Survey): Promise<void> {
    const files = wantedFiles(survey, this.#taken);
    await this.#link.send({ kind: "accept", files: files.length, bytes: missingBytes(files) });
    for (const folder of survey.folders) {
      // One that cannot be made is told of with the files in it.
      await survey.target.makeFolder(folder).catch(() => {});
    }
    for (const planned of survey.files) {
      const { occupied } = planned;
      if (occupied.kind === "blocked") await this.#tellLost(planned, occupied.why);
    }
    for (const planned of files) {
      await this.#until(() => this.#expected.length < AHEAD);
      if (this.#isOver) return;
      await this.#askFor(planned, survey);
    }
    await this.#until(() => this.#expected.length === 0);
    if (this.#isOver) return;
    await this.#link.send({ kind: "done" });
    this.#end({ kind: "done" });
  }

  async #askFor(planned: PlannedFile, { target }: Survey): Promise<void> {
    let file: IncomingFile;
    try {
      file = await IncomingFile.prepare(target, planned, () => this.#isOver);
    } catch (error) {
      return await this.#tellLost(planned, reasonOf(error));
    }
    this.#expected.push(file);
    const { number } = planned;
    await this.#link.send({ kind: "want", file: number, from: file.from, digest: file.digest() });
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !this.#isOver) {
      await new Promise<void>((resolve) => this.#wakeAsking = resolve);
    }
  }

  async #read(): Promise<void> {
    try {
      for await (const group of this.#link.received()) {
        for (const message of group) {
          if (this.#isOver) return;
          if (message.kind === "data") this.#takeData(message.bytes);
          else await this.#take(message);
        }
        await this.#onDisk(() => this.#current?.write());
      }
      this.#end({ kind: "lost", why: "the other side hung up" });
    } catch (error) {
      this.#end({ kind: "lost", why: reasonOf(error) });
    }
  }

  /** Does something with the disk. When that fails it is full or gone, and there is no going on. */
  async #onDisk(work: () => Promise<void> | undefined): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.cancel(`the files cannot be written: ${reasonOf(error)}`);
    }
  }

  async #take(message: ReceivedMessage): Promise<void> {
    switch (message.kind) {
      case "offer":
        return this.#takeOffer(message.offer);
      case "begin":
        return await this.#begin(message.file, message.from);
      case "end":
        return await this.#settle(message.digest);
      case "broken":
        return await this.#broken(message.reason);
      case "cancel":
        return this.#end({ kind: "cancelled", by: "them", reason: message.reason });
      default:
        throw outOfTurn(message.kind);
    }
  }

  #takeOffer(offer: Offer): void {
    if (this.#state !== "waiting") throw outOfTurn("offer");
    this.#state = "offered";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refuse("unanswered"), this.#times.answerMs);
    this.#handlers.offered(offer);
  }

  async #begin(number: number, from: number): Promise<void> {
    const file = this.#expected[0];
    const isFine = this.#current === undefined && file?.planned.number === number &&
      (from === file.from || from === 0);
    if (!isFine) throw outOfTurn("begin");
    this.#current = file;
    if (from !== file.from) this.#handlers.more(file.from);
    await this.#onDisk(() => file.begin(from));
  }

  #takeData(bytes: Uint8Array): void {
    if (this.#current === undefined || bytes.length > this.#current.missing) {
      throw outOfTurn("data");
    }
    this.#current.take(bytes);
    this.#handlers.received(bytes.length);
  }

  async #settle(digest: Uint8Array): Promise<void> {
    const file = this.#current;
    if (file === undefined || file.missing > 0) throw outOfTurn("end");
    let path: readonly string[] | undefined;
    let trouble = "it arrived damaged";
    try {
      path = await file.settle(digest, this.#taken);
    } catch (error) {
      trouble = reasonOf(error);
    }
    await this.#close(file, path, trouble);
  }

  async #broken(reason: string): Promise<void> {
    const file = this.#current;
    if (file === undefined) throw outOfTurn("broken");
    await file.giveUp();
    await this.#close(file, undefined, reason);
  }

  /** Tells what became of the file that came. */
  async #close(
    { planned }: IncomingFile,
    path: readonly string[] | undefined,
    trouble: string,
  ): Promise<void> {
    this.#current = undefined;
    this.#expected.shift();
    if (path === undefined) {
      await this.#tellLost(planned, trouble);
    } else {
      this.#handlers.kept(planned, path);
      await this.#link.send({ kind: "kept", file: planned.number });
    }
    this.#wakeAsking();
  }

  async #tellLost(planned: PlannedFile, reason: string): Promise<void> {
    this.#handlers.lost(planned, reason);
    await this.#link.send({ kind: "lost", file: planned.number, reason });
  }
}

/** What is said to the other side at the end. */
function lastWord(end: ReceivingEnd): TransferMessage | undefined {
  if (end.kind === "refused") return { kind: "refuse", reason: end.reason };
  if (end.kind === "cancelled" && end.by === "us") return { kind: "cancel", reason: end.reason };
  return undefined;
}

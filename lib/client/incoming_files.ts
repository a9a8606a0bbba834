/**
 * One offer of files, from the moment it came to the last line: looked into, answered by somebody,
 * received, and told of.
 */

import type { UserId } from "../core/user_id.ts";
import type { RefusalReason } from "../wire/transfer.ts";
import type { Offer } from "../wire/transfer_offer.ts";
import type { ScreenLine } from "./screen_line.ts";
import type { TransferLink } from "./transfer_link.ts";
import type { TransferNews } from "./transfer_news.ts";
import { TransferProgress } from "./transfer_progress.ts";
import { Receiving } from "./transfer_receiving.ts";
import * as screens from "./transfer_screens.ts";
import { missingBytes, type Survey, wantedFiles } from "./transfer_survey.ts";
import type { TakenNames } from "./transfer_target.ts";

/** How it went. */
export interface IncomingEnd {
  /** Whether all that was wanted is here. */
  readonly isDone: boolean;
  /** What to say about it. */
  readonly line: ScreenLine;
  /** Where what was sent is now: its files, and folders as a whole. */
  readonly places: readonly string[];
}

/** Files that somebody offers. */
export class IncomingFiles {
  /** The other side's address, in canonical form. */
  readonly ip: string;
  /** What to call the other side. */
  name: string;
  readonly #receiving: Receiving;
  readonly #news: TransferNews;
  readonly #places = new Set<string>();
  readonly #following = new DisposableStack();
  #offer: Offer | undefined;
  #survey: Survey | undefined;
  #isOver = false;
  #progress = new TransferProgress(0, performance.now());
  #kept = 0;
  #lost = 0;

  /** @param offered told once, when the offer is here */
  constructor(link: TransferLink, ip: string, news: TransferNews, offered: () => void) {
    this.ip = this.name = ip;
    this.#news = news;
    this.#receiving = new Receiving(link, {
      offered: (offer) => {
        this.#offer = offer;
        offered();
      },
      received: (bytes) => this.#progress.add(bytes, performance.now()),
      more: (bytes) => this.#progress.more(bytes),
      kept: (_, path) => {
        this.#kept++;
        this.#places.add(this.#survey!.target.place(path.slice(0, 1)));
      },
      lost: ({ path }, reason) => {
        this.#lost++;
        this.#news.show([screens.lostFileLine(path, reason)]);
      },
    });
  }

  /** What is offered. Only after it came. */
  get offer(): Offer {
    return this.#offer!;
  }

  /** Who says to be offering. */
  get from(): UserId {
    return this.offer.from;
  }

  /** Takes it, unless it is over. */
  accept(survey: Survey, taken: TakenNames): void {
    if (this.#isOver) return;
    this.#survey = survey;
    const files = wantedFiles(survey, taken);
    this.#progress = new TransferProgress(missingBytes(files), performance.now());
    this.#news.show(screens.resumingLines(survey));
    this.#following.use(this.#news.follow(() => this.progressText()));
    this.#receiving.accept(survey, taken);
  }

  /** How far it is. */
  progressText(): string {
    return screens.progressText("from", this.name, this.#progress.text(performance.now()));
  }

  /** Whether it was accepted. */
  get isAccepted(): boolean {
    return this.#survey !== undefined;
  }

  /** Turns it down. */
  refuse(reason: RefusalReason): void {
    this.#receiving.refuse(reason);
  }

  /** Ends it from our side. */
  cancel(reason: string): void {
    this.#receiving.cancel(reason);
  }

  /** Resolves when it is over; nothing was told of the end yet. */
  async run(): Promise<IncomingEnd> {
    const end = await this.#receiving.run();
    this.#isOver = true;
    this.#following.dispose();
    const summary = this.#progress.summary(performance.now());
    const counts = { kept: this.#kept, lost: this.#lost, summary };
    return {
      isDone: end.kind === "done" && this.#lost === 0,
      line: end.kind === "lost" && !this.isAccepted
        ? screens.takenBackLine(this.name)
        : screens.receivedLine(this.name, end, counts),
      places: [...this.#places],
    };
  }
}

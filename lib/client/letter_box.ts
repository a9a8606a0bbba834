/**
 * Waiting for files in a command: each offer is answered by a person, or by rule, and received.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { FilePort, whoOffers } from "./file_ports.ts";
import type { IncomingEnd, IncomingFiles } from "./incoming_files.ts";
import { OfferTurns } from "./offer_turns.ts";
import type { PresenceLink } from "./presence_link.ts";
import type { ScriptStreams } from "./script_streams.ts";
import type { ServerLink } from "./server_link.ts";
import { TransferDoor } from "./transfer_door.ts";
import { newsOfCommand, type TransferNews } from "./transfer_news.ts";
import * as screens from "./transfer_screens.ts";
import { hasRoom, type Survey, survey } from "./transfer_survey.ts";
import type { TakenNames, TransferTarget } from "./transfer_target.ts";

/** What is received, and how offers are answered. */
export interface LetterBoxSettings {
  readonly user: UserId;
  readonly target: TransferTarget;
  /** Takes what buddies offer from their own address, asks nothing, and turns all else down. */
  readonly yes: boolean;
  readonly taken: TakenNames;
  /** Goes on after the first transfer. */
  readonly keep: boolean;
}

/** What it works with. It closes the listener. */
export interface LetterBoxParts {
  readonly listener: Deno.TcpListener;
  readonly presence: PresenceLink;
  readonly link: ServerLink;
  readonly log: Log;
  readonly streams: ScriptStreams;
}

/** Receives files for one user. */
export class LetterBox {
  readonly #settings: LetterBoxSettings;
  readonly #parts: LetterBoxParts;
  readonly #news: TransferNews;
  readonly #door: TransferDoor;
  readonly #port: FilePort;
  readonly #answers: AsyncIterator<string>;
  readonly #turns = new OfferTurns();
  readonly #over = Promise.withResolvers<boolean>();
  #nextAnswer: Promise<IteratorResult<string>> | undefined;
  #current: IncomingFiles | undefined;
  /** The offer that was told of; the end of others is told to nobody. */
  #told: IncomingFiles | undefined;
  #isReady = false;
  /** A person has not answered the offer that is here. */
  #isAsking = false;

  constructor(settings: LetterBoxSettings, parts: LetterBoxParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#news = newsOfCommand(parts.streams);
    this.#answers = parts.streams.lines()[Symbol.asyncIterator]();
    this.#door = new TransferDoor(
      parts.listener,
      {
        offered: (files) => this.#offered(files),
        ended: (files, end) => this.#ended(files, end),
      },
      this.#news,
      parts.log,
    );
    this.#port = new FilePort(parts.link, this.#door.port, parts.log);
    parts.presence.answered = () => this.#answered();
  }

  /**
   * Waits, and resolves with whether all that was to come came.
   *
   * @throws OperationalError when the server cannot tell others where we are
   */
  async run(): Promise<boolean> {
    try {
      if (!(await this.#parts.link.capabilities()).info) {
        throw new OperationalError(
          "This server does not tell others where you take files: it takes a Parley server",
        );
      }
      return await this.#over.promise;
    } finally {
      await this.#door.stop();
    }
  }

  /** Waits no more. */
  stop(): void {
    this.#over.resolve(this.#settings.keep);
  }

  async #answered(): Promise<void> {
    const { user, target } = this.#settings;
    const isTold = await this.#port.answered(user, performance.now());
    if (this.#isReady === isTold) return;
    this.#isReady = isTold;
    const where = visibleText(target.directory || "/");
    this.#parts.streams.tell(
      isTold
        ? `Waiting for files for ${user}, into ${where}.`
        : `The server does not tell others where ${user} takes files; trying on.`,
    );
  }

  async #offered(files: IncomingFiles): Promise<void> {
    if (files.offer.to !== this.#settings.user) return files.refuse("elsewhere");
    if (this.#current !== undefined) return files.refuse("busy");
    this.#current = files;
    const by = await whoOffers(this.#parts.presence, files.from, files.ip);
    files.name = screens.senderName(by);
    if (this.#current !== files) return; // it was taken back meanwhile
    try {
      await this.#answer(files, by);
    } catch (error) {
      const reason = visibleText(reasonOf(error));
      this.#parts.streams.tell(`${files.name} wants to send you files. ${reason}.`);
      files.refuse("declined");
    }
  }

  async #answer(files: IncomingFiles, by: screens.OfferedBy): Promise<void> {
    const { target, yes, taken } = this.#settings;
    const { entries } = files.offer;
    const isTaken = yes && by.kind === "buddy";
    if (!isTaken && !this.#door.mayAsk(files, by)) {
      this.#current = undefined; // nothing is said of it
      return files.refuse(yes ? "stranger" : "busy");
    }
    const found = await survey(files.offer, target);
    if (this.#current !== files) return;
    if (!hasRoom(found)) {
      this.#news.show([screens.noRoomLine(by, entries, found)]);
      return files.refuse("space");
    }
    this.#told = files;
    this.#news.show(screens.offeredLines(by, entries, found));
    if (isTaken) return files.accept(found, taken);
    if (yes) return files.refuse("stranger");
    const what = screens.offerText(by, entries);
    this.#turns.shown(what, performance.now());
    this.#isAsking = true;
    let answer = await this.#ask(found);
    if (this.#current === files && this.#turns.isDoubtful(performance.now())) {
      this.#news.show([screens.anotherOfferLine(what)]);
      answer = await this.#ask(found);
    }
    if (this.#current === files) this.#isAsking = false;
    // It may be over by now; then this changes nothing.
    if (answer === "y" || answer === "yes") files.accept(found, taken);
    else if (answer === "o" && found.taken > 0) files.accept(found, "overwrite");
    else files.refuse("declined");
  }

  /** What a person types to an offer. An answer to one that went away is none to the next. */
  async #ask(found: Survey): Promise<string | undefined> {
    this.#parts.streams.tell(screens.answerQuestion(found).trimEnd());
    this.#nextAnswer ??= this.#answers.next();
    const { done, value } = await this.#nextAnswer;
    this.#nextAnswer = undefined;
    if (!done) return value.trim().toLowerCase();
    this.#over.resolve(false);
    return undefined;
  }

  #ended(files: IncomingFiles, end: IncomingEnd): void {
    if (this.#current !== files) return;
    this.#current = undefined;
    if (this.#isAsking) this.#turns.wentAway(performance.now());
    this.#isAsking = false;
    if (this.#told !== files) return;
    this.#news.show([end.line]);
    for (const place of end.places) this.#parts.streams.printForeign(place);
    if (files.isAccepted && !this.#settings.keep) this.#over.resolve(end.isDone);
  }
}

/**
 * Files in the menu, in chats and in rooms: what `/send`, `/accept`, `/decline` and `/cancel`
 * do. One offer waits or comes at a time, and one goes out.
 */

import { OperationalError, reasonOf, UnreachableError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { parseUserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { lookUp } from "./buddy_list.ts";
import { fileAddress, FilePort, whoOffers } from "./file_ports.ts";
import type { IncomingEnd, IncomingFiles } from "./incoming_files.ts";
import { sendFiles } from "./outgoing_files.ts";
import { OfferTurns } from "./offer_turns.ts";
import type { PresenceLink } from "./presence_link.ts";
import { line, type ScreenLine } from "./screen_line.ts";
import { idRuleLine, needsUserLine, notReachableLine } from "./screens.ts";
import type { ServerLink } from "./server_link.ts";
import type { CommandHandler, CommandPlace } from "./slash_commands.ts";
import { TransferDoor } from "./transfer_door.ts";
import { newsAmongLines, type TransferNews } from "./transfer_news.ts";
import * as screens from "./transfer_screens.ts";
import { gather } from "./transfer_source.ts";
import { hasRoom, type Survey, survey } from "./transfer_survey.ts";
import { TransferTarget } from "./transfer_target.ts";
import { typedFolder, typedPaths } from "./typed_places.ts";
import { firstWord } from "./typed_words.ts";

/** How long a fresh list of buddies is waited for. */
const FRESH_LIST_MS = 1000;

/** What a desk works with. It closes the listener. */
export interface DeskParts {
  /** Where files are offered to us. */
  readonly listener: Deno.TcpListener;
  /** Where received files go, unless somebody says otherwise. */
  readonly folder: string;
  readonly link: ServerLink;
  readonly presence: PresenceLink;
  readonly log: Log;
  show(lines: readonly ScreenLine[]): void;
}

/** An offer that is here. */
interface Incoming {
  readonly files: IncomingFiles;
  /** What taking it would mean; absent while that is looked into, and once it is answered. */
  survey?: Survey | undefined;
  /** Who offers what, when a person was told of it. */
  what?: string;
}

/** The commands about files. */
export type FileCommands = Readonly<
  Record<"send" | "accept" | "decline" | "cancel", CommandHandler>
>;

/** Sends and receives files for whoever is online. */
export class TransferDesk {
  readonly #parts: DeskParts;
  readonly #door: TransferDoor;
  readonly #port: FilePort;
  readonly #news: TransferNews;
  readonly #turns = new OfferTurns();
  #incoming: Incoming | undefined;
  #outgoing: { readonly abort: AbortController; readonly over: Promise<void> } | undefined;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#news = newsAmongLines((lines) => parts.show(lines));
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

  #answered(): void {
    const { user } = this.#parts.presence;
    if (user !== undefined) this.#port.answered(user, performance.now());
  }

  /** What may be typed. */
  commands(): FileCommands {
    return {
      send: (argument, where) => this.#send(argument, where),
      accept: (argument) => this.#accept(argument),
      decline: () => this.#decline(),
      cancel: () => this.#cancel(),
    };
  }

  async #send(argument: string, where: CommandPlace): Promise<readonly ScreenLine[]> {
    const { presence, link } = this.#parts;
    const from = presence.user;
    if (from === undefined) return [needsUserLine()];
    if (this.#outgoing !== undefined) {
      return [
        line("Other files are on their way; /cancel stops them.", "bad"),
      ];
    }
    const [name, typed] = where.place === "chat"
      ? [where.partner ?? "", argument]
      : firstWord(argument);
    if (typed === "") return [line("Type /send BUDDY PATH...", "bad")];
    const to = parseUserId(name);
    if (to === undefined) return [idRuleLine(name)];
    try {
      const gathered = await gather(await typedPaths(typed));
      let found = lookUp(presence.list, to);
      if (found.kind !== "reachable") {
        await presence.ask(FRESH_LIST_MS);
        found = lookUp(presence.list, to);
      }
      if (found.kind !== "reachable") return [notReachableLine(to, found)];
      const address = await fileAddress(link, to, found.address.ip);
      this.#begin({ from, to, address, gathered });
      return [];
    } catch (error) {
      if (error instanceof OperationalError || error instanceof UnreachableError) {
        return [line(`${visibleText(reasonOf(error))}.`, "bad")];
      }
      throw error;
    }
  }

  #begin(outgoing: Parameters<typeof sendFiles>[0]): void {
    const abort = new AbortController();
    const over = sendFiles(outgoing, this.#news, abort.signal)
      .then(
        ({ line }) => line,
        (error) => line(`Not sent: ${visibleText(reasonOf(error))}.`, "bad"),
      )
      .then((end) => {
        this.#outgoing = undefined;
        this.#parts.show([end]);
      });
    this.#outgoing = { abort, over };
  }

  async #offered(files: IncomingFiles): Promise<void> {
    const { presence, folder, show } = this.#parts;
    const { from } = files;
    if (files.offer.to !== presence.user) return files.refuse("elsewhere");
    if (this.#incoming !== undefined) {
      files.refuse("busy");
      if (!this.#door.mayTell()) return;
      return show([screens.busyLine(await whoOffers(presence, from, files.ip))]);
    }
    const incoming: Incoming = { files };
    this.#incoming = incoming;
    const by = await whoOffers(presence, from, files.ip);
    files.name = screens.senderName(by);
    if (this.#incoming !== incoming) return; // it was taken back meanwhile
    if (!this.#door.mayAsk(files, by)) {
      this.#incoming = undefined;
      return files.refuse("busy");
    }
    const { entries } = files.offer;
    incoming.what = screens.offerText(by, entries);
    try {
      const found = await survey(files.offer, await TransferTarget.open(folder));
      if (this.#incoming !== incoming) return;
      incoming.survey = found;
      this.#turns.shown(incoming.what, performance.now());
      show(
        hasRoom(found)
          ? [...screens.offeredLines(by, entries, found), screens.answersLine(found)]
          : [screens.noRoomLine(by, entries, found), screens.elsewhereLine()],
      );
    } catch (error) {
      const reason = visibleText(reasonOf(error));
      show([line(`${files.name} wants to send you files. ${reason}.`, "bad")]);
      files.refuse("declined");
    }
  }

  async #accept(argument: string): Promise<readonly ScreenLine[]> {
    const incoming = this.#incoming;
    if (incoming?.survey === undefined) return [nothingOffered()];
    if (this.#turns.isDoubtful(performance.now())) {
      return [screens.anotherOfferLine(incoming.what!)];
    }
    const [first, rest] = firstWord(argument);
    const isOverwriting = first === "overwrite";
    const typed = isOverwriting ? rest : argument;
    const { files } = incoming;
    let found = incoming.survey;
    if (typed !== "" || !hasRoom(found)) {
      try {
        const folder = typed === "" ? this.#parts.folder : await typedFolder(typed);
        found = await survey(files.offer, await TransferTarget.open(folder));
      } catch (error) {
        return [line(`${visibleText(reasonOf(error))}.`, "bad")];
      }
      if (this.#incoming !== incoming) return [nothingOffered()];
      if (!hasRoom(found)) return [screens.tooSmallLine(found)];
    }
    incoming.survey = undefined;
    files.accept(found, isOverwriting ? "overwrite" : "rename");
    return [];
  }

  #decline(): readonly ScreenLine[] {
    const { survey, files } = this.#incoming ?? {};
    if (survey === undefined) return [nothingOffered()];
    this.#incoming!.survey = undefined;
    files!.refuse(hasRoom(survey) ? "declined" : "space");
    return [];
  }

  #cancel(): readonly ScreenLine[] {
    const { files } = this.#incoming ?? {};
    if (this.#outgoing === undefined && files === undefined) {
      return [line("No files are on their way.")];
    }
    this.#outgoing?.abort.abort(new Error(""));
    files?.cancel("");
    return [];
  }

  #ended(files: IncomingFiles, end: IncomingEnd): void {
    const incoming = this.#incoming;
    if (incoming?.files !== files) return;
    this.#incoming = undefined;
    if (incoming.survey !== undefined) this.#turns.wentAway(performance.now());
    if (incoming.what === undefined) return; // nobody was told of it
    this.#parts.show([end.line, ...screens.keptLines(end.places)]);
  }

  /** Ends what is under way. */
  async stop(): Promise<void> {
    this.#outgoing?.abort.abort(new Error("the client ended"));
    await Promise.all([this.#door.stop(), this.#outgoing?.over]);
  }
}

function nothingOffered(): ScreenLine {
  return line("Nobody offers you files.");
}

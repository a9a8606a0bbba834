/**
 * What the client says about files on their way, made from values. Pure; all that comes from
 * outside goes through `visibleText` here.
 */

import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import type { RefusalReason } from "../wire/transfer.ts";
import { offeredBytes, type OfferedEntry } from "../wire/transfer_offer.ts";
import { NOT_DELIVERED } from "./call_screens.ts";
import { line, type ScreenLine } from "./screen_line.ts";
import { bytesText } from "./transfer_progress.ts";
import type { ReceivingEnd } from "./transfer_receiving.ts";
import type { SendingEnd } from "./transfer_sending.ts";
import { missingBytes, type Survey } from "./transfer_survey.ts";

/** Who offers, as far as it is known: by the server's word, or by nobody's but their own. */
export type OfferedBy =
  | { readonly kind: "buddy"; readonly name: string }
  | { readonly kind: "unsure"; readonly name: string; readonly ip: string };

/** What to call whoever offers. */
export function senderName(by: OfferedBy): string {
  return by.kind === "buddy" ? by.name : `somebody at ${by.ip}`;
}

/** A sentence, which may begin with whoever offers. */
function asSentence(sentence: string): string {
  return sentence.replace(/^somebody at /, "Somebody at ");
}

/** What is sent, in a few words: `big.iso (1.2 GB)`, `photos (12 files, 34 MB)`. */
export function contentText(entries: readonly OfferedEntry[]): string {
  const files = entries.filter(({ kind }) => kind === "file");
  const bytes = bytesText(offeredBytes(entries));
  const roots = [...new Set(entries.map(({ path }) => path[0]!))];
  const isOneFile = entries.length === 1 && files.length === 1;
  const size = isOneFile ? bytes : `${countText(files.length, "file")}, ${bytes}`;
  const named = roots.slice(0, 3).map((name) => shown(name)).join(", ");
  const more = roots.length > 3 ? ` and ${roots.length - 3} more` : "";
  return `${named}${more} (${size})`;
}

/** `1 file`, `12 files`. */
function countText(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** A name that may be as long as a screen. */
function shown(name: string): string {
  const visible = visibleText(name);
  return visible.length <= 60 ? visible : `${visible.slice(0, 40)}...${visible.slice(-15)}`;
}

function callLine(text: string): ScreenLine {
  return { text, tone: "call", about: "call" };
}

/** Somebody offers files: who, what, how large, whereto, and what is there already. */
export function offeredLines(
  by: OfferedBy,
  entries: readonly OfferedEntry[],
  survey: Survey,
): ScreenLine[] {
  const what = contentText(entries);
  const into = visibleText(survey.target.directory || "/");
  const who = by.kind === "buddy"
    ? by.name
    : `Somebody at ${by.ip}, saying to be ${by.name} (which the server does not confirm),`;
  const lines = [callLine(`${who} wants to send you ${what}, into ${into}.`)];
  if (survey.taken > 0) {
    const names = survey.taken === 1 ? "One of its names is" : `${survey.taken} of its names are`;
    lines.push(line(`${names} taken there: what differs gets a new one.`));
  }
  return lines;
}

/** What may be answered to an offer, in a chat or at the menu. */
export function answersLine(survey: Survey): ScreenLine {
  const overwrite = survey.taken > 0 ? ", /accept overwrite replaces what is there" : "";
  const resumed = resumedPercent(survey);
  return line(
    resumed === undefined
      ? `/accept takes it${overwrite}, /decline does not.`
      : `Resume? ${resumed} % of it is here: /accept goes on where it stopped${overwrite}, ` +
        "/decline does not.",
    "call",
  );
}

/** What may be answered to an offer where Y and N are typed. */
export function answerQuestion(survey: Survey): string {
  const overwrite = survey.taken > 0 ? ", o to overwrite" : "";
  const resumed = resumedPercent(survey);
  return resumed === undefined
    ? `Take it? [y/N${overwrite}] `
    : `Resume at ${resumed} %? [y/N${overwrite}] `;
}

function resumedPercent({ partialBytes, bytes }: Survey): number | undefined {
  return partialBytes > 0 ? Math.floor(partialBytes / bytes * 100) : undefined;
}

/** What was cut off goes on; nothing where all begins anew. */
export function resumingLines(survey: Survey): ScreenLine[] {
  const resumed = resumedPercent(survey);
  return resumed === undefined ? [] : [line(`Resuming at ${resumed} %.`)];
}

/** Somebody offered files while others are here. */
export function busyLine(by: OfferedBy): ScreenLine {
  const who = by.kind === "buddy" ? by.name : `Somebody at ${by.ip}, saying to be ${by.name},`;
  return callLine(`${who} offered you files, and was told that you are busy.`);
}

/** So many more were turned down than were told one by one. */
export function moreOffersLine(count: number): ScreenLine {
  return line(`${countText(count, "more offer")} of files, turned down.`, "call");
}

/** The answer may have been meant for the offer before, which has gone. */
export function anotherOfferLine(what: string): ScreenLine {
  return line(`This is another offer than the one before: ${what}. Answer once more.`, "bad");
}

/** Who offers what, in a few words. */
export function offerText(by: OfferedBy, entries: readonly OfferedEntry[]): string {
  return `${contentText(entries)} of ${senderName(by)}`;
}

/** There is not enough room for what is offered. */
export function noRoomLine(
  by: OfferedBy,
  entries: readonly OfferedEntry[],
  survey: Survey,
): ScreenLine {
  const what = `${contentText(entries)}, but it ${roomText(survey)}`;
  return line(asSentence(`${senderName(by)} wants to send you ${what}.`), "bad");
}

/** What may be answered when there is not enough room. */
export function elsewhereLine(): ScreenLine {
  return line("/accept FOLDER takes it into another folder, /decline does not.", "call");
}

/** The folder that was chosen has not enough room. */
export function tooSmallLine(survey: Survey): ScreenLine {
  return line(`It ${roomText(survey)}; choose another folder.`, "bad");
}

function roomText({ target, files, freeBytes = 0 }: Survey): string {
  return `needs ${bytesText(missingBytes(files))} and ` +
    `${visibleText(target.directory || "/")} has ${bytesText(freeBytes)} left`;
}

/** Files are offered to somebody, who has to answer. */
export function offeringLine(to: UserId, entries: readonly OfferedEntry[]): ScreenLine {
  return line(`Offered ${contentText(entries)} to ${to}; waiting for the answer.`, "call");
}

/** What was left out of what is sent. */
export function skippedLines(skipped: readonly string[]): ScreenLine[] {
  if (skipped.length === 0) return [];
  const [first = ""] = skipped;
  const more = skipped.length > 1 ? ` and ${skipped.length - 1} more` : "";
  const why = "a link, a device, or a name that is no UTF-8";
  return [line(`Left out (${why}): ${visibleText(first)}${more}.`)];
}

/** Files, and bytes of them. */
interface Amount {
  readonly files: number;
  readonly bytes: number;
}

/** The other side takes it, all or less; of what it takes, so many bytes are still missing there. */
export function acceptedLine(to: UserId, wanted: Amount, offered: Amount): ScreenLine {
  if (wanted.files < offered.files) {
    return line(`${to} takes ${wanted.files} of ${countText(offered.files, "file")}.`, "good");
  }
  const here = Math.max(0, offered.bytes - wanted.bytes);
  const percent = here === 0 ? 0 : Math.floor(here / offered.bytes * 100);
  const resumed = percent === 0 ? "" : `, and has ${percent} % of it already`;
  return line(`${to} takes it${resumed}.`, "good");
}

const REFUSALS: Readonly<Record<RefusalReason, (who: UserId) => string>> = {
  declined: (who) => `${who} does not want it`,
  unanswered: (who) => `${who} did not answer`,
  busy: (who) => `${who} is busy with other files; try again later`,
  stranger: (who) => `${who} takes files from buddies at their address only`,
  elsewhere: (who) => `${who} is not there any more; try again`,
  space: (who) => `${who} has not enough room for it`,
};

/** How a transfer ended for the side that sent; of `files` offered, so many were kept and lost. */
export function sentLine(
  to: UserId,
  end: SendingEnd,
  { files, kept, lost, summary }: { files: number; kept: number; lost: number; summary: string },
): ScreenLine {
  switch (end.kind) {
    case "done": {
      if (files > 0 && kept + lost === 0) return line(`Not sent: ${to} wants none of it.`, "bad");
      if (lost > 0) {
        return line(`Sent ${countText(kept, "file")} to ${to}, ${lost} not.`, "bad");
      }
      return line(`Sent, and checked by ${to}: ${countText(kept, "file")}, ${summary}.`, "good");
    }
    case "refused":
      return line(`Not sent: ${REFUSALS[end.reason](to)}.`, "bad");
    case "cancelled":
      return cancelledLine(end, `to ${to}`, to);
    case "lost":
      return line(
        `${NOT_DELIVERED} to ${to}: ${visibleText(end.why)}; send it again to resume.`,
        "bad",
      );
  }
}

/** Whoever offered has gone before there was an answer. */
export function takenBackLine(from: string): ScreenLine {
  return line(asSentence(`${from} took the offer back.`));
}

/** How a transfer ended for the side that received. */
export function receivedLine(
  from: string,
  end: ReceivingEnd,
  { kept, lost, summary }: { kept: number; lost: number; summary: string },
): ScreenLine {
  switch (end.kind) {
    case "done": {
      if (lost > 0) {
        return line(`Received ${countText(kept, "file")} from ${from}, ${lost} not.`, "bad");
      }
      return line(
        `Received and checked, from ${from}: ${countText(kept, "file")}, ${summary}.`,
        "good",
      );
    }
    case "refused":
      return line(
        end.reason === "unanswered"
          ? asSentence(`${from} was not answered in time; the files were turned down.`)
          : `Turned down what ${from} wanted to send.`,
      );
    case "cancelled":
      return cancelledLine(end, `from ${from}`, from);
    case "lost":
      return line(
        `Not all came from ${from}: ${visibleText(end.why)}; what is here is kept, to resume.`,
        "bad",
      );
  }
}

function cancelledLine(
  end: { readonly by: "us" | "them"; readonly reason: string },
  direction: string,
  them: string,
): ScreenLine {
  const why = end.reason === "" ? "" : `: ${visibleText(end.reason)}`;
  const who = end.by === "us" ? "Cancelled the files" : `${them} cancelled the files`;
  return line(
    asSentence(`${who} ${end.by === "us" ? direction : ""}`.trimEnd() + `${why}.`),
    "bad",
  );
}

/** A file that did not make it, and why. */
export function lostFileLine(path: readonly string[], reason: string): ScreenLine {
  return line(`${shown(path.join("/"))}: ${visibleText(reason)}.`, "bad");
}

/** Most places that are told one by one. */
const MAX_PLACES = 10;

/** Where files and folders are now. */
export function keptLines(places: readonly string[]): ScreenLine[] {
  const more = places.length - MAX_PLACES;
  return [
    ...places.slice(0, MAX_PLACES).map((place) => line(`  ${visibleText(place)}`)),
    ...(more > 0 ? [line(`  and ${more} more`)] : []),
  ];
}

/** How far a transfer is. */
export function progressText(
  direction: "to" | "from",
  who: string,
  progress: string,
): string {
  return `${direction === "to" ? "Sending to" : "Receiving from"} ${who}: ${progress}`;
}

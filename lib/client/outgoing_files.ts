/**
 * Sending files to a buddy, from the paths to the last line: what is found is offered, and what
 * happens is told. "Sent" is said when the receiver has confirmed every file.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import { TRANSFER_LIMITS } from "../core/limits.ts";
import type { PeerAddress } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import { OrderlyCloser } from "../net/orderly_close.ts";
import { connectTcp } from "../net/tcp.ts";
import { encodeOffer, offeredBytes } from "../wire/transfer_offer.ts";
import type { ScreenLine } from "./screen_line.ts";
import { TransferLink } from "./transfer_link.ts";
import type { TransferNews } from "./transfer_news.ts";
import { TransferProgress } from "./transfer_progress.ts";
import * as screens from "./transfer_screens.ts";
import { Sending } from "./transfer_sending.ts";
import type { Gathered } from "./transfer_source.ts";

/** How long the other client may take to let us connect. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Files for somebody. */
export interface OutgoingFiles {
  readonly from: UserId;
  readonly to: UserId;
  /** Where they take files. */
  readonly address: PeerAddress;
  readonly gathered: Gathered;
}

/** How it went: everything that was wanted is there, or not. */
export interface OutgoingEnd {
  /** Whether all that was wanted arrived; a receiver who wants no file at all has none. */
  readonly isDone: boolean;
  /** What to say about it. */
  readonly line: ScreenLine;
}

/**
 * Offers files and sends those that are wanted. What becomes of it is told, but for its end.
 *
 * @param cancel ends it from our side
 * @throws OperationalError when it is too much for one offer
 * @throws UnreachableError when the other client cannot be reached
 */
export async function sendFiles(
  { from, to, address, gathered }: OutgoingFiles,
  news: TransferNews,
  cancel: AbortSignal,
): Promise<OutgoingEnd> {
  const { entries, places } = gathered;
  const offer = { from, to, entries };
  if (encodeOffer(offer).length > TRANSFER_LIMITS.offerBytes) {
    throw new OperationalError(
      "Cannot send so many files at once: put them into one archive, or send them in parts",
    );
  }
  const conn = await connectTcp(address.ip, address.port, {
    ...{ timeoutMs: CONNECT_TIMEOUT_MS, signal: cancel },
  });
  const closer = new OrderlyCloser();
  const counts = { kept: 0, lost: 0 };
  const files = entries.filter(({ kind }) => kind === "file").length;
  const progress = { bytes: new TransferProgress(0, performance.now()) };
  using following = new DisposableStack();
  const sending = new Sending(new TransferLink(conn, closer), offer, places, {
    accepted(wanted, bytes) {
      const offered = { files, bytes: offeredBytes(entries) };
      news.show([screens.acceptedLine(to, { files: wanted, bytes }, offered)]);
      progress.bytes = new TransferProgress(bytes, performance.now());
      following.use(
        news.follow(() => screens.progressText("to", to, progress.bytes.text(performance.now()))),
      );
    },
    sent: (bytes) => progress.bytes.add(bytes, performance.now()),
    more: (bytes) => progress.bytes.more(bytes),
    kept: () => counts.kept++,
    lost(file, reason) {
      counts.lost++;
      news.show([screens.lostFileLine(entries[file]!.path, reason)]);
    },
  });
  const giveUp = (): void => sending.cancel(reasonOf(cancel.reason));
  cancel.addEventListener("abort", giveUp);
  // It may have been cancelled in the moment between connecting and here.
  if (cancel.aborted) giveUp();
  news.show([...screens.skippedLines(gathered.skipped), screens.offeringLine(to, entries)]);
  const end = await sending.run();
  closer.stop();
  following.dispose();
  const summary = progress.bytes.summary(performance.now());
  return {
    isDone: end.kind === "done" && counts.lost === 0 && (counts.kept > 0 || files === 0),
    line: screens.sentLine(to, end, { ...counts, files, summary }),
  };
}

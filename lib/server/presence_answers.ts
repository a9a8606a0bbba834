/**
 * Presence over UDP: what becomes of a datagram. Rules: protocols/buddy.md, "UDP: presence".
 */

import type { Histogram } from "../core/histogram.ts";
import { isLoopback } from "../core/ip_address.ts";
import type { Clock } from "../core/ports.ts";
import { afterwards, type Eventually } from "../core/eventually.ts";
import type { BuddyPresence } from "../core/presence.ts";
import { isAnswerable } from "../net/answerable.ts";
import { type AnswerBudget, maxAnswerBytes } from "../net/answer_budget.ts";
import { addressTowards, type OwnAddress } from "../net/interfaces.ts";
import type { DatagramAddress } from "../net/udp.ts";
import type { PresenceBook } from "../services/presence.ts";
import type { Roster } from "../services/roster.ts";
import { buddyListText, parsePresenceRequest } from "../wire/buddy_presence.ts";
import type { EntryView } from "./buddy_requests.ts";

/**
 * Makes the view of an entry that an asker elsewhere can use. A buddy whose address is loopback
 * sits on this machine; to anybody elsewhere that address would mean their own.
 *
 * @param advertised what to tell instead (`--advertise`); without it, this machine's address in
 * the asker's network
 */
export function viewFromElsewhere(
  advertised: string | undefined,
  own: () => readonly OwnAddress[],
): EntryView {
  return (entry, askerIp) => {
    const { address } = entry;
    if (address === undefined || !isLoopback(address.ip) || askerIp === address.ip) return entry;
    const ip = advertised ?? (isLoopback(askerIp) ? undefined : addressTowards(askerIp, own()));
    return ip === undefined ? entry : { ...entry, address: { ...address, ip } };
  };
}

/** What became of presence datagrams. */
export interface PresenceCounts {
  /** SET of registered users. */
  set: number;
  /** GET that was answered. */
  answered: number;
  /** Dropped: neither SET nor GET. */
  malformed: number;
  /** Dropped: of somebody who is not registered. */
  unknown: number;
  /** Dropped: a GET from where nobody may be answered. */
  unanswerable: number;
  /** Dropped: a GET beyond what its address may be answered. */
  overLimit: number;
}

/** One in so many datagrams is timed: looking at the clock twice would cost a tenth of answering. */
const TIMED_OF = 16;

/** What answering needs. */
export interface PresenceAnswerParts {
  readonly roster: Roster;
  readonly presence: PresenceBook;
  readonly budget: AnswerBudget;
  readonly view: EntryView;
  readonly own: () => readonly OwnAddress[];
  readonly clock: Clock;
  readonly send: (answer: string, to: DatagramAddress) => void;
  /** The port the datagrams arrive at. */
  readonly port: number;
  /** Is told how long one in sixteen answers took, where somebody wants to know. */
  readonly seconds?: Histogram | undefined;
}

/** Acts on presence datagrams. */
export class PresenceAnswers {
  readonly #parts: PresenceAnswerParts;
  /** What was done so far. */
  readonly counts: PresenceCounts = {
    ...{ set: 0, answered: 0, malformed: 0, unknown: 0, unanswerable: 0, overLimit: 0 },
  };

  constructor(parts: PresenceAnswerParts) {
    this.#parts = parts;
  }

  /**
   * Takes one datagram. Whatever is wrong with it is silence.
   *
   * @param via where an answer goes: to the client, or to a balancer that passes it on
   */
  take(
    datagram: Uint8Array,
    from: DatagramAddress,
    via: DatagramAddress = from,
  ): Eventually<void> {
    const request = parsePresenceRequest(datagram);
    const { counts } = this;
    if (request === undefined) {
      counts.malformed++;
      return;
    }
    const { roster, presence, own, port } = this.#parts;
    if (request.kind === "get") {
      if (!isAnswerable(via, port, own)) {
        counts.unanswerable++;
        return;
      }
      const begun = this.#isTimed ? performance.now() : undefined;
      return afterwards(roster.buddies(request.user), (buddies) => {
        if (buddies === undefined) counts.unknown++;
        else this.#answer(buddies, from, via, begun);
      });
    }
    return afterwards(roster.isKnown(request.user), (isKnown) => {
      if (!isKnown) {
        counts.unknown++;
        return;
      }
      presence.set(request.user, request.status, { ip: from.ip, port: request.port });
      counts.set++;
    });
  }

  get #isTimed(): boolean {
    return this.#parts.seconds !== undefined && this.counts.answered % TIMED_OF === 0;
  }

  #answer(
    buddies: readonly BuddyPresence[],
    from: DatagramAddress,
    via: DatagramAddress,
    begun: number | undefined,
  ): void {
    const { budget, view, clock, send, seconds } = this.#parts;
    const { counts } = this;
    const allowance = budget.allow(from.ip, clock());
    if (allowance.kind === "silence") {
      counts.overLimit++;
      return;
    }
    const entries = buddies.map((entry) => view(entry, from.ip));
    const answer = buddyListText(entries, maxAnswerBytes(allowance));
    if (allowance.kind === "short" && !budget.spend(answer.length, clock())) {
      counts.overLimit++;
      return;
    }
    send(answer, via);
    counts.answered++;
    if (begun !== undefined) seconds?.observe((performance.now() - begun) / 1000);
  }
}

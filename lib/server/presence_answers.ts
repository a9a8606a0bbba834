/**
 * Presence over UDP: what becomes of a datagram. Rules: protocols/buddy.md, "UDP: presence".
 */

import type { Histogram } from "../core/histogram.ts";
import { isLoopback } from "../core/ip_address.ts";
import type { Clock } from "../core/ports.ts";
import { beginSpan, type Span } from "../core/spans.ts";
import { afterwards, type Eventually } from "../core/eventually.ts";
import type { BuddyPresence } from "../core/presence.ts";
import { isAnswerable } from "../net/answerable.ts";
import { type AnswerBudget, maxAnswerBytes } from "../net/answer_budget.ts";
import { addressTowards, type OwnAddress } from "../net/interfaces.ts";
import type { DatagramAddress } from "../net/udp.ts";
import type { PresenceBook } from "../services/presence.ts";
import type { Roster } from "../services/roster.ts";
import {
  buddyListText,
  parsePresenceRequest,
  type PresenceRequest,
} from "../wire/buddy_presence.ts";
import { ANSWER_MAC_BYTES, authenticatedAnswer } from "../wire/request_mac.ts";
import type { AccountGuard, AdmittedDatagram } from "./account_guard.ts";
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
  /** Dropped: does not prove whose it is, where accounts have passwords. */
  denied: number;
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
  /** Judges who sends, where accounts have passwords. */
  readonly guard?: AccountGuard | undefined;
}

/** An answer that is timed. */
interface Timing {
  readonly begun: number;
  readonly span: Span | undefined;
}

/** Who asks, and when. */
interface Asked {
  readonly from: DatagramAddress;
  readonly via: DatagramAddress;
  /** By the server's clock. */
  readonly now: number;
  readonly timing: Timing | undefined;
  /** What an answer is authenticated with, where accounts have passwords. */
  readonly proof: AdmittedDatagram | undefined;
}

/** Acts on presence datagrams. */
export class PresenceAnswers {
  readonly #parts: PresenceAnswerParts;
  /** What was done so far. */
  readonly counts: PresenceCounts = {
    ...{ set: 0, answered: 0, malformed: 0, denied: 0, unknown: 0, unanswerable: 0, overLimit: 0 },
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
    const { guard } = this.#parts;
    if (guard !== undefined) return this.#takeKnown(guard, datagram, from, via);
    const request = parsePresenceRequest(datagram);
    if (request !== undefined) return this.#act(request, from, via);
    this.counts.malformed++;
  }

  /** Takes a datagram where accounts have passwords. */
  #takeKnown(
    guard: AccountGuard,
    datagram: Uint8Array,
    from: DatagramAddress,
    via: DatagramAddress,
  ): Eventually<void> {
    const { budget, clock } = this.#parts;
    const proof = guard.admit(datagram, from.ip);
    if (typeof proof === "string") {
      this.counts[proof]++;
      return;
    }
    // Its session is good from there only, where its user was reached over TCP.
    budget.prove(from.ip, clock());
    return this.#act(proof.request, from, via, proof);
  }

  /** @param proof what an answer is authenticated with, where accounts have passwords */
  #act(
    request: PresenceRequest,
    from: DatagramAddress,
    via: DatagramAddress,
    proof?: AdmittedDatagram,
  ): Eventually<void> {
    const { counts } = this;
    const { roster, presence, own, port } = this.#parts;
    if (request.kind === "get") {
      if (!isAnswerable(via, port, own)) {
        counts.unanswerable++;
        return;
      }
      const timing = this.#isTimed
        ? { begun: performance.now(), span: beginSpan("buddy answer") }
        : undefined;
      // Read once for all that goes by it: that takes longer than finding a buddy.
      const now = this.#parts.clock();
      return afterwards(roster.buddies(request.user, now), (buddies) => {
        if (buddies === undefined) counts.unknown++;
        else this.#answer(buddies, { from, via, now, timing, proof });
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
    { from, via, now, timing, proof }: Asked,
  ): void {
    const { budget, view, send, seconds } = this.#parts;
    const { counts } = this;
    const allowance = budget.allow(from.ip, now);
    if (allowance.kind === "silence") {
      counts.overLimit++;
      return;
    }
    const seen = (entry: BuddyPresence): BuddyPresence => view(entry, from.ip);
    const most = maxAnswerBytes(allowance);
    const answer = proof === undefined ? buddyListText(buddies, most, seen) : authenticatedAnswer(
      buddyListText(buddies, most - ANSWER_MAC_BYTES, seen),
      proof.key,
      proof.counter,
    );
    if (allowance.kind === "short" && !budget.spend(answer.length, now)) {
      counts.overLimit++;
      return;
    }
    send(answer, via);
    counts.answered++;
    if (timing === undefined) return;
    seconds?.observe((performance.now() - timing.begun) / 1000);
    timing.span?.end();
  }
}

/**
 * The trunks to each backend: opened where a backend offers them, opened again when they are lost.
 *
 * Rules of this file:
 * - A backend is asked once, and again only after it has failed: whoever is no server of ours gets one
 *   question, which it answers as it likes.
 * - A backend in maintenance, and one that is not there any more, has its trunks ended; what is under
 *   way on them is answered. One that is drained keeps them: nobody sends it anything.
 * - A trunk that is lost tells sooner than any check that its server is gone: the check is made at once.
 */

import { TRUNK_LIMITS } from "../core/limits.ts";
import type { Backend } from "./backend.ts";
import type { Connect } from "./dialer.ts";
import type { Story } from "./story.ts";
import { TrunkLink } from "./trunk_link.ts";
import { offersTrunk, openTrunk } from "./trunk_opening.ts";

/** What trunks need. */
export interface TrunksWorld {
  /** Connects to ask. */
  readonly connect: Connect;
  /** Connects for a trunk. */
  readonly connectTrunk: Connect;
  /** What a backend that expects a PROXY header is sent first. */
  readonly preface: () => Uint8Array | undefined;
  /** Whether there are to be trunks at all, and seconds a backend may take to answer. */
  readonly settings: () => { readonly isWanted: boolean; readonly seconds: number };
  readonly story: Story;
  /** Is told of a backend that has ended a trunk. */
  readonly doubt: (backend: Backend) => void;
}

/** A backend and its trunks. */
interface Held {
  readonly links: TrunkLink[];
  /** When it had failed last when it was asked; nothing when it is to be asked. */
  askedFor: number | undefined;
  /** What it said. */
  isOffered: boolean;
  opening: Promise<void> | undefined;
  /** Whether somebody was told that it trusts us, and we do not say whose connections are. */
  isTold: boolean;
}

/** Every trunk of a service. */
export class Trunks {
  readonly #world: TrunksWorld;
  readonly #held = new Map<Backend, Held>();
  readonly #ending = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  /** Every trunk there is, those that are ending included. */
  readonly #links = new Set<TrunkLink>();

  /** Begins without any. */
  constructor(world: TrunksWorld) {
    this.#world = world;
    this.#timer = setInterval(this.#tick, TRUNK_LIMITS.againSeconds * 1000);
  }

  /** Whether there is any trunk. */
  get isInUse(): boolean {
    return this.#links.size > 0;
  }

  /** A trunk to this backend that takes a request: the least busy one. */
  pick(backend: Backend): TrunkLink | undefined {
    let best: TrunkLink | undefined;
    const links = this.#held.get(backend)?.links;
    if (links === undefined) return undefined;
    for (const link of links) {
      if (link.isOpen && (best === undefined || link.underWay < best.underWay)) best = link;
    }
    return best;
  }

  /** Opens trunks to a backend, as soon as it offers them. */
  watch(backend: Backend): void {
    const held: Held = {
      ...{ links: [], askedFor: undefined, opening: undefined },
      ...{ isOffered: false, isTold: false },
    };
    this.#held.set(backend, held);
    this.#lookAfter(backend, held);
  }

  /** Ends the trunks to a backend when what is under way is answered. */
  forget(backend: Backend): void {
    const held = this.#held.get(backend);
    this.#held.delete(backend);
    if (held !== undefined) drain(held);
  }

  /** Looks at the settings again, and at what people want of backends. */
  readonly look = (): void => {
    for (const [backend, held] of this.#held) this.#lookAfter(backend, held);
  };

  /** Ends all of them at once. */
  cutAll(): void {
    for (const link of this.#links) link.cut("stopped");
  }

  /** Ends all of them when what is under way is answered, and opens no more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    for (const backend of [...this.#held.keys()]) this.forget(backend);
    await Promise.all(this.#ending);
  }

  readonly #tick = (): void => {
    for (const link of this.#links) link.tick();
    this.look();
  };

  #lookAfter(backend: Backend, held: Held): void {
    if (!this.#world.settings().isWanted || backend.adminState === "maintain") return drain(held);
    if (held.opening !== undefined || held.links.length >= TRUNK_LIMITS.perBackend) return;
    if (!backend.health.isUp || (!held.isOffered && held.askedFor === backend.failedAt)) return;
    held.opening = this.#openTo(backend, held).catch(() => {
      // It could not be asked, which checks will find out; if not, it is asked again.
      held.askedFor = undefined;
    }).finally(() => {
      held.opening = undefined;
      this.#ending.delete(opening);
    });
    const { opening } = held;
    this.#ending.add(opening);
  }

  async #openTo(backend: Backend, held: Held): Promise<void> {
    const { connect, connectTrunk, preface, settings, story } = this.#world;
    const how = { preface, seconds: settings().seconds, signal: this.#stopping.signal };
    if (!held.isOffered) {
      const { failedAt } = backend;
      held.isOffered = await offersTrunk(backend, { ...how, connect });
      held.askedFor = failedAt;
    }
    const before = held.links.length;
    while (held.isOffered && held.links.length < TRUNK_LIMITS.perBackend) {
      const stream = await openTrunk(backend, { ...how, connect: connectTrunk });
      if (stream === undefined) held.isOffered = false;
      else this.#hold(backend, held, new TrunkLink(stream));
    }
    if (before > 0 || held.links.length === 0) return;
    story.trunked(backend, held.links.length);
    if (held.isTold || preface() !== undefined) return;
    held.isTold = true;
    story.credulous(backend);
  }

  #hold(backend: Backend, held: Held, link: TrunkLink): void {
    held.links.push(link);
    backend.trunks = held.links.length;
    this.#links.add(link);
    if (this.#held.get(backend) !== held) link.drain();
    const ended = link.run().then((reason) => {
      this.#ending.delete(ended);
      this.#links.delete(link);
      held.links.splice(held.links.indexOf(link), 1);
      backend.trunks = held.links.length;
      // The next server at this address may be another one.
      held.isOffered = false;
      held.askedFor = undefined;
      if (reason === "" || this.#held.get(backend) !== held) return;
      this.#world.story.untrunked(backend, reason);
      this.#world.doubt(backend);
    });
    this.#ending.add(ended);
  }
}

function drain({ links }: Held): void {
  for (const link of links) link.drain();
}

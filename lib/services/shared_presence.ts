/**
 * Presence that servers share. Each also keeps what it heard itself: while nothing is shared it goes
 * on with that, and afterwards tells the others. What users publish may come to a server that does
 * not hear them, which then tells the one that does.
 */

import type { Clock } from "../core/ports.ts";
import type { BuddyPresence, PeerAddress, PresenceStatus } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import type {
  PresenceRecord,
  SharedPresence as Remote,
  SharedState,
} from "../storage/shared_state.ts";
import { Presence, type PresenceBook, type PresenceSurvey } from "./presence.ts";

const NOTHING: ReadonlyMap<string, string> = new Map();

/** Users told to the others at once after an outage. */
const RETURN_BATCH = 500;

/** The presence of every user any server heard of within the lifetime. */
export class SharedPresence implements PresenceBook {
  readonly #own: Presence;
  readonly #remote: Remote;
  readonly #lifetimeMs: number;

  /** Starts with what the others know. A SET holds for `lifetimeSeconds`. */
  constructor(state: SharedState, lifetimeSeconds: number, clock: Clock) {
    this.#own = new Presence(lifetimeSeconds, clock);
    this.#remote = state.presence;
    this.#lifetimeMs = lifetimeSeconds * 1000;
    // Of a user heard here: it is told again when the others have forgotten it.
    this.#remote.onPublished((user, info, fromIp) => this.#own.publish(user, info, fromIp));
    state.onReturn(() => this.#tellOthers());
  }

  /** Records a SET. Nobody waits for the others to know: there is no answer to it. */
  set(user: UserId, status: PresenceStatus, address: PeerAddress): void {
    this.#own.set(user, status, address);
    // They may have lost what was published with it.
    const info = this.#own.infoOf(user);
    this.#remote.put(user, { status, address, info }, this.#lifetimeMs, true).catch(keepOwn);
  }

  /** What to tell others of users. */
  async ofAll(users: readonly UserId[]): Promise<BuddyPresence[]> {
    try {
      const records = await this.#remote.get(users);
      return users.map((user, index) => presenceOf(user, records[index]));
    } catch {
      return this.#own.ofAll(users);
    }
  }

  /** Stores what a user publishes. */
  async publish(
    user: UserId,
    info: ReadonlyMap<string, string>,
    fromIp: string,
  ): Promise<boolean> {
    const isOurs = this.#own.publish(user, info, fromIp);
    try {
      const isTaken = await this.#remote.publish(user, info, fromIp);
      if (isTaken && !isOurs) this.#remote.tellPublished(user, info, fromIp).catch(keepOwn);
      return isTaken;
    } catch {
      return isOurs;
    }
  }

  /** What a user publishes. */
  async infoOf(user: UserId): Promise<ReadonlyMap<string, string>> {
    try {
      const [record] = await this.#remote.get([user]);
      return record?.info ?? NOTHING;
    } catch {
      return this.#own.infoOf(user);
    }
  }

  /** Who was heard by this server of late; the others know of more. */
  survey(most: number): PresenceSurvey {
    return this.#own.survey(most);
  }

  /** Tells the others what they missed; it gives way to what they have heard since. */
  async #tellOthers(): Promise<void> {
    let telling: Promise<void>[] = [];
    for (const [user, record, remainingMs] of [...this.#own.live()]) {
      telling.push(this.#remote.put(user, record, remainingMs, false).catch(keepOwn));
      if (telling.length < RETURN_BATCH) continue;
      await Promise.all(telling);
      telling = [];
    }
    await Promise.all(telling);
  }
}

/** The link has told of its failure; what this server heard is told when it works again. */
function keepOwn(): void {}

function presenceOf(user: UserId, record: PresenceRecord | undefined): BuddyPresence {
  if (record === undefined) return { buddy: user, status: "OFFLINE" };
  return { buddy: user, status: record.status, address: record.address };
}

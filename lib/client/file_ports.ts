/**
 * Where clients take files: `files=PORT` beside their presence, told and asked with INFO. Rules:
 * docs/protocols/extensions.md. A server that does not offer INFO is asked and told nothing, and
 * files cannot be sent through it.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import { canonicalIp } from "../core/ip_address.ts";
import type { Log } from "../core/ports.ts";
import type { PeerAddress } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { parseInfoEntries } from "../wire/buddy_request.ts";
import type { BuddyList } from "./buddy_list.ts";
import type { PresenceLink } from "./presence_link.ts";
import type { ServerLink } from "./server_link.ts";
import type { OfferedBy } from "./transfer_screens.ts";

/** The word in INFO. */
const FILES = "files";

/** How long a fresh list of buddies is waited for. */
const FRESH_LIST_MS = 1000;

/** How often a port is told again: a server that was started anew has forgotten it. */
const TELL_AGAIN_MS = 60_000;

/** An answer that comes so late was preceded by silence: the server may have forgotten us. */
const SILENCE_MS = 25_000;

/**
 * Where a buddy takes files.
 *
 * @param ip where the buddy is, by the server's word
 * @throws UnreachableError when the server does not answer
 * @throws OperationalError when it does not tell, or the buddy's client takes none
 */
export async function fileAddress(
  link: ServerLink,
  buddy: UserId,
  ip: string,
): Promise<PeerAddress> {
  const { info } = await link.capabilities();
  if (!info) {
    throw new OperationalError(
      "This server does not tell where files can be sent to: it takes a Parley server",
    );
  }
  const reply = await link.request({ kind: "info", user: buddy });
  if (reply.code !== 200) {
    throw new OperationalError(
      `Cannot ask where ${buddy} takes files (${visibleText(reply.text)})`,
    );
  }
  const text = parseInfoEntries(reply.words)?.get(FILES) ?? "";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return { ip, port };
  throw new OperationalError(`${buddy} takes no files: it takes a running Parley client`);
}

/** Who offers from an address: the buddy they say to be, when the server says that, too. */
function offeredBy(list: BuddyList | undefined, from: UserId, ip: string): OfferedBy {
  const isThere = (list?.entries ?? []).some(({ buddy, address }) =>
    buddy.toLowerCase() === from && address !== undefined && canonicalIp(address.ip) === ip
  );
  return isThere ? { kind: "buddy", name: from } : { kind: "unsure", name: from, ip };
}

/** As {@linkcode offeredBy}, asking the server once more when it did not confirm it. */
export async function whoOffers(
  presence: PresenceLink,
  from: UserId,
  ip: string,
): Promise<OfferedBy> {
  const known = offeredBy(presence.list, from, ip);
  if (known.kind === "buddy") return known;
  await presence.ask(FRESH_LIST_MS);
  return offeredBy(presence.list, from, ip);
}

/** Keeps the server told where its user takes files. */
export class FilePort {
  readonly #link: ServerLink;
  readonly #port: number;
  readonly #log: Log;
  #told: { readonly user: UserId; readonly at: number } | undefined;
  #answeredAt = -Infinity;

  constructor(link: ServerLink, port: number, log: Log) {
    this.#link = link;
    this.#port = port;
    this.#log = log;
  }

  /**
   * The server has just heard our user: now it can be told.
   *
   * @param now milliseconds of a clock that only goes forward
   * @returns whether it is told
   */
  async answered(user: UserId, now: number): Promise<boolean> {
    const wasSilent = now - this.#answeredAt > SILENCE_MS;
    this.#answeredAt = now;
    const isTold = this.#told?.user === user && now - this.#told.at < TELL_AGAIN_MS;
    if (isTold && !wasSilent) return true;
    this.#told = { user, at: now };
    try {
      if (!(await this.#link.capabilities()).info) return false;
      const entries = new Map([[FILES, String(this.#port)]]);
      const reply = await this.#link.request({ kind: "publish", user, entries });
      if (reply.code === 200) return true;
      this.#log.debug("Not told where files are taken", { reply: reply.text });
    } catch (error) {
      this.#log.debug("Cannot tell where files are taken", { reason: reasonOf(error) });
    }
    // The next answer is another try: another server may have heard us.
    this.#told = undefined;
    return false;
  }
}

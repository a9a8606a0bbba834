/**
 * The buddies of a user, asked for once, without being online as that user: over TCP where the
 * server offers that, else by a GET over UDP. Rules: protocols/buddy.md.
 */

import { hostPort } from "../core/endpoint.ts";
import { OperationalError, UnreachableError } from "../core/errors.ts";
import { MAX_DATAGRAM_BYTES } from "../core/limits.ts";
import type { BuddyPresence } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { DatagramSocket } from "../net/udp.ts";
import { parseBuddyList } from "../wire/buddy_presence.ts";
import { presenceDatagram } from "./login.ts";
import { noSuchUserText } from "./one_shot_screens.ts";
import type { ServerLink } from "./server_link.ts";

/** Datagrams may be lost: GET goes out so often, so far apart. */
const GET = { times: 3, everyMs: 700 } as const;

/** Asks one server. */
export class BuddyQuery {
  readonly #link: ServerLink;
  readonly #udpPort: number;

  constructor(link: ServerLink, udpPort: number) {
    this.#link = link;
    this.#udpPort = udpPort;
  }

  /**
   * The whole list, as the server has it now.
   *
   * @throws UnreachableError when there is no answer
   * @throws OperationalError when the server does not know the user
   */
  async list(user: UserId): Promise<readonly BuddyPresence<string>[]> {
    const { get } = await this.#link.capabilities();
    if (!get) return await this.listOverUdp(user);
    const { reply, entries } = await this.#link.list(user);
    if (reply.code === 200) return entries;
    throw new OperationalError(
      reply.code === 202
        ? noSuchUserText(user, reply)
        : `The server does not tell (${visibleText(reply.text)})`,
    );
  }

  /**
   * What fits into a datagram of the list, asked for as older clients do. The server was reached
   * over TCP before.
   *
   * @throws UnreachableError when there is no answer
   */
  async listOverUdp(user: UserId): Promise<readonly BuddyPresence<string>[]> {
    const ip = this.#link.reachedIp!;
    const port = this.#udpPort;
    const socket = new DatagramSocket({ hostname: ip.includes(":") ? "::" : "0.0.0.0", port: 0 });
    const login = this.#link.login?.user === user ? this.#link.login : undefined;
    const answer = Promise.withResolvers<readonly BuddyPresence<string>[] | undefined>();
    const received = socket.receive((bytes, from) => {
      // Only the port tells: a server with several addresses answers from any of them.
      if (from.port !== port) return;
      const list = login === undefined ? bytes : login.listOf(bytes);
      if (list !== undefined) answer.resolve(parseBuddyList(list));
    }, MAX_DATAGRAM_BYTES);
    let left: number = GET.times;
    const ask = (): void => {
      if (left-- === 0) return answer.resolve(undefined);
      socket.send(presenceDatagram({ kind: "get", user }, login), { ip, port });
    };
    ask();
    const timer = setInterval(ask, GET.everyMs);
    const entries = await answer.promise;
    clearInterval(timer);
    socket.close();
    await received;
    if (entries !== undefined) return entries;
    const at = `${hostPort(ip, port)} (UDP)`;
    throw new UnreachableError(
      `No answer from ${at}: ${user} is not registered there, or datagrams do not get through`,
    );
  }
}

/**
 * The trace: joins what taps see with what decoders make of it, and hands each message on, numbered
 * and safe to show. What the bytes mean is passed in (`wire/describe.ts`).
 *
 * Rules of this file:
 * - Text from outside is made visible here, once; whoever shows a message only escapes it.
 * - A client is called by its user as soon as a message has named one, by its address before.
 * - A connection over which nothing is said is not told of: health checks are many.
 */

import { TRACE_LIMITS } from "../core/limits.ts";
import type {
  Clock,
  StreamTap,
  Trace,
  TracedConnection,
  TracedDatagram,
  TracedEnd,
} from "../core/ports.ts";
import { RecentMap } from "../core/recent_map.ts";
import { visibleText } from "../core/visible_text.ts";
import type {
  DescribedMessage,
  Describer,
  WireMessage,
  WireParty,
  WireSide,
} from "../core/wire_message.ts";

/** What a trace works with. */
export interface WireTraceParts {
  /** Makes messages of bytes. */
  readonly describer: Describer;
  /** The time of day. */
  readonly clock: Clock;
  /** Takes each message; must not throw. */
  readonly show: (message: WireMessage) => void;
}

/** What is the same for all messages of one way. */
type Way = Pick<WireMessage, "transport" | "from" | "to">;

/** Puts messages together and hands them on. */
export class WireTrace implements Trace {
  readonly #parts: WireTraceParts;
  /** Users by the address they send datagrams from. */
  readonly #users = new RecentMap<string>(TRACE_LIMITS.known);
  /** Who asked last, by the address a question came from: an answer may name nobody. */
  readonly #askers = new RecentMap<string>(TRACE_LIMITS.known);
  #lastId = 0;

  /** Begins with nothing seen. */
  constructor(parts: WireTraceParts) {
    this.#parts = parts;
  }

  connection({ service, client, server, mayRelay, isTls }: TracedConnection): StreamTap {
    const conversation = this.#parts.describer.conversation(service, mayRelay);
    const ended = new Set<WireSide>();
    let name = client.name;
    let isNamed = name !== undefined;
    let last: DescribedMessage | undefined;
    const way = (from: WireSide): Way => {
      const parties = [partyOf(client, name), partyOf(server, server.name)] as const;
      return {
        transport: isTls ? "TLS" : "TCP",
        from: parties[from === "client" ? 0 : 1],
        to: parties[from === "client" ? 1 : 0],
      };
    };
    const tell = (from: WireSide, messages: readonly DescribedMessage[]): void => {
      for (const message of messages) {
        // A name that was known beforehand stays, and so does that of a balancer.
        if (!isNamed) name = nameOf(message, client) ?? name;
        isNamed ||= message.isRelayed;
        if (last === undefined) this.#tell("open", way("client"), eventOf("(connects)", message));
        last = message;
        this.#tell("message", way(from), message);
      }
    };
    return {
      bytes: (from, bytes) => tell(from, conversation.take(from, bytes)),
      end: (from) => {
        if (ended.has(from)) return;
        ended.add(from);
        tell(from, conversation.end(from));
        if (last !== undefined) this.#tell("end", way(from), eventOf("(ends its side)", last));
      },
    };
  }

  datagram({ service, from, to, bytes, ...way }: TracedDatagram): void {
    const { isToServer } = way;
    const described = this.#parts.describer.datagram(service, bytes, way);
    const [client, server] = isToServer ? [from, to] : [to, from];
    const key = `${client.ip} ${client.port}`;
    if (isToServer && described.user !== undefined) this.#askers.set(key, described.user);
    const asker = isToServer ? undefined : this.#askers.get(key);
    const message = { ...described, user: described.user ?? asker };
    const said = nameOf(message, client);
    if (said !== undefined) this.#users.set(key, said);
    const one = partyOf(client, client.name ?? this.#users.get(key));
    const other = partyOf(server, server.name);
    this.#tell("message", {
      transport: "UDP",
      from: isToServer ? one : other,
      to: isToServer ? other : one,
    }, message);
  }

  #tell(kind: WireMessage["kind"], way: Way, message: DescribedMessage): void {
    const { bytes, hidden, text, fields, user, protocol } = message;
    this.#parts.show({
      ...way,
      ...{ id: ++this.#lastId, time: this.#parts.clock(), kind, protocol },
      text: shown(text),
      fields: fields.slice(0, TRACE_LIMITS.fields).map(([name, value]) => [
        shown(name),
        shown(value),
      ]),
      user: user === undefined ? undefined : shown(user),
      bytes: bytes.slice(0, TRACE_LIMITS.bytesOfMessage),
      hidden,
      size: bytes.length,
    });
  }
}

function partyOf({ ip, port }: TracedEnd, name: string | undefined): WireParty {
  return { name: shown(name ?? ip ?? "?"), ip, port };
}

/** What programs are called; a user of such a name stands in quotes. */
const PROGRAM_NAME = /^(?:server|balancer|client)(?: |$)/;

/** Who a message shows its sender to be; a balancer speaks for many. */
function nameOf({ isRelayed, user }: DescribedMessage, { ip }: TracedEnd): string | undefined {
  if (isRelayed) return `balancer ${ip ?? ""}`.trimEnd();
  return user !== undefined && PROGRAM_NAME.test(user) ? `"${user}"` : user;
}

function shown(text: string): string {
  const cut = text.length > TRACE_LIMITS.text ? text.slice(0, TRACE_LIMITS.text) + "..." : text;
  return visibleText(cut);
}

/** What happens to a connection over which a message goes, told like one without bytes. */
function eventOf(text: string, { protocol, user }: DescribedMessage): DescribedMessage {
  const bytes = new Uint8Array();
  return { protocol, text, fields: [], user, isRelayed: false, bytes, hidden: [] };
}

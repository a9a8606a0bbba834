/**
 * What a balancer puts in front, as a trace shows it: PROXY headers of connections and of datagrams.
 */

import type { Conversation, DescribedMessage, WireField } from "../core/wire_message.ts";
import { copyOf } from "../core/bytes.ts";
import { readDatagramPrefix } from "./datagram_prefix.ts";
import { described } from "./described.ts";
import { MaskedBytes } from "./masked_bytes.ts";
import { decodeProxyHeader, MAX_V2_BYTES, type ProxyHeader } from "./proxy_protocol.ts";

/**
 * Reads a connection that may begin with a PROXY header; `rest` reads what comes behind. The header of
 * a balancer's own connection is told of with the first thing that is said over it: a health check says
 * nothing, and there are many.
 */
export function behindProxyHeader(rest: Conversation): Conversation {
  let held: Uint8Array | undefined = new Uint8Array();
  let own: DescribedMessage[] = [];
  const settle = (bytes: Uint8Array): readonly DescribedMessage[] => {
    held = undefined;
    return rest.take("client", bytes);
  };
  const withOwn = (messages: readonly DescribedMessage[]): readonly DescribedMessage[] => {
    if (messages.length === 0 || own.length === 0) return messages;
    const all = [...own, ...messages];
    own = [];
    return all;
  };
  return {
    take(from, bytes) {
      if (from === "server" || held === undefined) return withOwn(rest.take(from, bytes));
      held = copyOf([held, bytes]);
      const decision = decodeProxyHeader(held);
      if (decision.state === "partial" && held.length < MAX_V2_BYTES) return [];
      if (decision.state !== "whole") return settle(held);
      const header = held.subarray(0, decision.length);
      const behind = held.subarray(decision.length);
      const message = describeHeader(header, decision.header);
      if (decision.header.kind === "proxied") return [message, ...settle(behind)];
      own = [message];
      return withOwn(settle(behind));
    },
    end(from) {
      const left = from === "client" && held !== undefined && held.length > 0 ? settle(held) : [];
      return withOwn([...left, ...rest.end(from)]);
    },
  };
}

function describeHeader(bytes: Uint8Array, header: ProxyHeader): DescribedMessage {
  const isText = bytes[0] === 0x50;
  const masked = new MaskedBytes(bytes, []);
  const said = sayHeader(header);
  return {
    ...described("proxy", masked, {
      text: isText
        ? masked.text().trimEnd()
        : `PROXY v2 ${said.map(([, value]) => value).join(" to ")}`,
      fields: [["version", isText ? "1 (text)" : "2 (binary)"], ...said],
    }),
    isRelayed: true,
  };
}

function sayHeader(header: ProxyHeader): WireField[] {
  if (header.kind === "local") return [["connection", "the balancer's own"]];
  const { source, destination } = header;
  return [["client", `${source.ip} port ${source.port}`], [
    "it connected to",
    `${destination.ip} port ${destination.port}`,
  ]];
}

/** Reads a datagram that may have a balancer's prefix; `describe` reads what is behind it. */
export function behindPrefix(
  bytes: Uint8Array,
  describe: (payload: Uint8Array) => DescribedMessage,
): DescribedMessage {
  const prefixed = readDatagramPrefix(bytes);
  if (prefixed === undefined || prefixed === "broken") return describe(bytes);
  const { origin, payload } = prefixed;
  const said = describe(payload);
  const at = bytes.length - payload.length;
  const source = origin === undefined
    ? "the balancer"
    : `${origin.source.ip} port ${origin.source.port}`;
  return {
    ...said,
    text: `(for ${source}) ${said.text}`,
    fields: [["prefix", `PROXY v2, ${at} bytes, for ${source}`], ...said.fields],
    isRelayed: true,
    bytes: copyOf([bytes.subarray(0, at), said.bytes]),
    hidden: said.hidden.map(({ start, end }) => ({ start: at + start, end: at + end })),
  };
}

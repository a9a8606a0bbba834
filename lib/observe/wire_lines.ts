/** The trace as lines in a terminal, beside those of the log and in the same form. */

import { hostPort } from "../core/endpoint.ts";
import type { WireMessage, WireParty } from "../core/wire_message.ts";

/** Writes a message as one line with its LF. */
export function traceLine(message: WireMessage, format: "text" | "json"): string {
  return format === "json" ? jsonLine(message) : textLine(message);
}

function textLine({ time, transport, from, to, text }: WireMessage): string {
  const at = new Date(time).toISOString();
  return `${at} trace ${transport} ${partyText(from)} -> ${partyText(to)}  ${text}\n`;
}

/** `alice 192.0.2.7:40112`; what a name says of the address is said once. */
export function partyText({ name, ip, port }: WireParty): string {
  if (ip === undefined) return `${name} :${port}`;
  const address = hostPort(ip, port);
  if (name.endsWith(address)) return name;
  if (name.endsWith(ip)) return name.slice(0, -ip.length) + address;
  // A server is called by its TCP port, whichever it is reached at.
  return name.includes(ip) ? `${name} :${port}` : `${name} ${address}`;
}

function jsonLine({ time, kind, transport, protocol, from, to, ...rest }: WireMessage): string {
  return JSON.stringify({
    ...{ time: new Date(time).toISOString(), level: "trace", kind, transport, protocol },
    ...{ from, to, user: rest.user, text: rest.text, fields: rest.fields, size: rest.size },
  }) + "\n";
}

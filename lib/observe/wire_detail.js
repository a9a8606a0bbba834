/** The message that is selected in the wire view, in words, fields and bytes. */

import { timeOf } from "./wire_diagram.js";
import { hexDump } from "./wire_transcript.js";

/** Makes the elements that tell of a message. */
export function detailOf(message) {
  const { transport, protocol, user, from, to, text, fields, size, hidden } = message;
  const end = ({ name, ip, port }) =>
    ip === undefined || name.includes(ip) ? `${name}, port ${port}` : `${name}, ${ip} port ${port}`;
  const route = [
    ["time", timeOf(message)],
    ["from", end(from)],
    ["to", end(to)],
    ["protocol", `${protocol} over ${transport}`],
    ...(transport === "TLS"
      ? [["on the way", "encrypted: only the two ends can read what stands here"]]
      : []),
    ...(user === undefined ? [] : [["user", user]]),
  ];
  const bytes = Uint8Array.from(atob(message.bytes), (character) => character.charCodeAt(0));
  const parts = [element("h2", text), listOf(route)];
  if (fields.length > 0) parts.push(element("h3", "Fields"), listOf(fields));
  if (size > 0) {
    const cut = bytes.length < size ? `, the first ${bytes.length} shown` : "";
    const masked = hidden.length > 0 ? "; ** is masked" : "";
    parts.push(element("h3", `Bytes: ${size}${cut}${masked}`));
    parts.push(element("pre", hexDump(bytes, hidden)));
  }
  return parts;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function listOf(pairs) {
  const list = document.createElement("dl");
  for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
  return list;
}

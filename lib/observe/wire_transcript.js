// @ts-check
/**
 * The wire view as text: a transcript of messages, and the bytes of one. Pure, and JavaScript for the
 * same reason as `wire_diagram.js`.
 *
 * @import { ByteSpan } from "../core/wire_message.ts"
 * @import { WireJson } from "./wire_json.ts"
 */

/**
 * Messages as a text that can be read, searched and handed in: a line for each, its fields below.
 *
 * @param {readonly WireJson[]} messages
 * @returns {string}
 */
export function transcriptText(messages) {
  return messages.map((message) => {
    const { time, transport, from, to, text, fields } = message;
    const head = `${new Date(time).toISOString()} ${transport} ${endText(from)} -> ${endText(to)}`;
    const width = Math.max(0, ...fields.map(([name]) => name.length));
    const rows = fields.map(([name, value]) => `    ${name.padEnd(width)}  ${value}\n`);
    return `${head}\n  ${text}\n${rows.join("")}`;
  }).join("");
}

/** @param {WireJson["from"]} end */
function endText({ name, port }) {
  return `${name} port ${port}`;
}

/** Bytes in a line of a dump. */
const LINE_BYTES = 8;

/**
 * Bytes as lines of hexadecimal numbers with the text beside them; what is hidden as `**`.
 *
 * @param {Uint8Array} bytes
 * @param {readonly ByteSpan[]} hidden
 * @returns {string}
 */
export function hexDump(bytes, hidden) {
  const isHidden = (/** @type {number} */ at) => {
    return hidden.some(({ start, end }) => start <= at && at < end);
  };
  let dump = "";
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    const line = [...bytes.subarray(at, at + LINE_BYTES)];
    const numbers = line.map((byte, index) =>
      isHidden(at + index) ? "**" : byte.toString(16).padStart(2, "0")
    );
    const text = line.map((byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".");
    dump += `${at.toString(16).padStart(4, "0")}  ${
      numbers.join(" ").padEnd(LINE_BYTES * 3 - 1)
    }  ${text.join("")}\n`;
  }
  return dump;
}

/** A message as the wire view gets it. */

import type { WireMessage } from "../core/wire_message.ts";

/** A message as JSON: its bytes, as far as they are kept, in base64. */
export interface WireJson extends Omit<WireMessage, "bytes"> {
  /** As `atob` reads it. */
  readonly bytes: string;
}

/** Makes a message ready for JSON. */
export function wireJson(message: WireMessage): WireJson {
  return { ...message, bytes: message.bytes.toBase64() };
}

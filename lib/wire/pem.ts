/** PEM (RFC 7468): base64 between two lines that say what it is. */

/** Writes bytes as PEM; `label` is `CERTIFICATE`, or whatever they are. */
export function pemText(label: string, bytes: Uint8Array): string {
  const lines = bytes.toBase64().match(/.{1,64}/g)?.join("\n") ?? "";
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

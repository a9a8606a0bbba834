/** PEM (RFC 7468): base64 between two lines that say what it is. Pure. */

/** Writes bytes as PEM; `label` is `CERTIFICATE`, or whatever they are. */
export function pemText(label: string, bytes: Uint8Array): string {
  const lines = bytes.toBase64().match(/.{1,64}/g)?.join("\n") ?? "";
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** The bytes of the first block with that label in a text; `undefined` when there is none. */
export function firstOfPem(label: string, text: string): Uint8Array | undefined {
  const block = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`);
  const [, base64] = block.exec(text) ?? [];
  if (base64 === undefined) return undefined;
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return undefined;
  }
}

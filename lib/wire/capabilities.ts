/**
 * What a Parley server says of itself in answer to `CAP`: `200 OK parley/1` and words. Rule:
 * protocols/buddy.md, "Extensions". An older server answers `201 INVALID`: nothing is offered.
 */

import { type BuddyReply, encodeOk, parseBuddyReply } from "./buddy_reply.ts";

/** The word that opens the answer. */
export const PARLEY_WORD = "parley/1";

/** Extensions a server offers; a client uses only these. */
export interface Capabilities {
  /** `GET user` over TCP gives the whole buddy list, whatever its size. */
  readonly get: boolean;
  /** `INFO user` stores and tells `name=value` words. */
  readonly info: boolean;
  /** Accounts have passwords, and requests are authenticated: docs/protocols/accounts.md. */
  readonly accounts: boolean;
  /** The port of the same service over TLS, if there is one. */
  readonly tls: number | undefined;
  /** Many numbered requests on one connection; offered to balancers that are trusted. */
  readonly trunk: boolean;
}

const TLS_WORD = "tls=";
const TRUNK_WORD = "trunk";

/** What an older server offers. */
export const NO_CAPABILITIES: Capabilities = {
  ...{ get: false, info: false, accounts: false, trunk: false },
  tls: undefined,
};

/** Writes the words of a CAP answer. */
export function capabilityWords(offered: Capabilities): string {
  const { get, info, accounts, tls, trunk } = offered;
  return [
    ...[PARLEY_WORD, get && "get", info && "info", accounts && "accounts"],
    ...[tls !== undefined && `${TLS_WORD}${tls}`, trunk && TRUNK_WORD],
  ].filter(Boolean).join(" ");
}

/** Reads a CAP answer. Words it does not know are other extensions, and ignored. */
export function parseCapabilities(reply: BuddyReply): Capabilities {
  const [first, ...words] = reply.words;
  if (first !== PARLEY_WORD) return NO_CAPABILITIES;
  return {
    get: words.includes("get"),
    info: words.includes("info"),
    accounts: words.includes("accounts"),
    tls: portIn(words.find((word) => word.startsWith(TLS_WORD))),
    trunk: words.includes(TRUNK_WORD),
  };
}

function portIn(word = ""): number | undefined {
  const digits = word.slice(TLS_WORD.length);
  if (!/^[1-9][0-9]{0,4}$/.test(digits)) return undefined;
  const port = Number(digits);
  return port <= 65_535 ? port : undefined;
}

/**
 * The answer to `CAP` as a balancer passes it on that knows where its own clients find TLS: what the
 * server says of that gives way to its own port, trunks are the balancer's alone, the rest stays. For
 * an older server it answers itself, with nothing but that. Another reply is left as it is.
 *
 * @param line the server's reply without its line end
 */
export function retoldCapabilities(line: Uint8Array, tls: number): Uint8Array | undefined {
  const { code, words: [first, ...words] } = parseBuddyReply(line);
  if (first !== PARLEY_WORD && code !== 201) return undefined;
  const told = (word: string): boolean => !word.startsWith(TLS_WORD) && word !== TRUNK_WORD;
  const others = first === PARLEY_WORD ? words.filter(told) : [];
  return encodeOk([PARLEY_WORD, ...others, `${TLS_WORD}${tls}`].join(" "));
}

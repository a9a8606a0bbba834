/**
 * Message authentication codes: how a request says who it is from, so that nobody who sees the
 * network can make, change or repeat one. Rules: docs/protocols/accounts.md, "Authenticated
 * requests". Pure: no clock, no memory of what was seen before.
 *
 * Rules of this file:
 * - A tag is over the bytes as they cross the wire, all of them in front of it, and over what they
 *   are: the same bytes are worth nothing over another transport, or the other way.
 * - Every value has one way to be written, so that no two lines mean the same.
 * - What is read stays where it came from: a tag is checked before those bytes are used again.
 */

import { isSameTag, type SessionKey, type SessionSecret, tagOf } from "../core/session_key.ts";

/** How a request goes to the server. */
export type Transport = "TCP" | "UDP";

/** Which request of a session it is. */
export interface RequestNumber {
  /** Another one for each request of a session, from 1 on. */
  readonly counter: number;
  /** Whole seconds since the session began. */
  readonly age: number;
}

/** A request line with a tag that nobody has checked. */
export interface AuthenticatedLine extends RequestNumber {
  /** The request itself, without what authenticates it. */
  readonly request: Uint8Array;
  /** The session it says it is of. */
  readonly session: string;
  /** Whether it was made by somebody who knows the secret, for this transport. */
  isFrom(secret: SessionSecret, transport: Transport): boolean;
}

/** An answer to GET over UDP with a tag that nobody has checked. */
export interface AuthenticatedAnswer {
  /** The lines of the answer. */
  readonly list: Uint8Array;
  /** The session it says it is of. */
  readonly session: string;
  /** That of the GET it answers. */
  readonly counter: number;
  /** Whether it was made by somebody who knows the secret. */
  isFrom(secret: SessionSecret): boolean;
}

const NUMBER = "0|[1-9][0-9]{0,14}";
const LINE = new RegExp(
  `(?<= )MAC ([A-Za-z0-9_-]{16}) (${NUMBER}) (${NUMBER}) ([A-Za-z0-9_-]{24})$`,
);
const ANSWER = new RegExp(
  `(?<=^|\n)MAC ([A-Za-z0-9_-]{16}) (${NUMBER}) ([A-Za-z0-9_-]{24})\n$`,
);

/** More than what is behind a request, or an answer, may have. */
const MOST_BEHIND = 90;

/** Bytes that an answer has besides its lines, at most. */
export const ANSWER_MAC_BYTES: number = "MAC ".length + 16 + 1 + 15 + 1 + 24 + "\n".length;

const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/**
 * Takes a request line apart, without its line end.
 *
 * @returns `undefined` for one that does not end in a tag
 */
export function parseAuthenticatedLine(line: Uint8Array): AuthenticatedLine | undefined {
  const { match, at } = matchEnd(LINE, line);
  if (match === null) return undefined;
  const [, session = "", counter, age, tag = ""] = match;
  const covered = line.subarray(0, line.length - tag.length);
  return {
    request: line.subarray(0, at - 1),
    session,
    counter: Number(counter),
    age: Number(age),
    isFrom: (secret, transport) => isSameTag(tag, requestTag(secret, transport, covered)),
  };
}

/**
 * Writes a request as its user sends it.
 *
 * @param request ASCII, without a line end
 * @returns the line, ending in LF
 */
export function encodeAuthenticatedLine(
  request: string,
  { session, secret }: SessionKey,
  { counter, age }: RequestNumber,
  transport: Transport,
): Uint8Array<ArrayBuffer> {
  const covered = `${request} MAC ${session} ${counter} ${age} `;
  const tag = requestTag(secret, transport, encoder.encode(covered));
  return encoder.encode(`${covered}${tag}\n`);
}

/**
 * Takes the answer to a GET over UDP apart.
 *
 * @returns `undefined` for one that does not end in a tag
 */
export function parseAuthenticatedAnswer(datagram: Uint8Array): AuthenticatedAnswer | undefined {
  const { match, at } = matchEnd(ANSWER, datagram);
  if (match === null) return undefined;
  const [, session = "", counter, tag = ""] = match;
  const covered = datagram.subarray(0, datagram.length - tag.length - 1);
  return {
    list: covered.subarray(0, at),
    session,
    counter: Number(counter),
    isFrom: (secret) => isSameTag(tag, answerTag(secret, covered)),
  };
}

/**
 * Adds its tag to the answer to a GET over UDP.
 *
 * @param list its lines, each ending in LF
 * @param counter that of the GET
 */
export function authenticatedAnswer(
  list: string,
  { session, secret }: SessionKey,
  counter: number,
): string {
  const covered = `${list}MAC ${session} ${counter} `;
  return `${covered}${answerTag(secret, encoder.encode(covered))}\n`;
}

/** Looks for something at the end of bytes; `at` is where in them it begins. */
function matchEnd(
  pattern: RegExp,
  bytes: Uint8Array,
): { readonly match: RegExpExecArray | null; readonly at: number } {
  const from = Math.max(0, bytes.length - MOST_BEHIND);
  const match = pattern.exec(latin1.decode(bytes.subarray(from)));
  return { match, at: from + (match?.index ?? 0) };
}

function requestTag(secret: SessionSecret, transport: Transport, covered: Uint8Array): string {
  return tagOf(secret, `parley/1 ${transport} request\n`, covered);
}

function answerTag(secret: SessionSecret, covered: Uint8Array): string {
  return tagOf(secret, "parley/1 UDP answer\n", covered);
}

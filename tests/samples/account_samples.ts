/**
 * Bytes of buddy requests where accounts have passwords, and what they mean: the examples of
 * docs/protocols/accounts.md. The tags were made by another program (Python's `hmac`).
 */

import type { BuddyRequest } from "../../lib/wire/buddy_request.ts";
import type { SessionKey } from "../../lib/core/session_key.ts";
import type { Transport } from "../../lib/wire/request_mac.ts";
import { id } from "./buddy_samples.ts";
import { latin1, rows, type Sample } from "./sample.ts";

const alice = id("alice");
const bob = id("bob");

/** The session of all samples. */
export const SAMPLE_KEY: SessionKey = {
  session: "c2Vzc2lvbi0wMDAx",
  secret: Uint8Array.from({ length: 32 }, (_, index) => index),
};

/** The secret as it is written. */
export const SAMPLE_SECRET_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

const MAC = `MAC ${SAMPLE_KEY.session}`;

/** A request with a tag that is right. */
export interface AuthenticatedSample extends Sample<{ readonly kind: Transport }> {
  /** The bytes as text, without a line end. */
  readonly line: string;
  readonly request: string;
  readonly counter: number;
  readonly age: number;
}

/** Requests of the session, and their tags. */
export const AUTHENTICATED_SAMPLES: readonly AuthenticatedSample[] = ([
  ["an authenticated ADD", "TCP", "ADD alice bob", 1, 0, "SARSzGfbtLmec972K7CmJdIr"],
  ["an authenticated DEL", "TCP", "DEL alice bob", 2, 0, "lyI5yanGwe8CDsSkihEvJBzj"],
  ["GET over TCP", "TCP", "GET alice", 3, 1, "W24Pycee4HR81Xk35r11apm6"],
  ["INFO publishes", "TCP", "INFO alice files=20002", 4, 1, "3v6qHrmXW55J2TRUAQ3Tmws4"],
  ["INFO asks", "TCP", "INFO bob", 5, 2, "Lx1d0JWF-MT5vpGnZs2uNSJZ"],
  ["SET", "UDP", "SET alice 100 ONLINE 20001", 6, 12, "-mZp0u_Ny7BoPrX5VfeG83Ur"],
  ["GET over UDP", "UDP", "GET alice", 7, 12, "IWTe3Ex7s7pnWj47JQKOp0aZ"],
] as const).map(([name, kind, request, counter, age, tag]) => {
  const line = `${request} ${MAC} ${counter} ${age} ${tag}`;
  return { name, bytes: latin1(line), expected: { kind }, line, request, counter, age };
});

/** An answer with a tag that is right. */
export interface AnswerMacSample extends Sample<{ readonly kind: "answer" }> {
  readonly list: string;
  /** The bytes as text. */
  readonly answer: string;
}

/** Answers to the last of them, and their tags. */
export const ANSWER_MAC_SAMPLES: readonly AnswerMacSample[] = ([
  [
    "an answer with two buddies",
    "bob 100 ONLINE 192.168.1.5 20001\ncarol 101 OFFLINE unknown 0\n",
    "6K5hi-T_w5GZnCyQzTWpc2Rf",
  ],
  ["an answer with none", "", "ObsNCVUYAhEfEMCT_QBwJsMn"],
] as const).map(([name, list, tag]) => {
  const answer = `${list}${MAC} 7 ${tag}\n`;
  return { name, bytes: latin1(answer), expected: { kind: "answer" }, list, answer };
});

/** What a request is, and its password, or that it is authenticated. */
export interface ReadAccountRequest {
  readonly request: BuddyRequest;
  readonly password?: string;
  readonly isAuthenticated?: true;
}

const INVALID: ReadAccountRequest = { request: { kind: "invalid" } };
const REG_ALICE: BuddyRequest = { kind: "register", user: alice };
const LOG_ALICE: BuddyRequest = { kind: "log in", user: alice };
const TAG = "SARSzGfbtLmec972K7CmJdIr";

/** Request lines without their line end. */
export const ACCOUNT_REQUEST_SAMPLES: readonly Sample<ReadAccountRequest>[] = rows<
  ReadAccountRequest
>([
  ["REG with a password", "REG alice secret words", {
    request: REG_ALICE,
    password: "secret words",
  }],
  ["LOG", "LOG alice secret words", { request: LOG_ALICE, password: "secret words" }],
  ["the command word is case-insensitive", "log ALICE x", { request: LOG_ALICE, password: "x" }],
  ["blanks in front of the user", " \tLOG  alice x", { request: LOG_ALICE, password: "x" }],
  ["one blank is before a password, others belong to it", "LOG alice  x\t ", {
    request: LOG_ALICE,
    password: " x\t ",
  }],
  ["a tab may be that blank", "LOG alice\tx", { request: LOG_ALICE, password: "x" }],
  ["a password in UTF-8", "LOG alice \xc3\xa9", { request: LOG_ALICE, password: "é" }],
  ["a password that is not UTF-8", "LOG alice \xe9", INVALID],
  ["a password of 256 bytes", `LOG alice ${"x".repeat(256)}`, {
    request: LOG_ALICE,
    password: "x".repeat(256),
  }],
  ["a password of 257 bytes", `LOG alice ${"x".repeat(257)}`, INVALID],
  ["LOG without a password", "LOG alice", INVALID],
  ["LOG with a blank password", "LOG alice   ", INVALID],
  ["LOG without anybody", "LOG", INVALID],
  ["LOG of an id outside the grammar", "LOG ../x secret", INVALID],
  ["REG of an older client", "REG alice", { request: REG_ALICE }],
  ["REG of an older client, with blanks", "REG alice \t ", { request: REG_ALICE }],
  ["REG of an id outside the grammar", "REG ../x secret", INVALID],
  ["ADD of an older client", "ADD alice bob", {
    request: { kind: "add", user: alice, buddy: bob },
  }],
  ["CAP", "CAP", { request: { kind: "capabilities" } }],
  ["a blank line", "  ", { request: { kind: "blank" } }],
  ["an authenticated ADD", `ADD alice bob ${MAC} 1 0 ${TAG}`, {
    request: { kind: "add", user: alice, buddy: bob },
    isAuthenticated: true,
  }],
  ["further fields in front of MAC are ignored", `GET alice bob ${MAC} 1 0 ${TAG}`, {
    request: { kind: "list", user: alice },
    isAuthenticated: true,
  }],
  ["INFO with words", `INFO alice files=4001 ${MAC} 1 0 ${TAG}`, {
    request: { kind: "publish", user: alice, entries: new Map([["files", "4001"]]) },
    isAuthenticated: true,
  }],
  ["REG cannot be authenticated", `REG alice ${MAC} 1 0 ${TAG}`, INVALID],
  ["LOG cannot be authenticated", `LOG alice x ${MAC} 1 0 ${TAG}`, INVALID],
  ["a blank behind the tag", `GET alice ${MAC} 1 0 ${TAG} `, {
    request: { kind: "list", user: alice },
  }],
  ["two blanks inside", `GET alice ${MAC} 1  0 ${TAG}`, {
    request: { kind: "list", user: alice },
  }],
  ["a counter that begins with 0", `GET alice ${MAC} 01 0 ${TAG}`, {
    request: { kind: "list", user: alice },
  }],
  ["a counter of 16 digits", `GET alice ${MAC} ${"9".repeat(16)} 0 ${TAG}`, {
    request: { kind: "list", user: alice },
  }],
  ["a session that is too short", `GET alice MAC c2Vzc2lvbi0wMDA 1 0 ${TAG}`, {
    request: { kind: "list", user: alice },
  }],
  ["mac in lower case", `GET alice mac ${SAMPLE_KEY.session} 1 0 ${TAG}`, {
    request: { kind: "list", user: alice },
  }],
  ["nothing in front of MAC", `${MAC} 1 0 ${TAG}`, INVALID],
  ["only a blank in front of MAC", ` ${MAC} 1 0 ${TAG}`, {
    request: { kind: "blank" },
    isAuthenticated: true,
  }],
]);

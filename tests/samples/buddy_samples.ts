/**
 * Bytes of the buddy protocol and what they mean: the same truth as `protocols/buddy.md` and the
 * codecs of `lib/wire/`.
 */

import type { BuddyPresence } from "../../lib/core/presence.ts";
import { parseUserId, type UserId } from "../../lib/core/user_id.ts";
import type { BuddyReply } from "../../lib/wire/buddy_reply.ts";
import type { BuddyRequest } from "../../lib/wire/buddy_request.ts";
import type { PresenceRequest } from "../../lib/wire/buddy_presence.ts";
import { rows, type Sample } from "./sample.ts";

/** A user id that must be one. */
export function id(text: string): UserId {
  const user = parseUserId(text);
  if (user === undefined) throw new SyntaxError(`Cannot use "${text}" as a user id in a sample`);
  return user;
}

const alice = id("alice");
const bob = id("bob");

// --- TCP requests --------------------------------------------------------------------------------

const INVALID: BuddyRequest = { kind: "invalid" };
const BLANK: BuddyRequest = { kind: "blank" };
const REG_ALICE: BuddyRequest = { kind: "register", user: alice };
const ADD_BOB: BuddyRequest = { kind: "add", user: alice, buddy: bob };
const DEL_BOB: BuddyRequest = { kind: "remove", user: alice, buddy: bob };

/**
 * Everything a client may send before it ends its side. `invalid` is answered `201 INVALID`;
 * `blank` is closed without a reply. A row without a line end is a request ended by end-of-stream.
 */
export const REQUEST_SAMPLES: readonly Sample<BuddyRequest>[] = rows<BuddyRequest>([
  ["a line ends in LF", "REG alice\n", REG_ALICE],
  ["a line ends in CRLF", "REG alice\r\n", REG_ALICE],
  ["end of stream ends a request", "REG alice", REG_ALICE],
  ["end of stream after a CR ends a request", "REG alice\r", REG_ALICE],
  ["a second CR belongs to the id", "REG alice\r\r\n", INVALID],
  ["a CR inside a line is no line end", "REG alice\rREG bob\n", INVALID],
  ["the command word is case-insensitive", "rEg alice\n", REG_ALICE],
  ["a user id is folded to lower case", "REG AlIcE\n", REG_ALICE],
  ["fields are separated by runs of spaces and tabs", "REG \t  alice\n", REG_ALICE],
  ["leading blanks", " \t REG alice\n", REG_ALICE],
  ["trailing blanks", "REG alice \t \r\n", REG_ALICE],
  ["a form feed is no blank", "REG\falice\n", INVALID],
  ["further fields are ignored", "REG alice \xff ../x\0 \x1b[2J\n", REG_ALICE],
  ["bytes after the first line are ignored", "REG alice\nADD alice bob\n", REG_ALICE],
  ["an id of one character", "REG a\n", { kind: "register", user: id("a") }],
  ["an id may start with a digit", "REG 0a\n", { kind: "register", user: id("0a") }],
  ["every character of the grammar", "REG a.b_c-d\n", { kind: "register", user: id("a.b_c-d") }],
  ["an id of 32 characters", `REG ${"a".repeat(32)}\n`, {
    kind: "register",
    user: id("a".repeat(32)),
  }],
  ["an id of 33 characters", `REG ${"a".repeat(33)}\n`, INVALID],
  ["an id starting with a dot", "REG .alice\n", INVALID],
  ["an id starting with a dash", "REG -alice\n", INVALID],
  ["a path upwards", "REG ../x\n", INVALID],
  ["a path", "REG a/b\n", INVALID],
  ["an absolute path", "REG /etc/passwd\n", INVALID],
  ["a path of Windows", "REG a\\b\n", INVALID],
  ["NUL inside an id", "REG al\0ice\n", INVALID],
  ["NUL after an id", "REG alice\0\n", INVALID],
  ["a control character", "REG al\x1bice\n", INVALID],
  ["a UTF-8 letter", "REG al\xc3\xafce\n", INVALID],
  ["a Latin-1 letter", "REG al\xefce\n", INVALID],
  ["REG without an id", "REG\n", INVALID],
  ["an unknown command", "REGISTER alice\n", INVALID],
  ["a command of the datagrams", "SET alice 100 ONLINE 20001\n", INVALID],
  ["a name every object has", "constructor alice\n", INVALID],
  ["nothing a client would say", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\n", INVALID],
  ["ADD", "ADD alice bob\n", ADD_BOB],
  ["ADD folds both ids", "add ALICE BOB\r\n", ADD_BOB],
  ["ADD of oneself is judged after existence", "ADD alice alice\n", {
    kind: "add",
    user: alice,
    buddy: alice,
  }],
  ["ADD without a buddy", "ADD alice\n", INVALID],
  ["ADD without anybody", "ADD\n", INVALID],
  ["ADD with a buddy outside the grammar", "ADD alice ../bob\n", INVALID],
  ["ADD with a user outside the grammar", "ADD ../alice bob\n", INVALID],
  ["DEL", "DEL alice bob\n", DEL_BOB],
  ["DEL with further fields", "DEL alice bob carol\n", DEL_BOB],
  ["DEL without a buddy", "DEL alice\n", INVALID],
  ["GET over TCP", "GET alice\n", { kind: "list", user: alice }],
  ["GET over TCP without an id", "GET\n", INVALID],
  ["INFO asks", "INFO alice\n", { kind: "info", user: alice }],
  ["INFO publishes", "INFO alice files=4001 key=ab=c\n", {
    kind: "publish",
    user: alice,
    entries: new Map([["files", "4001"], ["key", "ab=c"]]),
  }],
  ["INFO with a word that is none", "INFO alice files\n", INVALID],
  ["INFO with a name twice", "INFO alice files=1 files=2\n", INVALID],
  ["LOG, which is for servers with passwords", "LOG alice secret words\n", {
    kind: "log in",
    user: alice,
  }],
  ["CAP", "CAP\n", { kind: "capabilities" }],
  ["CAP with a version", "cap parley/9\r\n", { kind: "capabilities" }],
  ["an empty line", "\n", BLANK],
  ["an empty line ending in CRLF", "\r\n", BLANK],
  ["a blank line", " \t \n", BLANK],
  ["a request after an empty line", "\nREG alice\n", BLANK],
  ["end of stream with nothing sent", "", BLANK],
  ["a line of 512 bytes", `REG alice${" ".repeat(503)}\n`, REG_ALICE],
  ["a line of 512 bytes ending in CRLF", `REG alice${" ".repeat(503)}\r\n`, REG_ALICE],
  ["512 bytes ended by end of stream", `REG alice${" ".repeat(503)}`, REG_ALICE],
  ["a line of 513 bytes", `REG alice${" ".repeat(504)}\n`, INVALID],
  ["a line of 513 bytes ending in CRLF", `REG alice${" ".repeat(504)}\r\n`, INVALID],
  ["a line of 2,000 bytes", `REG alice${" ".repeat(1991)}\n`, INVALID],
]);

// --- TCP replies ---------------------------------------------------------------------------------

function reply(code: number | undefined, text: string, words: readonly string[] = []): BuddyReply {
  return { code, text, words };
}

/** Reply lines as Parley writes them, and other servers. */
export const REPLY_SAMPLES: readonly Sample<BuddyReply>[] = rows<BuddyReply>([
  ["a reply is one line ending in CRLF", "200 OK\r\n", reply(200, "200 OK")],
  ["a server that ends its line in LF", "200 OK\n", reply(200, "200 OK")],
  ["a server that closes instead of ending its line", "200 OK", reply(200, "200 OK")],
  ["INVALID", "201 INVALID\r\n", reply(201, "201 INVALID")],
  ["NO SUCH USER", "202 NO SUCH USER\r\n", reply(202, "202 NO SUCH USER")],
  ["USER EXISTS", "203 USER EXISTS\r\n", reply(203, "203 USER EXISTS")],
  ["DENIED", "204 DENIED\r\n", reply(204, "204 DENIED")],
  ["STORAGE", "500 STORAGE\r\n", reply(500, "500 STORAGE")],
  [
    "words after OK",
    "200 OK parley/1 get info\r\n",
    reply(200, "200 OK parley/1 get info", ["parley/1", "get", "info"]),
  ],
  ["words after anything else are none", "201 INVALID x\r\n", reply(201, "201 INVALID x")],
  ["a code alone", "202\n", reply(202, "202")],
  ["another server's words", "202 no user bob\n", reply(202, "202 no user bob")],
  ["an unknown code", "299 LATER\n", reply(299, "299 LATER")],
  ["a longer number is no code", "2000 OK\n", reply(undefined, "2000 OK")],
  ["no number", "OK 200\n", reply(undefined, "OK 200")],
  ["an empty line", "\r\n", reply(undefined, "")],
]);

// --- UDP: SET and GET ----------------------------------------------------------------------------

const GET_ALICE: PresenceRequest = { kind: "get", user: alice };
const NONE = undefined;

function set(status: "ONLINE" | "OFFLINE" | "AWAY", port: number): PresenceRequest {
  return { kind: "set", user: alice, status, port };
}

/** Whole datagrams; `undefined` is one that is ignored. */
export const PRESENCE_SAMPLES: readonly Sample<PresenceRequest | undefined>[] = rows<
  PresenceRequest | undefined
>([
  ["SET ONLINE", "SET alice 100 ONLINE 20001", set("ONLINE", 20001)],
  ["SET OFFLINE", "SET alice 101 OFFLINE 20001", set("OFFLINE", 20001)],
  ["SET AWAY", "SET alice 102 AWAY 20001", set("AWAY", 20001)],
  ["LF at the end", "SET alice 100 ONLINE 20001\n", set("ONLINE", 20001)],
  ["CRLF at the end", "SET alice 100 ONLINE 20001\r\n", set("ONLINE", 20001)],
  ["blanks around and between", "\t SET  alice 100\tONLINE 20001 \n", set("ONLINE", 20001)],
  ["the command word is case-insensitive", "set ALICE 100 ONLINE 20001", set("ONLINE", 20001)],
  ["further fields are ignored", "SET alice 100 ONLINE 20001 ../x \xff", set("ONLINE", 20001)],
  ["the lowest port", "SET alice 100 ONLINE 1", set("ONLINE", 1)],
  ["the highest port", "SET alice 100 ONLINE 65535", set("ONLINE", 65535)],
  ["port 0 is taken with OFFLINE", "SET alice 101 OFFLINE 0", set("OFFLINE", 0)],
  ["port 0 is not taken with ONLINE", "SET alice 100 ONLINE 0", NONE],
  ["port 0 is not taken with AWAY", "SET alice 102 AWAY 0", NONE],
  ["a port over 65535", "SET alice 100 ONLINE 65536", NONE],
  ["a port of many digits", `SET alice 100 ONLINE ${"9".repeat(400)}`, NONE],
  ["a missing port", "SET alice 100 ONLINE", NONE],
  ["a signed port", "SET alice 100 ONLINE +20001", NONE],
  ["a negative port", "SET alice 101 OFFLINE -1", NONE],
  ["a fractional port", "SET alice 100 ONLINE 20001.0", NONE],
  ["a port with trailing garbage", "SET alice 100 ONLINE 20001x", NONE],
  ["a port in another base", "SET alice 100 ONLINE 0x4e21", NONE],
  ["a port in other digits", "SET alice 100 ONLINE \xb2\xb3", NONE],
  ["an unknown code", "SET alice 103 ONLINE 20001", NONE],
  ["an unknown text", "SET alice 100 BUSY 20001", NONE],
  ["a text in lower case is unknown", "SET alice 100 online 20001", NONE],
  ["a text that does not belong to the code", "SET alice 100 AWAY 20001", NONE],
  ["a code with a zero in front", "SET alice 0100 ONLINE 20001", NONE],
  ["what some clients send before login", "SET null null 1248", NONE],
  ["SET without anything", "SET", NONE],
  ["SET of an id outside the grammar", "SET ../x 100 ONLINE 20001", NONE],
  ["GET", "GET alice", GET_ALICE],
  ["GET with LF", "GET alice\n", GET_ALICE],
  ["GET with CRLF", "GET alice\r\n", GET_ALICE],
  ["GET in lower case with blanks", " get\tALICE \r\n", GET_ALICE],
  ["GET with further fields", "GET alice 100 ONLINE", GET_ALICE],
  ["GET with a second line", "GET alice\nGET bob\n", GET_ALICE],
  ["GET without an id", "GET", NONE],
  ["GET of an id outside the grammar", "GET al/ice", NONE],
  ["GET with NUL after the id", "GET alice\0", NONE],
  ["a command of TCP", "REG alice", NONE],
  ["an answer, as a loop would bring back", "alice 100 ONLINE 127.0.0.1 20001\n", NONE],
  ["an empty datagram", "", NONE],
  ["only a line end", "\r\n", NONE],
  ["a line of 512 bytes", `GET alice${" ".repeat(503)}\r\n`, GET_ALICE],
  ["a line of 513 bytes", `GET alice${" ".repeat(504)}`, NONE],
  ["a line of 513 bytes ending in LF", `GET alice${" ".repeat(504)}\n`, NONE],
]);

// --- UDP: the answer to GET ----------------------------------------------------------------------

type Entries = readonly BuddyPresence<string>[];

const AT_WORK = { ip: "192.168.1.5", port: 20001 };

/** Answers as Parley writes them, to the byte; read back, they are the same again. */
export const ANSWER_SAMPLES: readonly Sample<Entries>[] = rows<Entries>([
  ["a line is buddy, code, text, ip, port and LF", "alice 100 ONLINE 192.168.1.5 20001\n", [
    { buddy: "alice", status: "ONLINE", address: AT_WORK },
  ]],
  ["a buddy not heard of", "bob 101 OFFLINE unknown 0\n", [{ buddy: "bob", status: "OFFLINE" }]],
  [
    "one who said OFFLINE keeps the address and port",
    "bob 101 OFFLINE 192.168.1.5 20001\n",
    [{ buddy: "bob", status: "OFFLINE", address: AT_WORK }],
  ],
  ["port 0 said with OFFLINE", "bob 101 OFFLINE 192.168.1.5 0\n", [
    { buddy: "bob", status: "OFFLINE", address: { ...AT_WORK, port: 0 } },
  ]],
  ["AWAY over IPv6", "carol 102 AWAY fd00::5 4001\n", [
    { buddy: "carol", status: "AWAY", address: { ip: "fd00::5", port: 4001 } },
  ]],
  [
    "the last of several lines ends in LF too",
    "alice 100 ONLINE 192.168.1.5 20001\nbob 101 OFFLINE unknown 0\n",
    [
      { buddy: "alice", status: "ONLINE", address: AT_WORK },
      { buddy: "bob", status: "OFFLINE" },
    ],
  ],
  ["an empty datagram when there are none", "", []],
]);

const BOB_IS_OFF: Entries = [{ buddy: "bob", status: "OFFLINE" }];

/** Answers as other servers write them, or nobody should. */
export const FOREIGN_ANSWER_SAMPLES: readonly Sample<Entries>[] = rows<Entries>([
  ["a server that writes unknown twice", "bob 101 OFFLINE unknown unknown\n", BOB_IS_OFF],
  ["a server that ends its lines in CRLF", "bob 101 OFFLINE unknown 0\r\n", BOB_IS_OFF],
  ["a server that does not end its last line", "bob 101 OFFLINE unknown 0", BOB_IS_OFF],
  ["an id longer than ours", `${"x".repeat(200)} 101 OFFLINE unknown 0\n`, [
    { buddy: "x".repeat(200), status: "OFFLINE" },
  ]],
  ["an id in capitals stays so", "BOB 101 OFFLINE unknown 0\n", [
    { buddy: "BOB", status: "OFFLINE" },
  ]],
  ["a mapped address is IPv4", "alice 100 ONLINE ::ffff:192.168.1.5 20001\n", [
    { buddy: "alice", status: "ONLINE", address: AT_WORK },
  ]],
  ["an address that is none", "bob 101 OFFLINE evil\x1b[2J 20001\n", BOB_IS_OFF],
  ["a host name is no address", "bob 101 OFFLINE lab-1 20001\n", BOB_IS_OFF],
  ["a port over 65535", "bob 101 OFFLINE 192.168.1.5 70000\n", BOB_IS_OFF],
  ["a text that does not belong to the code", "alice 100 AWAY 192.168.1.5 20001\n", []],
  ["a status nobody knows", "alice 104 BUSY 192.168.1.5 20001\n", []],
  ["too few fields", "alice 100 ONLINE 192.168.1.5\n", []],
  ["empty lines between", "\nbob 101 OFFLINE unknown 0\n\n", BOB_IS_OFF],
  ["a line cut in the middle is left out", "bob 101 OFFLINE unknown 0\ncarol 100 ONL", BOB_IS_OFF],
  ["control characters in an id", "b\x1b[2Job 101 OFFLINE unknown 0\n", []],
  ["non-ASCII in an id", "b\xc3\xb6b 101 OFFLINE unknown 0\n", []],
]);

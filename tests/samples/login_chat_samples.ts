/**
 * Bytes of the login chat and what they mean: the same truth as `protocols/login-chat.md` and the
 * codecs of `lib/wire/`. Lines stand without their line end.
 */

import type { UserId } from "../../lib/core/user_id.ts";
import type { ChatAnswer } from "../../lib/wire/login_chat_answer.ts";
import type { ChatRequest, DirectMessage } from "../../lib/wire/login_chat_request.ts";
import { id } from "./buddy_samples.ts";
import { rows, type Sample } from "./sample.ts";

const alice: UserId = id("alice");
const NAME_RULE = "a name is 1 to 32 of A-Z a-z 0-9 . _ -, a letter or digit first";
const PASSWORD_RULE = "a password has 1 to 256 bytes";

// --- what clients send ---------------------------------------------------------------------------

const LOGIN: ChatRequest = { kind: "login", user: alice };
const PUBLIC: ChatRequest = { kind: "public" };
const EMPTY = invalid("the message is empty");
const EMPTY_DATA: ChatRequest = { ...EMPTY, of: "data" };
const NO_PASSWORD: ChatRequest = { ...invalid(PASSWORD_RULE), of: "password" };
const UNKNOWN = invalid("unknown command");
const NO_FRAME = invalid('expected "C" and a command, or "D" and a message');
const NOT_ALONE = invalid("nothing may follow this command");

function invalid(reason: string): { readonly kind: "invalid"; readonly reason: string } {
  return { kind: "invalid", reason };
}

function password(text: string): ChatRequest {
  return { kind: "password", password: text };
}

function data(text: string): ChatRequest {
  return { kind: "data", text };
}

/** Every line a client may send. */
export const CHAT_REQUEST_SAMPLES: readonly Sample<ChatRequest>[] = rows<ChatRequest>([
  ["a login", "C LOGIN alice", LOGIN],
  ["a name is folded to lower case", "C LOGIN AlIcE", LOGIN],
  ["blanks around a name", "C LOGIN  alice ", LOGIN],
  ["a login without a name", "C LOGIN", invalid(NAME_RULE)],
  ["a login with two names", "C LOGIN alice bob", invalid(NAME_RULE)],
  ["a name outside the grammar", "C LOGIN ../x", invalid(NAME_RULE)],
  ["a name outside ASCII", "C LOGIN \xc3\xa9lan", invalid(NAME_RULE)],
  ["a name too long", `C LOGIN ${"a".repeat(33)}`, invalid(NAME_RULE)],
  ["a password of two words", "C PASSWORD secret words", password("secret words")],
  ["blanks of a password stay", "C PASSWORD  a  b ", password(" a  b ")],
  ["a password in UTF-8", "C PASSWORD \xc3\xa9", password("\u00e9")],
  ["a password of 256 bytes", `C PASSWORD ${"x".repeat(256)}`, password("x".repeat(256))],
  ["a password of 257 bytes", `C PASSWORD ${"x".repeat(257)}`, NO_PASSWORD],
  [
    "a password is measured in bytes",
    `C PASSWORD ${"\xc3\xa9".repeat(129)}`,
    NO_PASSWORD,
  ],
  ["no password", "C PASSWORD", NO_PASSWORD],
  ["no password after the blank", "C PASSWORD ", NO_PASSWORD],
  ["a public message is announced", "C PM", PUBLIC],
  ["another word for it", "C BM", PUBLIC],
  ["a direct message is announced", "C DM", { kind: "direct" }],
  ["cancel", "C CANCEL", { kind: "cancel" }],
  ["who", "C WHO", { kind: "who" }],
  ["exit", "C EX", { kind: "exit" }],
  ["commands in any case", "C pm", PUBLIC],
  ["blanks behind a command", "C PM ", PUBLIC],
  ["something behind a command", "C PM hello", NOT_ALONE],
  ["ping", "C PING x", { kind: "ping", text: "x" }],
  ["ping with several words", "C PING  a b ", { kind: "ping", text: " a b " }],
  ["ping without a word", "C PING", { kind: "ping", text: "" }],
  ["pong", "C PONG x", { kind: "pong", text: "x" }],
  ["a message", "D hello all", data("hello all")],
  ["blanks of a message stay", "D  a  b ", data(" a  b ")],
  ["a message in UTF-8", "D \xe2\x82\xac", data("\u20ac")],
  ["a message with control characters", "D \x1b[2J\x07\0", data("\x1b[2J\x07\0")],
  ["a CR in the middle is part of the message", "D a\rb", data("a\rb")],
  ["a message that begins with a byte order mark", "D \xef\xbb\xbfa", data("\ufeffa")],
  ["an empty message", "D ", EMPTY_DATA],
  ["an empty message without a blank", "D", EMPTY_DATA],
  ["a message of blanks", "D  \t ", EMPTY_DATA],
  ["a message that is not UTF-8", "D caf\xe9", invalid("not UTF-8")],
  ["half a letter at the end", "D \xe2\x82", invalid("not UTF-8")],
  ["an unknown command", "C HELLO", UNKNOWN],
  ["a command that is a property of every object", "C constructor", UNKNOWN],
  ["a mistyped command is not quoted", "C PASWORD secret", UNKNOWN],
  ["an empty line", "", NO_FRAME],
  ["no command", "C", NO_FRAME],
  ["two blanks before the command", "C  PM", NO_FRAME],
  ["another kind", "X hello", NO_FRAME],
  ["the kind in lower case", "c PM", NO_FRAME],
  ["no blank behind the kind", "CPM", NO_FRAME],
  ["a tab behind the kind", "C\tPM", NO_FRAME],
  ["a command with a digit", "C 200 OK", NO_FRAME],
]);

const NO_NAME: DirectMessage = invalid(`expected "D", a name and a message; ${NAME_RULE}`);

/** Texts of messages in the state `dm`, and what they are. */
export const DIRECT_MESSAGE_SAMPLES: readonly (readonly [string, string, DirectMessage])[] = [
  ["a name and a text", "bob psst", { kind: "direct message", to: id("bob"), text: "psst" }],
  ["the name is folded", "Bob psst", { kind: "direct message", to: id("bob"), text: "psst" }],
  ["blanks of the text stay", "bob  a ", { kind: "direct message", to: id("bob"), text: " a " }],
  ["a name alone", "bob", EMPTY as DirectMessage],
  ["a name and blanks", "bob   ", EMPTY as DirectMessage],
  ["a name outside the grammar", "../x psst", NO_NAME],
  ["a blank before the name", " bob psst", NO_NAME],
  ["a tab behind the name", "bob\tpsst", NO_NAME],
];

// --- what servers send ---------------------------------------------------------------------------

/** Every line a server may send. */
export const CHAT_ANSWER_SAMPLES: readonly Sample<ChatAnswer>[] = rows<ChatAnswer>([
  ["a new name", "C PASSWORD new", { kind: "password", isNew: true }],
  ["a known name", "C PASSWORD existing", { kind: "password", isNew: false }],
  ["registered", "C 200 OK registered", { kind: "reply", code: 200, words: "OK registered" }],
  ["sent", "C 200 SENT 3", { kind: "reply", code: 200, words: "SENT 3" }],
  ["refused", "C 401 WRONG PASSWORD", { kind: "reply", code: 401, words: "WRONG PASSWORD" }],
  ["ready", "C READY", { kind: "ready" }],
  ["who is online", "C USERS bob carol", { kind: "users", names: ["bob", "carol"], more: false }],
  ["nobody is online", "C USERS", { kind: "users", names: [], more: false }],
  ["more are online", "C USERS bob +", { kind: "users", names: ["bob"], more: true }],
  ["ping", "C PING x", { kind: "ping", text: "x" }],
  ["ping without a word", "C PING", { kind: "ping", text: "" }],
  ["pong", "C PONG a b", { kind: "pong", text: "a b" }],
  ["a public message", "D PM alice hello all", {
    kind: "public",
    from: "alice",
    text: "hello all",
  }],
  ["a direct message", "D DM alice psst", { kind: "direct", from: "alice", text: "psst" }],
  ["blanks of a message stay", "D PM alice  a  b ", {
    kind: "public",
    from: "alice",
    text: " a  b ",
  }],
]);

/** Lines no server of ours sends, and a client has to live with. */
export const STRANGE_ANSWER_SAMPLES: readonly Sample<ChatAnswer>[] = rows<ChatAnswer>([
  ["an unknown word", "C HELLO", { kind: "unknown", text: "C HELLO" }],
  ["another dialect", "220 welcome", { kind: "unknown", text: "220 welcome" }],
  ["an empty line", "", { kind: "unknown", text: "" }],
  ["a third answer to LOGIN", "C PASSWORD maybe", { kind: "unknown", text: "C PASSWORD maybe" }],
  ["another kind of message", "D XM a b", { kind: "unknown", text: "D XM a b" }],
  ["a message from nobody", "D PM", { kind: "unknown", text: "D PM" }],
  ["a message without a text", "D PM alice", { kind: "public", from: "alice", text: "" }],
  ["a code without words", "C 200", { kind: "reply", code: 200, words: "" }],
  ["a message that is not UTF-8", "D PM a caf\xe9", {
    kind: "public",
    from: "a",
    text: "caf\ufffd",
  }],
]);

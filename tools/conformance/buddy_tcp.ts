/** The buddy protocol over TCP: REG, ADD, DEL. Rules: docs/protocols/buddy.md. */

import { hostileRules } from "./hostile.ts";
import { expect, expectLike, newId, type Rule, type Server } from "./rule.ts";
import { ask, Connection, type Sendable } from "./wire.ts";

const OK = "200 OK";

/** A reply without its line end, which has a rule of its own: one fault is counted once. */
async function reply(server: Server, ...pieces: readonly Sendable[]): Promise<string> {
  return withoutEnd(await ask(server, ...pieces));
}

function withoutEnd(reply: string): string {
  return reply.replace(/\r?\n$/, "");
}

/** The code a request is answered with: `200`. */
async function code(server: Server, line: string): Promise<string> {
  return (await ask(server, `${line}\n`)).slice(0, 3);
}

/** Registers somebody new. */
export async function register(server: Server): Promise<string> {
  const user = newId();
  expect(`REG ${user}`, await code(server, `REG ${user}`), "200");
  return user;
}

/** Requires each request to be answered with its code. */
async function expectCodes(
  server: Server,
  requests: readonly (readonly [line: string, code: string])[],
): Promise<void> {
  for (const [line, expected] of requests) expect(line, await code(server, line), expected);
}

/** Every rule of the requests over TCP. */
export const BUDDY_TCP_RULES: readonly Rule[] = [
  {
    level: "must",
    text: "REG of a new user is answered with 200 OK, and of a known one with 203",
    async check(server) {
      const user = await register(server);
      await expectCodes(server, [[`REG ${user}`, "203"]]);
    },
  },
  {
    level: "must",
    text: "a reply is one line that ends in CRLF, and then the server closes",
    async check(server) {
      expect("REG of a new user", await ask(server, `REG ${newId()}\n`), `${OK}\r\n`);
      expectLike("REG", await ask(server, "REG\n"), /^201 [^\r\n]*\r\n$/);
    },
  },
  {
    level: "must",
    text: "ADD: 200 for two known users, 202 when either is unknown, 201 for a buddy or oneself",
    async check(server) {
      const [ann, bob] = [await register(server), await register(server)];
      await expectCodes(server, [
        [`ADD ${ann} ${bob}`, "200"],
        [`ADD ${ann} ${bob}`, "201"],
        [`ADD ${bob} ${ann}`, "200"],
        [`ADD ${ann} ${ann}`, "201"],
        [`ADD ${ann} ${newId()}`, "202"],
        [`ADD ${newId()} ${ann}`, "202"],
      ]);
    },
  },
  {
    level: "must",
    text: "DEL: 200 for a buddy and for one who is none, 202 for the unknown, 201 for oneself",
    async check(server) {
      const [ann, bob] = [await register(server), await register(server)];
      await expectCodes(server, [
        [`ADD ${ann} ${bob}`, "200"],
        [`DEL ${ann} ${bob}`, "200"],
        [`DEL ${ann} ${bob}`, "200"],
        [`DEL ${ann} ${ann}`, "201"],
        [`DEL ${ann} ${newId()}`, "202"],
        [`DEL ${newId()} ${ann}`, "202"],
        [`ADD ${ann} ${bob}`, "200"],
      ]);
    },
  },
  {
    level: "must",
    text: "missing fields and unknown commands are answered with 201",
    async check(server) {
      const user = await register(server);
      await expectCodes(server, [
        ["REG", "201"],
        [`ADD ${user}`, "201"],
        [`DEL ${user}`, "201"],
        ["ADD", "201"],
        [`HELLO ${user}`, "201"],
        [`REGISTER ${user}`, "201"],
      ]);
    },
  },
  {
    level: "must",
    text: "a user id has 1 to 32 of A-Z a-z 0-9 . _ -, a letter or digit first; others are 201",
    async check(server) {
      const longest = newId().padEnd(32, "x");
      await expectCodes(server, [
        [`REG ${longest}`, "200"],
        [`REG ${longest}x`, "201"],
        [`REG ${newId()}.a_b-c`, "200"],
        ["REG ../x", "201"],
        ["REG a/b", "201"],
        ["REG .hidden", "201"],
        ["REG -x", "201"],
        ["REG a\x00b", "201"],
        ["REG a\x1b[2J", "201"],
        ["REG b\u00f6b", "201"],
        ["REG a:b", "201"],
      ]);
    },
  },
  {
    level: "must",
    text: "commands are taken in any case, and ids are the same in any case",
    async check(server) {
      const user = newId();
      await expectCodes(server, [
        [`reg ${user.toUpperCase()}`, "200"],
        [`Reg ${user}`, "203"],
      ]);
    },
  },
  {
    level: "must",
    text: "a line may end in LF, in CRLF, or with the stream",
    async check(server) {
      expect("with LF", await reply(server, `REG ${newId()}\n`), OK);
      expect("with CRLF", await reply(server, `REG ${newId()}\r\n`), OK);
      using connection = await Connection.open(server);
      await connection.send(`REG ${newId()}`);
      await connection.finish();
      expect("with the end of the stream", withoutEnd(await connection.rest()), OK);
    },
  },
  {
    level: "must",
    text: "fields are parted by any number of spaces and tabs, in front and behind, too",
    async check(server) {
      const [ann, bob] = [await register(server), await register(server)];
      expect("blanks", await reply(server, ` \t ADD \t ${ann}   ${bob} \t \n`), OK);
    },
  },
  {
    level: "must",
    text: "a request may come in pieces, even byte by byte",
    async check(server) {
      expect("byte by byte", await reply(server, ...`REG ${newId()}\n`), OK);
    },
  },
  {
    level: "must",
    text: "further fields, and whatever comes after the line, are ignored",
    async check(server) {
      await expectCodes(server, [[`REG ${newId()} and more`, "200"]]);
      expect("a second line", await reply(server, `REG ${newId()}\nREG ${newId()}\n`), OK);
    },
  },
  {
    level: "must",
    text: "an empty line, or nothing at all, gets no reply: the server closes",
    async check(server) {
      for (const nothing of ["\n", "\r\n", "  \t \n"]) {
        expect("an empty line", await ask(server, nothing), "");
      }
      using connection = await Connection.open(server);
      await connection.finish();
      expect("nothing", await connection.rest(), "");
      // Who hangs up on everybody keeps no rule.
      await register(server);
    },
  },
  {
    level: "must",
    text: "existence is judged before anything else: ADD of an unknown user to itself is 202",
    async check(server) {
      const nobody = newId();
      await expectCodes(server, [
        [`ADD ${nobody} ${nobody}`, "202"],
        [`DEL ${nobody} ${nobody}`, "202"],
      ]);
    },
  },
  {
    level: "must",
    text: "of many who register one name at once, one is told 200",
    async check(server) {
      const user = newId();
      const codes = await Promise.all(
        Array.from({ length: 20 }, () => code(server, `REG ${user}`)),
      );
      const count = codes.filter((code) => code === "200").length;
      expect("how many of 20 are told 200", count, 1);
      expect("the others", new Set(codes.filter((code) => code !== "200")).size, 1);
    },
  },
  {
    level: "must",
    text: "the connection ends with a close, not with a reset, although more input waits",
    async check(server) {
      const more = "x".repeat(4000);
      expect("REG and 4000 bytes", await reply(server, `REG ${newId()}\n${more}`), OK);
    },
  },
  {
    level: "should",
    text: "a line of more than 512 bytes is answered with 201",
    async check(server) {
      expectLike("600 bytes", await ask(server, `REG ${"x".repeat(600)}\n`), /^201 /);
      expectLike("no end in sight", await ask(server, "x".repeat(5000)), /^201 /);
    },
  },
  {
    level: "should",
    text: "a request that is begun and never ended is answered with 201 after a while (10 s)",
    async check(server) {
      using connection = await Connection.open(server);
      await connection.send("REG");
      expectLike("half a request", await connection.rest(30_000), /^201 /);
    },
  },
  ...hostileRules(async (server) => void await register(server), 20),
];

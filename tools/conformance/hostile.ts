/**
 * What a server has to live through: bytes that are no requests, clients that never end, and crowds.
 * None of the protocols says so; each server on a network of strangers meets it. What is asked in
 * between is an ordinary question of the protocol.
 */

import { within } from "../../lib/core/within.ts";
import { type Rule, type Server, Violation } from "./rule.ts";
import { Connection, Datagrams, SILENCE_MS } from "./wire.ts";

/** Asks something of a server that it must answer. @throws Violation when it does not */
export type Question = (server: Server) => Promise<void>;

/** Connections of a crowd: fewer than a server of ours takes from one address. */
const CROWD = 100;

/** More than any request is long. */
const ENDLESS_BYTES = 1024 * 1024;

/** What parsers stumble over: half characters, lengths at their edges, other protocols. */
const JUNK: readonly string[] = [
  ...[
    "\0",
    "\xff\xff\xff\xff",
    "\x01\x00\xff\xff\xff\xff",
    "\x80\x80\n",
    "\r\r\r\r",
    "\x1b]52;c;eA\x07\n",
  ],
  ...["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ...["PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"],
  ...[
    "../../etc/passwd\n",
    "%00%0a\n",
    "__proto__\n",
    "{".repeat(2000),
    "REG " + "x".repeat(600) + "\n",
  ],
];

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Bytes by chance, of a length by chance. */
function noise(most: number): Uint8Array {
  const bytes = new Uint8Array(1 + Math.floor(Math.random() * most));
  for (let at = 0; at < bytes.length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

/** Sends all of it, as far as the server takes it in a moment, and leaves without a word. */
async function shout(server: Server, bytes: Uint8Array): Promise<void> {
  using connection = await Connection.open(server);
  const sending = connection.send(bytes).catch(() => {}); // it may have hung up
  await within(SILENCE_MS, sending, () => {});
}

/**
 * Those of every protocol over TCP.
 *
 * @param seconds how long a client that says nothing may be waited for
 */
export function hostileRules(question: Question, seconds: number): Rule[] {
  return [
    {
      level: "must",
      text: "after bytes that are no request, of 40 clients, the next one is answered",
      async check(server) {
        for (const junk of JUNK) await shout(server, bytesOf(junk));
        for (let number = 0; number < 25; number++) await shout(server, noise(5000));
        await question(server);
      },
    },
    {
      level: "must",
      text: `while ${CROWD} clients hold connections and say nothing, others are answered`,
      async check(server) {
        using crowd = new DisposableStack();
        for (let number = 0; number < CROWD; number++) crowd.use(await Connection.open(server));
        await question(server);
      },
    },
    {
      level: "must",
      text: "a request that never ends, a mebibyte long, keeps nobody from being answered",
      async check(server) {
        const shouting = shout(server, new Uint8Array(ENDLESS_BYTES).fill(120));
        await question(server);
        await shouting;
      },
    },
    {
      level: "should",
      text: `a client that sends nothing is let go of within ${seconds} s`,
      async check(server) {
        using silent = await Connection.open(server);
        await silent.rest(seconds * 1000).catch((error) => {
          // A reset is an end, too.
          if (!(error instanceof Violation) || !error.message.includes("reset")) throw error;
        });
        await question(server);
      },
    },
  ];
}

/** More than one datagram in a row may be lost behind so many others, which is nobody's fault. */
async function untilKept(question: Question, server: Server): Promise<void> {
  for (let left = 3;; left--) {
    try {
      return await question(server);
    } catch (error) {
      if (!(error instanceof Violation) || left === 0) throw error;
    }
  }
}

/** Those of every protocol over UDP. */
export function hostileDatagramRules(question: Question): Rule[] {
  return [{
    level: "must",
    text: "datagrams that are no request get no answer, and the next right one is served",
    async check(server) {
      using socket = new Datagrams(server);
      for (const junk of JUNK) await socket.send(bytesOf(junk));
      for (let number = 0; number < 100; number++) await socket.send(noise(60_000));
      const answer = await socket.receive(SILENCE_MS);
      if (answer !== undefined) throw new Violation(`an answer of ${answer.length} bytes came`);
      await untilKept(question, server);
    },
  }];
}

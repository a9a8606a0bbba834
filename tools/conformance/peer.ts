/**
 * Chat between two clients: the one under test is called, and whoever sits at it does what the text
 * says. Rules: docs/protocols/peer-chat.md.
 */

import { complain } from "../print.ts";
import { expect, expectLike, type Rule, type Server } from "./rule.ts";
import { Connection, pause, SILENCE_MS } from "./wire.ts";

/** How long a person may take: a call rings for a minute. */
const PERSON_MS = 60_000;

/** Calls the client, and asks whoever sits at it for something. */
async function call(client: Server, wanted: string): Promise<Connection> {
  // The client has to notice that the last call is over.
  await pause(SILENCE_MS);
  const connection = await Connection.open(client);
  expect("before anybody has answered", await connection.quiet(), "");
  complain(`>>> At the client under test: ${wanted}`);
  return connection;
}

/** Every rule of the side that is called. */
export const PEER_RULES: readonly Rule[] = [
  {
    level: "must",
    text: "a call that is turned down is told REJECT, or just closed",
    async check(client) {
      using connection = await call(client, "turn the call down.");
      expectLike("the answer", await connection.rest(PERSON_MS), /^(REJECT\r?\n?)?$/);
    },
  },
  {
    level: "must",
    text: "a call that is taken is told ACCEPT, and nothing with it",
    async check(client) {
      using connection = await call(client, "take the call; then wait.");
      expect("the answer", await connection.line(PERSON_MS), "ACCEPT");
      expect("behind ACCEPT", await connection.quiet(), "");
    },
  },
  {
    level: "must",
    text: "a second caller is turned down while a chat goes on",
    async check(client) {
      using first = await call(client, "take the call; then wait.");
      expect("the answer", await first.line(PERSON_MS), "ACCEPT");
      using second = await Connection.open(client);
      expectLike("the second one's answer", await second.rest(), /^(REJECT\r?\n?)?$/);
      await first.send("still there?\n");
      expect("what the first one gets", await first.quiet(), "");
    },
  },
  {
    level: "must",
    text: "what is typed arrives as a line that ends in LF, and `q` ends the chat",
    async check(client) {
      using connection = await call(client, 'take the call, type "hello", then "q".');
      expect("the answer", await connection.line(PERSON_MS), "ACCEPT");
      expect("the line", await connection.line(PERSON_MS), "hello");
      expect("behind it", await connection.rest(PERSON_MS), "");
    },
  },
  {
    level: "must",
    text: "when the caller hangs up, the chat is over: the next call rings",
    async check(client) {
      const first = await call(client, "take the call; then wait.");
      expect("the answer", await first.line(PERSON_MS), "ACCEPT");
      first[Symbol.dispose]();
      using next = await call(client, "turn the call down.");
      expectLike("the answer", await next.rest(PERSON_MS), /^(REJECT\r?\n?)?$/);
    },
  },
];

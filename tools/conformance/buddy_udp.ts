/** The buddy protocol over UDP: SET and GET. Rules: docs/protocols/buddy.md. */

import { register } from "./buddy_tcp.ts";
import { hostileDatagramRules } from "./hostile.ts";
import { expect, expectLike, newId, type Rule, type Server, Violation } from "./rule.ts";
import { ask, Datagrams, pause, SILENCE_MS } from "./wire.ts";

/** Somebody with buddies, all of them new. */
async function circle(server: Server, buddies: number): Promise<[string, ...string[]]> {
  const asker = await register(server);
  const others: string[] = [];
  for (let number = 0; number < buddies; number++) {
    const buddy = await register(server);
    await ask(server, `ADD ${asker} ${buddy}\n`);
    others.push(buddy);
  }
  return [asker, ...others];
}

/** Asks until the answer is like a pattern: a SET has no reply that could be waited for. */
async function askUntil(socket: Datagrams, user: string, pattern: RegExp): Promise<string> {
  let answer: string | undefined;
  for (let attempt = 0; attempt < 20; attempt++) {
    answer = await socket.ask(`GET ${user}\n`);
    if (answer === undefined) break;
    if (pattern.test(answer)) return answer;
    await pause(50);
  }
  expectLike(`GET ${user}`, answer, pattern);
  return "";
}

/** Every rule of presence. */
export const BUDDY_UDP_RULES: readonly Rule[] = [
  {
    level: "must",
    text: "GET of a known user is answered with one datagram; without buddies it is empty",
    async check(server) {
      const user = await register(server);
      using socket = new Datagrams(server);
      expect("the answer", await socket.ask(`GET ${user}\n`), "");
      expect("a second answer", await socket.receive(SILENCE_MS), undefined);
    },
  },
  {
    level: "must",
    text: "GET of an unknown user, and what is no request, gets no answer",
    async check(server) {
      const user = await register(server);
      using socket = new Datagrams(server);
      for (const wrong of [`GET ${newId()}\n`, "GET\n", "HELLO\n", "", "GET ../x\n"]) {
        await socket.send(wrong);
      }
      expect("an answer", await socket.receive(SILENCE_MS), undefined);
      // Silence alone is what a server that is not there has to say.
      expect("GET of a known user", await socket.ask(`GET ${user}\n`), "");
      expect("a late answer", await socket.receive(SILENCE_MS), undefined);
    },
  },
  {
    level: "must",
    text: "a buddy nobody has heard of is told as `bob 101 OFFLINE unknown 0` and LF",
    async check(server) {
      const [asker, bob] = await circle(server, 1);
      using socket = new Datagrams(server);
      expect("the answer", await socket.ask(`GET ${asker}\n`), `${bob} 101 OFFLINE unknown 0\n`);
    },
  },
  {
    level: "must",
    text: "after a SET the buddy is told with the datagram's source and the port it named",
    async check(server) {
      const [asker, bob] = await circle(server, 1);
      using socket = new Datagrams(server);
      using other = new Datagrams(server);
      await other.send(`SET ${bob} 100 ONLINE 4001\n`);
      await askUntil(socket, asker, new RegExp(`^${bob} 100 ONLINE [0-9a-f.:]+ 4001\n$`));
      expect("an answer to SET", await other.receive(SILENCE_MS), undefined);
    },
  },
  {
    level: "must",
    text: "SET takes 100 ONLINE, 101 OFFLINE and 102 AWAY; OFFLINE keeps address and port",
    async check(server) {
      const [asker, bob] = await circle(server, 1);
      using socket = new Datagrams(server);
      for (const status of ["102 AWAY", "100 ONLINE", "101 OFFLINE"]) {
        await socket.send(`SET ${bob} ${status} 4001\n`);
        await askUntil(socket, asker, new RegExp(`^${bob} ${status} [0-9a-f.:]+ 4001\n$`));
      }
    },
  },
  {
    level: "must",
    text: "a SET that is wrong changes nothing",
    async check(server) {
      const [asker, bob] = await circle(server, 1);
      using socket = new Datagrams(server);
      await socket.send(`SET ${bob} 100 ONLINE 4001\n`);
      const right = new RegExp(`^${bob} 100 ONLINE [0-9a-f.:]+ 4001\n$`);
      await askUntil(socket, asker, right);
      const wrong = [
        ...["102 AWAY 0", "102 AWAY 65536", "102 AWAY -1", "102 AWAY 1.5", "102 AWAY 80x"],
        ...["102 AWAY", "102 ONLINE 5000", "100 AWAY 5000", "103 BUSY 5000", "AWAY 102 5000"],
      ];
      for (const rest of wrong) await socket.send(`SET ${bob} ${rest}\n`);
      for (let times = 0; times < 3; times++) {
        const answer = await socket.ask(`GET ${asker}\n`);
        if (!right.test(answer ?? "")) {
          throw new Violation(`after ${wrong.join("; ")}: got ${JSON.stringify(answer)}`);
        }
      }
    },
  },
  {
    level: "must",
    text: "commands are taken in any case, with blanks around, with LF, CRLF or neither",
    async check(server) {
      const user = await register(server);
      using socket = new Datagrams(server);
      for (
        const request of [`get ${user}`, `  Get\t${user.toUpperCase()}  \r\n`, `GET ${user} x\n`]
      ) {
        expect(JSON.stringify(request), await socket.ask(request), "");
      }
    },
  },
  {
    level: "must",
    text: "a GET need not come from where the SET came from, and is answered there",
    async check(server) {
      const [asker, bob] = await circle(server, 1);
      using one = new Datagrams(server);
      using other = new Datagrams(server);
      await one.send(`SET ${asker} 100 ONLINE 4001\n`);
      expect(
        "at another port",
        await other.ask(`GET ${asker}\n`),
        `${bob} 101 OFFLINE unknown 0\n`,
      );
      expect("where the SET came from", await one.receive(SILENCE_MS), undefined);
    },
  },
  {
    level: "must",
    text: "each of many GETs is answered once",
    async check(server) {
      const [asker] = await circle(server, 3);
      using socket = new Datagrams(server);
      for (let number = 0; number < 30; number++) await socket.send(`GET ${asker}\n`);
      let answers = 0;
      while (answers < 30 && await socket.receive() !== undefined) answers++;
      expect("answers to 30 GETs", answers, 30);
      expect("one more answer", await socket.receive(SILENCE_MS), undefined);
    },
  },
  {
    level: "should",
    text: "those who are ONLINE come first, then AWAY, then OFFLINE, in the order of adding",
    async check(server) {
      const [asker, off, away, on, silent] = await circle(server, 4);
      using socket = new Datagrams(server);
      await socket.send(`SET ${off} 101 OFFLINE 4001\n`);
      await socket.send(`SET ${away} 102 AWAY 4002\n`);
      await socket.send(`SET ${on} 100 ONLINE 4003\n`);
      const answer = await askUntil(socket, asker, / 4003\n/);
      const names = answer.trimEnd().split("\n").map((line) => line.split(" ")[0]);
      expect("the order", names, [on, away, off, silent]);
    },
  },
  {
    level: "should",
    text: "a list of 40 buddies is cut at the end of a line, or whole",
    async check(server) {
      const [asker] = await circle(server, 40);
      using socket = new Datagrams(server);
      const answer = await socket.ask(`GET ${asker}\n`);
      expectLike("the answer", answer, /^(\S+ \d{3} [A-Z]+ \S+ \d+\n)+$/);
    },
  },
  ...hostileDatagramRules(async (server) => {
    const user = await register(server);
    using socket = new Datagrams(server);
    expect("GET of a known user", await socket.ask(`GET ${user}\n`), "");
  }),
];

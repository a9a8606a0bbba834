/** The login chat: one TCP connection for each user. Rules: docs/protocols/login-chat.md. */

import { hostileRules } from "./hostile.ts";
import { expect, expectLike, newId, type Rule, type Server } from "./rule.ts";
import { Connection, pause, type Sendable } from "./wire.ts";

const PASSWORD = "correct horse";

/** A password is checked slowly on purpose. */
const LOGIN_MS = 20_000;

/** Somebody at the chat. */
class Person implements Disposable {
  readonly name: string;
  readonly connection: Connection;

  private constructor(name: string, connection: Connection) {
    this.name = name;
    this.connection = connection;
  }

  /** Comes under a new name. */
  static async enter(server: Server, name: string = newId()): Promise<Person> {
    const person = new Person(name, await Connection.open(server));
    try {
      await person.says(`C LOGIN ${name}\n`, /^C PASSWORD (new|existing)$/);
      await person.says(`C PASSWORD ${PASSWORD}\n`, /^C 200 OK/);
    } catch (error) {
      person[Symbol.dispose]();
      throw error;
    }
    return person;
  }

  /** Sends, and requires the next line to be like a pattern. */
  async says(piece: Sendable, answer: RegExp): Promise<string> {
    await this.connection.send(piece);
    return await this.hears(answer, JSON.stringify(piece));
  }

  /** Requires the next line to be like a pattern. */
  async hears(line: RegExp, after = "the next line"): Promise<string> {
    const heard = await this.connection.line(LOGIN_MS);
    expectLike(after, heard, line);
    return heard ?? "";
  }

  [Symbol.dispose](): void {
    this.connection[Symbol.dispose]();
  }
}

/** Every rule of the login chat. */
export const CHAT_RULES: readonly Rule[] = [
  {
    level: "must",
    text: "a new name is asked for a new password and registered, a known one logs in with it",
    async check(server) {
      const name = newId();
      {
        using first = await Connection.open(server);
        await first.send(`C LOGIN ${name}\n`);
        expect("C LOGIN of a new name", await first.line(), "C PASSWORD new");
        await first.send(`C PASSWORD ${PASSWORD}\n`);
        expect("C PASSWORD", await first.line(LOGIN_MS), "C 200 OK registered");
        await first.send("C EX\n");
        expect("C EX", await first.line(), "C 200 BYE");
        expect("behind C 200 BYE", await first.rest(), "");
      }
      using again = await Connection.open(server);
      await again.send(`C LOGIN ${name}\n`);
      expect("C LOGIN of a known name", await again.line(), "C PASSWORD existing");
      await again.send(`C PASSWORD ${PASSWORD}\n`);
      expect("C PASSWORD", await again.line(LOGIN_MS), "C 200 OK welcome");
    },
  },
  {
    level: "must",
    text: "a wrong password is answered with 401, and the server closes",
    async check(server) {
      const name = newId();
      (await Person.enter(server, name))[Symbol.dispose]();
      using guesser = await Connection.open(server);
      await guesser.send(`C LOGIN ${name}\n`);
      expect("C LOGIN", await guesser.line(), "C PASSWORD existing");
      await guesser.send("C PASSWORD wrong password\n");
      expect("a wrong password", await guesser.line(LOGIN_MS), "C 401 WRONG PASSWORD");
      expect("behind it", await guesser.rest(), "");
    },
  },
  {
    level: "must",
    text: "a name that is online cannot log in again: 409, and the server closes",
    async check(server) {
      using first = await Person.enter(server);
      using second = await Connection.open(server);
      await second.send(`C LOGIN ${first.name}\nC PASSWORD ${PASSWORD}\n`);
      expect("C LOGIN", await second.line(), "C PASSWORD existing");
      expect("C PASSWORD", await second.line(LOGIN_MS), "C 409 ALREADY ONLINE");
      expect("behind it", await second.rest(), "");
      await first.says("C PING still here\n", /^C PONG still here$/);
    },
  },
  {
    level: "must",
    text: "PM: the others get `D PM name text`, the sender READY and how many got it",
    async check(server) {
      using ann = await Person.enter(server);
      using bob = await Person.enter(server);
      await ann.says("C PM\n", /^C READY$/);
      await ann.says("D hello all  of you\n", /^C 200 SENT [1-9]\d*$/);
      await bob.hears(new RegExp(`^D PM ${ann.name} hello all  of you$`));
      await ann.says("C BM\n", /^C READY$/);
      await ann.says("D again\n", /^C 200 SENT [1-9]\d*$/);
      await bob.hears(new RegExp(`^D PM ${ann.name} again$`));
    },
  },
  {
    level: "must",
    text: "DM: who is online, sorted and without the asker; then one gets it, or 202",
    async check(server) {
      using ann = await Person.enter(server);
      using bob = await Person.enter(server);
      const users = await ann.says("C DM\n", /^C USERS( \S+)*$/);
      const names = users.split(" ").slice(2);
      expect("bob among them", names.includes(bob.name), true);
      expect("the asker among them", names.includes(ann.name), false);
      expect("their order", names, [...names].sort());
      await ann.says(`D ${bob.name} psst\n`, /^C 200 SENT 1$/);
      await bob.hears(new RegExp(`^D DM ${ann.name} psst$`));
      await ann.says("C DM\n", /^C USERS/);
      const nobody = newId();
      await ann.says(`D ${nobody} psst\n`, new RegExp(`^C 202 NO SUCH USER ${nobody}$`));
    },
  },
  {
    level: "must",
    text: "what is out of turn, malformed or empty is answered with 201, and changes nothing",
    async check(server) {
      using ann = await Person.enter(server);
      for (const wrong of ["D out of turn\n", "C HELLO\n", "hello\n", "X y\n", "C LOGIN x\n"]) {
        await ann.says(wrong, /^C 201 INVALID/);
      }
      await ann.says("C PM\n", /^C READY$/);
      await ann.says("D \n", /^C 201 INVALID/);
      await ann.says("C WHO\n", /^C 201 INVALID/);
      await ann.says("C CANCEL\n", /^C 200 OK$/);
      await ann.says("C WHO\n", /^C USERS/);
    },
  },
  {
    level: "must",
    text: "frames may come together or in pieces; answers come in their order",
    async check(server) {
      using ann = await Person.enter(server);
      await ann.connection.send("C PING 1\nC PM\nD pipelined\nC PING 2\n");
      await ann.hears(/^C PONG 1$/);
      await ann.hears(/^C READY$/);
      await ann.hears(/^C 200 SENT \d+$/);
      await ann.hears(/^C PONG 2$/);
      await ann.connection.send(..."C PING slow\r\n");
      await ann.hears(/^C PONG slow$/);
    },
  },
  {
    level: "must",
    text: "a frame of 4096 bytes is taken, a longer one is 201, and the next one is read",
    async check(server) {
      using ann = await Person.enter(server);
      await ann.says("C PM\n", /^C READY$/);
      // The others get it with the sender's name in front: room is left for it.
      await ann.says(`D ${"x".repeat(4000)}\n`, /^C 200 SENT \d+$/);
      await ann.says(`C PING ${"y".repeat(5000)}\n`, /^C 201 INVALID/);
      await ann.says("C PING after\n", /^C PONG after$/);
    },
  },
  {
    level: "must",
    text: "bytes that are not UTF-8 are 201, and text that is arrives as it was",
    async check(server) {
      using ann = await Person.enter(server);
      using bob = await Person.enter(server);
      await ann.says("C PM\n", /^C READY$/);
      await ann.says(Uint8Array.of(0x44, 0x20, 0xff, 0xfe, 10), /^C 201 INVALID/);
      await ann.says("D gr\u00fc\u00dfe \u{1f600}\n", /^C 200 SENT [1-9]\d*$/);
      await bob.hears(new RegExp(`^D PM ${ann.name} gr\u00fc\u00dfe \u{1f600}$`, "u"));
    },
  },
  {
    level: "must",
    text: "whoever leaves or is gone is in no list any more, and their name is free",
    async check(server) {
      using ann = await Person.enter(server);
      const bob = await Person.enter(server);
      const { name } = bob;
      bob[Symbol.dispose]();
      const end = performance.now() + LOGIN_MS;
      for (;;) {
        const users = await ann.says("C WHO\n", /^C USERS/);
        if (!users.split(" ").includes(name)) break;
        expect(`${name} in lists after ${LOGIN_MS / 1000} s`, performance.now() > end, false);
        await pause(50);
      }
      (await Person.enter(server, name))[Symbol.dispose]();
    },
  },
  {
    level: "should",
    text: "a new name's password is too short below four characters: 201, and another may be tried",
    async check(server) {
      using ann = await Connection.open(server);
      await ann.send(`C LOGIN ${newId()}\n`);
      expect("C LOGIN", await ann.line(), "C PASSWORD new");
      await ann.send("C PASSWORD abc\n");
      expectLike("three characters", await ann.line(LOGIN_MS), /^C 201 INVALID/);
      await ann.send(`C PASSWORD ${PASSWORD}\n`);
      expectLike("a longer one", await ann.line(LOGIN_MS), /^C 200 OK/);
    },
  },
  {
    level: "may",
    text: "C PING is answered before a login, too",
    async check(server) {
      using stranger = await Connection.open(server);
      await stranger.send("C PING who is there\n");
      expect("C PING", await stranger.line(), "C PONG who is there");
    },
  },
  ...hostileRules(async (server) => {
    using person = await Connection.open(server);
    await person.send(`C LOGIN ${newId()}\n`);
    expect("C LOGIN of a new name", await person.line(), "C PASSWORD new");
  }, 70),
];

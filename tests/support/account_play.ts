/** What the plays about accounts with passwords share: a server, and users who are logged in. */

import type { SessionKey } from "../../lib/core/session_key.ts";
import { parseGrant } from "../../lib/wire/account_request.ts";
import { parseBuddyReply } from "../../lib/wire/buddy_reply.ts";
import {
  encodeAuthenticatedLine,
  parseAuthenticatedAnswer,
  type Transport,
} from "../../lib/wire/request_mac.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { RawUdp } from "./raw_udp.ts";
import { TestServer, type TestServerOptions } from "./server.ts";
import { askOverTls } from "./tls_client.ts";

/** Somebody who is logged in, and makes requests by hand. */
export class KnownUser {
  readonly key: SessionKey;
  /** Seconds since the login, as told in the next request. */
  age = 0;
  #counter = 0;

  constructor(key: SessionKey) {
    this.key = key;
  }

  /** A request with a right tag, ending in LF. */
  sign(
    request: string,
    transport: Transport,
    counter: number = ++this.#counter,
  ): Uint8Array<ArrayBuffer> {
    return encodeAuthenticatedLine(request, this.key, { counter, age: this.age }, transport);
  }

  /** The lines of an answer, which must be authentic. */
  read(answer: string): string {
    const read = parseAuthenticatedAnswer(new TextEncoder().encode(answer));
    if (read?.isFrom(this.key.secret) !== true || read.session !== this.key.session) {
      throw new Error(`"${answer}" is not authentic`);
    }
    return new TextDecoder().decode(read.list);
  }
}

/** A server whose accounts have passwords. */
export class AccountPlay implements AsyncDisposable {
  readonly server: TestServer;
  readonly udp: RawUdp;

  private constructor(server: TestServer) {
    this.server = server;
    this.udp = new RawUdp(server.udp);
  }

  /** Starts it with TLS, and registers users whose passwords are their names and ` words`. */
  static async begin(
    options: TestServerOptions = {},
    users: readonly string[] = ["alice", "bob", "fence"],
  ): Promise<AccountPlay> {
    const server = await TestServer.start({
      accounts: { minPassword: 4, allowCleartext: false },
      tls: { identity: { cert: CERT, key: KEY }, ports: { buddy: 0, chat: options.chat && 0 } },
      ...options,
    });
    const play = new AccountPlay(server);
    for (const user of users) {
      const reply = await play.askTls(`REG ${user} ${user} words\n`);
      if (reply !== "200 OK\r\n") throw new Error(`${user} was answered "${reply}"`);
    }
    return play;
  }

  /** Asks over TLS. */
  async askTls(request: string | Uint8Array): Promise<string> {
    const text = typeof request === "string" ? request : new TextDecoder().decode(request);
    return await askOverTls(this.server.tls, text);
  }

  /** Logs in, by the right password. */
  async logIn(user: string): Promise<KnownUser> {
    const reply = await this.askTls(`LOG ${user} ${user} words\n`);
    const grant = parseGrant(parseBuddyReply(new TextEncoder().encode(reply)));
    if (grant === undefined) throw new Error(`${user} was answered "${reply}"`);
    return new KnownUser(grant.key);
  }

  /** Waits until all datagrams sent before are dealt with, and sees that none was answered. */
  async expectSilence(fence: KnownUser, client: RawUdp = this.udp): Promise<void> {
    const answer = await client.ask(fence.sign("GET fence", "UDP"));
    if (fence.read(answer) !== "") throw new Error(`"${answer}" is no silence`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.udp[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** A client's login to a server whose accounts have passwords. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Login } from "../../lib/client/login.ts";
import { PresenceLink } from "../../lib/client/presence_link.ts";
import { ServerLink } from "../../lib/client/server_link.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import type { SessionKey } from "../../lib/core/session_key.ts";
import { grantWords } from "../../lib/wire/account_request.ts";
import { encodeOk, parseBuddyReply } from "../../lib/wire/buddy_reply.ts";
import {
  authenticatedAnswer,
  encodeAuthenticatedLine,
  parseAuthenticatedLine,
} from "../../lib/wire/request_mac.ts";
import { SAMPLE_KEY } from "../samples/account_samples.ts";
import { FakeServer } from "../support/client_fake_server.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { TestServer } from "../support/server.ts";

const [ALICE, BOB] = [id("alice"), id("bob")];
const CLEARTEXT = { accounts: { minPassword: 4, allowCleartext: true } };

const grant = (key: SessionKey): Uint8Array => encodeOk(grantWords({ key, how: "welcome" }));

async function loggedIn(clock = new FakeClock()): Promise<Login> {
  const login = new Login(ALICE, "alice words", clock.read);
  await login.begin(() => Promise.resolve(parseBuddyReply(grant(SAMPLE_KEY))));
  return login;
}

Deno.test("a login counts its requests, and its age by its own clock", async () => {
  const clock = new FakeClock();
  const login = await loggedIn(clock);
  const first = login.authenticated("GET alice", "UDP");
  clock.advance(12_999);
  const second = login.authenticated("GET alice", "TCP");
  for (
    const [line, counter, age, transport] of [[first, 1, 0, "UDP"], [second, 2, 12, "TCP"]] as const
  ) {
    const right = encodeAuthenticatedLine("GET alice", SAMPLE_KEY, { counter, age }, transport);
    assertEquals(line, right);
  }
});

Deno.test("an answer is taken once, in order, from the server alone", async () => {
  const login = await loggedIn();
  for (let times = 0; times < 3; times++) login.authenticated("GET alice", "UDP");
  const answer = (counter: number, key = SAMPLE_KEY): Uint8Array =>
    toBytes(authenticatedAnswer("bob 101 OFFLINE unknown 0\n", key, counter));
  const forged = { ...SAMPLE_KEY, secret: SAMPLE_KEY.secret.toReversed() };
  assertEquals(login.listOf(answer(2, forged)), undefined);
  assertEquals(login.listOf(answer(2, { ...SAMPLE_KEY, session: "x".repeat(16) })), undefined);
  assertEquals(login.listOf(toBytes("bob 101 OFFLINE unknown 0\n")), undefined);
  assertEquals(login.listOf(answer(4)), undefined, "nothing was asked yet");
  assert(login.listOf(answer(2)) !== undefined);
  assertEquals(login.listOf(answer(2)), undefined, "twice");
  assertEquals(login.listOf(answer(1)), undefined, "older");
  assert(login.listOf(answer(3)) !== undefined);
});

Deno.test("an answer that was held back for more than a minute is not taken", async () => {
  const clock = new FakeClock();
  const login = await loggedIn(clock);
  const answer = (counter: number): Uint8Array =>
    toBytes(authenticatedAnswer("bob 101 OFFLINE unknown 0\n", SAMPLE_KEY, counter));
  login.authenticated("GET alice", "UDP");
  login.authenticated("GET alice", "TCP");
  clock.advance(60_000);
  login.authenticated("GET alice", "UDP");
  assert(login.listOf(answer(1)) !== undefined);
  assertEquals(login.listOf(answer(2)), undefined, "one that is answered over TCP");
  clock.advance(60_001);
  assertEquals(login.listOf(answer(3)), undefined, "too late");
  login.authenticated("GET alice", "UDP");
  assertEquals(login.listOf(answer(3)), undefined, "and stays so");
  assert(login.listOf(answer(4)) !== undefined);
});

Deno.test("a login that was refused rests before it is tried again", async () => {
  const clock = new FakeClock();
  const login = new Login(ALICE, "alice words", clock.read);
  const replies = ["204 DENIED busy", "200 OK"];
  const asked: string[] = [];
  const send = (line: Uint8Array) => {
    asked.push(new TextDecoder().decode(line));
    return Promise.resolve(parseBuddyReply(toBytes(replies[asked.length - 1]!)));
  };
  for (let times = 0; times < 3; times++) assertEquals((await login.begin(send)).code, 204);
  assertEquals(asked, ["LOG alice alice words\n"]);
  clock.advance(30_000);
  assertEquals((await login.begin(send)).code, 200);
  assertEquals([asked.length, login.isGood], [2, false], "200 without a session is none");
});

Deno.test("no password is sent where others can read it, unless that is wanted", async () => {
  await using server = new FakeServer({
    reply: (line) => line === "CAP" ? "200 OK parley/1 get info accounts\r\n" : "204 DENIED\r\n",
  });
  const address = { host: "127.0.0.1", tcpPort: server.tcp };
  const link = new ServerLink(address, new RecordedLog(), {
    askPassword: () => Promise.reject(new Error("nobody may be asked")),
  });
  const refused = [
    () => link.logIn(ALICE, "secret"),
    () => link.register(ALICE, "secret"),
    () => link.request({ kind: "register", user: ALICE }),
    () => link.list(ALICE),
  ];
  for (const send of refused) {
    const { message } = await assertRejects(send, OperationalError);
    assertStringIncludes(message, "--tls");
  }
  assert(!server.requests.some((line) => /secret/.test(line)));
});

Deno.test("a server that offers no accounts is sent no password, whatever it denies", async () => {
  await using server = new FakeServer({ reply: () => "204 DENIED\r\n" });
  const link = new ServerLink({ host: "127.0.0.1", tcpPort: server.tcp }, new RecordedLog(), {
    allowCleartextPasswords: true,
    askPassword: () => Promise.resolve("secret"),
  });
  assertEquals((await link.request({ kind: "register", user: ALICE })).code, 204);
  assertEquals((await link.list(ALICE)).reply.code, 204);
  assert(!server.requests.some((line) => /secret|LOG/.test(line)));
});

async function linkTo(server: TestServer): Promise<{ link: ServerLink; log: RecordedLog }> {
  const log = new RecordedLog();
  const link = new ServerLink({ host: "127.0.0.1", tcpPort: server.tcp }, log, {
    allowCleartextPasswords: true,
    clock: server.clock.read,
    askPassword: (user) => Promise.resolve(`${user} words`),
  });
  for (const user of [BOB, ALICE]) await link.request({ kind: "register", user });
  assertEquals(link.login?.user, ALICE);
  return { link, log };
}

Deno.test("a session that has ended is begun anew, and what was denied is done", async () => {
  await using server = await TestServer.start(CLEARTEXT);
  const { link, log } = await linkTo(server);
  server.clock.advance(3_600_000);
  const added = await link.request({ kind: "add", user: ALICE, buddy: BOB });
  assertEquals(added.code, 200);
  server.clock.advance(3_600_000);
  const { reply, entries } = await link.list(ALICE);
  assertEquals([reply.code, entries.length], [200, 1]);
  assert(!/words/.test(JSON.stringify(log.entries)), "no password is logged");
});

Deno.test("what is denied of another user costs no login, and what ended with us does", async () => {
  await using server = await TestServer.start(CLEARTEXT);
  const { link } = await linkTo(server);
  const before = loginsAt(server);
  const added = await link.request({ kind: "add", user: BOB, buddy: ALICE });
  assertEquals([added.code, loginsAt(server)], [204, before]);
  server.clock.advance(3_600_000);
  assertEquals((await link.request({ kind: "info", user: BOB })).code, 200);
  assertEquals(loginsAt(server), before + 1);
});

Deno.test("presence is authenticated; silence is found out to be the end of a session", async () => {
  await using server = await TestServer.start(CLEARTEXT);
  const { link, log } = await linkTo(server);
  const presence = new PresenceLink(
    { udpPort: server.udp, messagePort: 4001, refreshSeconds: 0.05 },
    link,
    { clock: Date.now, log },
  );
  await presence.goOnline(ALICE);
  assert(await presence.ask(15_000));
  server.clock.advance(3_600_000);
  // More than one when what was asked with the session of before is denied only after that.
  await eventually("a new session", () => loginsAt(server) >= 3);
  assert(await presence.ask(15_000));
  await presence.goOffline();
  link.close();
});

function loginsAt({ log }: TestServer): number {
  return log.messages("info").filter((message) => message === "Logged in").length;
}

Deno.test("datagrams of a login carry a tag, those of nobody none", async () => {
  await using server = new FakeServer({
    reply: (line) =>
      line.startsWith("LOG ")
        ? grant(SAMPLE_KEY)
        : line === "CAP"
        ? "200 OK parley/1 get info accounts\r\n"
        : "200 OK 0\r\n",
  });
  const log = new RecordedLog();
  const link = new ServerLink({ host: "127.0.0.1", tcpPort: server.tcp }, log, {
    allowCleartextPasswords: true,
  });
  await link.logIn(ALICE, "alice words");
  const settings = { udpPort: server.udp, messagePort: 4001, refreshSeconds: 3600 };
  const presence = new PresenceLink(settings, link, { clock: Date.now, log });
  await presence.goOnline(ALICE);
  await server.hears(/^GET/);
  await presence.goOffline();
  await server.hears(/OFFLINE/);
  for (const datagram of server.datagrams) {
    assert(parseAuthenticatedLine(toBytes(datagram))?.isFrom(SAMPLE_KEY.secret, "UDP"), datagram);
  }
  assertEquals(server.datagrams.length, 3);
});

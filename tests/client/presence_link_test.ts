import { assert, assertEquals } from "@std/assert";
import { PresenceLink } from "../../lib/client/presence_link.ts";
import { ServerLink } from "../../lib/client/server_link.ts";
import { FakeServer, olderServer } from "../support/client_fake_server.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { within } from "../support/within.ts";

const ALICE = id("alice");
const BOB = id("bob");
const HOUR = 3600;

interface Play {
  readonly link: ServerLink;
  readonly presence: PresenceLink;
  readonly clock: FakeClock;
}

async function presenceAt(server: FakeServer, refreshSeconds = HOUR): Promise<Play> {
  const log = new RecordedLog();
  const clock = new FakeClock();
  const link = new ServerLink({ host: "127.0.0.1", tcpPort: server.tcp }, log);
  await link.capabilities();
  const settings = { udpPort: server.udp, messagePort: 4001, refreshSeconds };
  return { link, clock, presence: new PresenceLink(settings, link, { clock: clock.read, log }) };
}

/** Waits until an answer has come and was taken. */
async function answered(presence: PresenceLink): Promise<void> {
  assert(await presence.ask(15_000), "no answer");
}

Deno.test("goOnline() sends SET with the message port, then GET, at once", async () => {
  await using server = new FakeServer(olderServer());
  const { presence } = await presenceAt(server);
  await presence.goOnline(ALICE);
  await server.hears(/^GET/);
  assertEquals(server.datagrams, ["SET alice 100 ONLINE 4001", "GET alice"]);
  await presence.goOffline();
});

Deno.test("SET and GET are sent again every refresh", async () => {
  await using server = new FakeServer(olderServer());
  const { presence } = await presenceAt(server, 0.01);
  await presence.goOnline(ALICE);
  let asked = 0;
  const third = Promise.withResolvers<void>();
  server.script = {
    ...server.script,
    answer: (datagram) => {
      if (datagram === "GET alice" && ++asked === 3) third.resolve();
      return undefined;
    },
  };
  await within("three more refreshes", third.promise);
  await presence.goOffline();
});

Deno.test("goOffline() says OFFLINE with the message port, and nothing follows it", async () => {
  await using server = new FakeServer(olderServer());
  const { presence } = await presenceAt(server, 0.01);
  await presence.goOnline(ALICE);
  await answered(presence);
  await presence.goOffline();
  await server.hears(/OFFLINE/);
  assertEquals(server.datagrams.at(-1), "SET alice 101 OFFLINE 4001");
  assertEquals(presence.list, undefined);
  presence.refresh();
  assertEquals(server.datagrams.at(-1), "SET alice 101 OFFLINE 4001");
});

Deno.test("goOnline() as somebody else says OFFLINE for the one before first", async () => {
  await using server = new FakeServer(olderServer(() => "carol 101 OFFLINE unknown 0\n"));
  const { presence } = await presenceAt(server);
  await presence.goOnline(ALICE);
  await answered(presence);
  await presence.goOnline(BOB);
  await answered(presence);
  const sets = server.datagrams.filter((datagram) => datagram.startsWith("SET"));
  assertEquals([...new Set(sets)], [
    "SET alice 100 ONLINE 4001",
    "SET alice 101 OFFLINE 4001",
    "SET bob 100 ONLINE 4001",
  ]);
  await presence.goOffline();
});

Deno.test("every answer replaces the list, and an empty one empties it", async () => {
  let list = "bob 100 ONLINE 192.0.2.7 4002\ncarol 101 OFFLINE unknown unknown\n";
  await using server = new FakeServer(olderServer(() => list));
  const { presence, clock } = await presenceAt(server);
  await presence.goOnline(ALICE);
  await answered(presence);
  assertEquals(presence.list, {
    at: clock.now,
    entries: [
      { buddy: "bob", status: "ONLINE", address: { ip: "192.0.2.7", port: 4002 } },
      { buddy: "carol", status: "OFFLINE" },
    ],
  });
  list = "";
  clock.advance(1000);
  // The answer to the GET of goOnline may be the first to come.
  while (presence.list?.entries.length !== 0) await answered(presence);
  assertEquals(presence.list, { at: clock.now, entries: [] });
  await presence.goOffline();
});

Deno.test("ask() is false when no answer comes in time, and the list stays", async () => {
  await using server = new FakeServer(olderServer(() => "bob 101 OFFLINE unknown 0\n"));
  const { presence } = await presenceAt(server);
  await presence.goOnline(ALICE);
  await answered(presence);
  await presence.goOffline();
  server.script = { ...server.script, answer: () => undefined };
  await presence.goOnline(ALICE);
  assertEquals(await presence.ask(20), false);
  await presence.goOffline();
});

Deno.test("datagrams from anywhere but the server's address and port are ignored", async () => {
  await using server = new FakeServer(olderServer());
  const { presence } = await presenceAt(server);
  server.script = { ...server.script, answer: () => undefined };
  const client = Promise.withResolvers<Deno.NetAddr>();
  server.sentBy = client.resolve;
  await presence.goOnline(ALICE);
  using stranger = new RawUdp((await within("a datagram", client.promise)).port);
  // It is in the client's socket before the server's answer is.
  await stranger.send("mallory 100 ONLINE 192.0.2.66 666\n");
  server.script = olderServer(() => "bob 101 OFFLINE unknown 0\n");
  await answered(presence);
  assertEquals(presence.list?.entries.map(({ buddy }) => buddy), ["bob"]);
  await presence.goOffline();
});

/** A server that offers `get`, with a short list over UDP and a long one over TCP. */
function cuttingServer(udpList: string, tcpReply: string | undefined): FakeServer {
  return new FakeServer({
    reply: (line) => line === "CAP" ? "200 OK parley/1 get\r\n" : tcpReply ?? "",
    answer: (datagram) => datagram.startsWith("GET") ? udpList : undefined,
  });
}

const LONG = Array.from({ length: 40 }, (_, at) => `buddy-${at} 101 OFFLINE unknown 0\n`).join("");

Deno.test("an answer over 1,100 bytes may be cut: the whole list comes over TCP", async () => {
  await using server = cuttingServer(LONG, `200 OK 1\r\nbob 101 OFFLINE unknown 0\n`);
  const { presence } = await presenceAt(server);
  await presence.goOnline(ALICE);
  await answered(presence);
  assertEquals(presence.list?.entries.map(({ buddy }) => buddy), ["bob"]);
  await presence.goOffline();
});

Deno.test("a short answer is taken as it is, without TCP", async () => {
  await using server = cuttingServer("bob 101 OFFLINE unknown 0\n", undefined);
  const { presence } = await presenceAt(server);
  await presence.goOnline(ALICE);
  await answered(presence);
  assertEquals(server.requests, ["CAP"]);
  await presence.goOffline();
});

Deno.test("a long answer is all there is when TCP fails or `get` is not offered", async () => {
  await using failing = cuttingServer(LONG, undefined);
  await using older = new FakeServer(olderServer(() => LONG));
  for (const server of [failing, older]) {
    const { presence } = await presenceAt(server);
    await presence.goOnline(ALICE);
    await answered(presence);
    assertEquals(presence.list?.entries.length, 40);
    await presence.goOffline();
  }
  assertEquals(older.requests, ["CAP"]);
});

Deno.test("a server that answers no more is told of, and asked again until it does", async () => {
  await using server = new FakeServer(olderServer());
  const { presence } = await presenceAt(server, 0.01);
  const told: boolean[] = [];
  presence.silent = (isSilent) => told.push(isSilent);
  await presence.goOnline(ALICE);
  await answered(presence);
  const { script } = server;
  server.script = { ...script, answer: () => undefined };
  await eventually("silence", () => told.at(-1) === true);
  server.script = script;
  await eventually("an answer", () => told.at(-1) === false);
  // An answer that takes longer than three refreshes is silence, too, but nothing is told twice.
  assertEquals(told, told.map((_, at) => at % 2 === 0));
  await presence.goOffline();
});

Deno.test("a server that never answered, as it does not know us, is not called silent", async () => {
  await using server = new FakeServer({ ...olderServer(), answer: () => undefined });
  const { presence } = await presenceAt(server, 0.005);
  presence.silent = () => assert(false, "silent");
  await presence.goOnline(ALICE);
  await eventually("ten refreshes", () => server.datagrams.length >= 20);
  await presence.goOffline();
});

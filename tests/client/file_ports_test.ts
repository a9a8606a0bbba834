import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileAddress, FilePort, whoOffers } from "../../lib/client/file_ports.ts";
import { PresenceLink } from "../../lib/client/presence_link.ts";
import { ServerLink } from "../../lib/client/server_link.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { FakeServer, olderServer, type ServerScript } from "../support/client_fake_server.ts";
import { eventually } from "../support/eventually.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { ALICE, BOB } from "../support/transfers.ts";

/** A server that offers INFO, and says this to it. */
function infoServer(reply: (line: string) => string): ServerScript {
  return { reply: (line) => line === "CAP" ? "200 OK parley/1 get info\r\n" : reply(line) };
}

function linkTo(server: FakeServer): ServerLink {
  return new ServerLink({ host: "127.0.0.1", tcpPort: server.tcp }, new RecordedLog());
}

Deno.test("fileAddress() is the buddy's address and the port from INFO", async () => {
  await using server = new FakeServer(infoServer(() => "200 OK key=x files=4711\r\n"));
  assertEquals(await fileAddress(linkTo(server), BOB, "192.0.2.7"), {
    ...{ ip: "192.0.2.7", port: 4711 },
  });
  assert(server.requests.includes("INFO bob"));
});

Deno.test("fileAddress() says why there is none", async () => {
  const table: readonly (readonly [string, string])[] = [
    ["200 OK\r\n", "bob takes no files: it takes a running Parley client"],
    ["200 OK files=0\r\n", "bob takes no files"],
    ["200 OK files=65536\r\n", "bob takes no files"],
    ["200 OK files=80x\r\n", "bob takes no files"],
    ["202 NO SUCH USER\r\n", "Cannot ask where bob takes files (202 NO SUCH USER)"],
    ["500 \x1b[31m\r\n", "Cannot ask where bob takes files (500 ^[[31m)"],
  ];
  for (const [reply, why] of table) {
    await using server = new FakeServer(infoServer(() => reply));
    await assertRejects(() => fileAddress(linkTo(server), BOB, "192.0.2.7"), OperationalError, why);
  }
});

Deno.test("an older server is asked and told nothing about files", async () => {
  await using server = new FakeServer(olderServer());
  const link = linkTo(server);
  const why = "This server does not tell where files can be sent to";
  await assertRejects(() => fileAddress(link, BOB, "192.0.2.7"), OperationalError, why);
  assertEquals(await new FilePort(link, 4711, new RecordedLog()).answered(ALICE, 0), false);
  assertEquals(server.requests, ["CAP"]);
});

Deno.test("FilePort tells once, then every minute, to who comes after, and after a silence", async () => {
  await using server = new FakeServer(infoServer(() => "200 OK\r\n"));
  const port = new FilePort(linkTo(server), 4711, new RecordedLog());
  const told = (): number => server.requests.filter((line) => line.startsWith("INFO")).length;
  const steps: readonly (readonly [typeof ALICE, number, number])[] = [
    [ALICE, 0, 1],
    [ALICE, 10, 1],
    [ALICE, 30, 1],
    [ALICE, 50, 1],
    [ALICE, 61, 2],
    [BOB, 62, 3],
    [BOB, 88, 4],
  ];
  for (const [user, second, count] of steps) {
    assertEquals(await port.answered(user, second * 1000), true);
    assertEquals(told(), count, `after ${second} s`);
  }
  assertEquals(server.requests.at(-1), "INFO bob files=4711");
});

Deno.test("FilePort tries again at the next answer when it was not told", async () => {
  let reply = "204 DENIED\r\n";
  await using server = new FakeServer(infoServer(() => reply));
  const port = new FilePort(linkTo(server), 4711, new RecordedLog());
  assertEquals(await port.answered(ALICE, 0), false);
  reply = "200 OK\r\n";
  assertEquals(await port.answered(ALICE, 1), true);
});

Deno.test("whoOffers() believes the server, and asks it once more", async () => {
  let list = "bob 101 OFFLINE unknown 0\n";
  await using server = new FakeServer({ ...olderServer(() => list) });
  const link = linkTo(server);
  await link.capabilities();
  const settings = { udpPort: server.udp, messagePort: 1, refreshSeconds: 3600 };
  const log = new RecordedLog();
  const presence = new PresenceLink(settings, link, { clock: Date.now, log });
  await presence.goOnline(ALICE);
  assert(await presence.ask(15_000));
  const unsure = { kind: "unsure", name: "bob", ip: "192.0.2.7" } as const;
  assertEquals(await whoOffers(presence, BOB, "192.0.2.7"), unsure);
  // An answer that is on its way may be the one that is taken for an asking's.
  const isConfirmed = (ip: string) => async (): Promise<boolean> => {
    const by = await whoOffers(presence, BOB, ip);
    return by.kind === "buddy" && by.name === "bob";
  };
  list = "BOB 101 OFFLINE 192.0.2.7 0\n";
  await eventually("bob is there, though offline", isConfirmed("192.0.2.7"));
  list = "bob 100 ONLINE ::ffff:192.0.2.8 4000\n";
  await eventually("bob has moved", isConfirmed("192.0.2.8"));
  assertEquals(await whoOffers(presence, ALICE, "192.0.2.8"), {
    ...{ kind: "unsure", name: "alice", ip: "192.0.2.8" },
  });
  await presence.goOffline();
});

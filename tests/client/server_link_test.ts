import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ServerLink } from "../../lib/client/server_link.ts";
import { UnreachableError } from "../../lib/core/errors.ts";
import { NO_CAPABILITIES } from "../../lib/wire/capabilities.ts";
import { FakeServer, olderServer } from "../support/client_fake_server.ts";
import { HeldTimers } from "../support/held_timers.ts";
import { id } from "../support/ids.ts";
import { NOBODYS_PORT } from "../support/machine.ts";
import { RecordedLog } from "../support/recorded_log.ts";

const ALICE = id("alice");

/** A limit that no server reaches, also while it is connected to. */
const HOUR_MS = 3_600_000;

function linkTo(server: FakeServer, timeoutMs?: number): ServerLink {
  return new ServerLink({ host: "127.0.0.1", tcpPort: server.tcp }, new RecordedLog(), {
    timeoutMs,
  });
}

Deno.test("request(): a reply may end in LF, in CRLF or with the stream", async () => {
  for (const reply of ["200 OK\n", "200 OK\r\n", "200 OK"]) {
    await using server = new FakeServer({ reply: () => reply });
    assertEquals((await linkTo(server).request({ kind: "register", user: ALICE })).text, "200 OK");
  }
});

Deno.test("request(): the line it sends ends in LF and names ids in lower case", async () => {
  await using server = new FakeServer(olderServer());
  await linkTo(server).request({ kind: "add", user: ALICE, buddy: id("BOB") });
  assertEquals(await server.hears(/^ADD/), "ADD alice bob");
});

Deno.test("request(): bytes after the first line are ignored", async () => {
  await using server = new FakeServer({ reply: () => "203 USER EXISTS\r\n200 OK\r\n" });
  const reply = await linkTo(server).request({ kind: "register", user: ALICE });
  assertEquals(reply.code, 203);
});

Deno.test("capabilities(): asked once, whatever the answer was", async () => {
  for (const answer of ["201 INVALID\n", "200 OK parley/1 get info\r\n", "what?\n", "200 OK\n"]) {
    await using server = new FakeServer({ reply: () => answer });
    const link = linkTo(server);
    assertEquals((await link.capabilities()).get, answer.includes("get"));
    await link.capabilities();
    await link.request({ kind: "register", user: ALICE });
    assertEquals(server.requests, ["CAP", "REG alice"]);
    assertEquals(link.offered.get, answer.includes("get"));
  }
});

Deno.test("capabilities(): a server that hangs up on CAP, or is silent, offers nothing", async () => {
  for (const reply of ["", undefined]) {
    await using server = new FakeServer({ reply: () => reply });
    using limit = new HeldTimers(HOUR_MS);
    const link = linkTo(server, limit.milliseconds);
    const asked = link.capabilities();
    await server.hears(/^CAP/);
    if (reply === undefined) await limit.pass();
    assertEquals(await asked, NO_CAPABILITIES);
    server.script = olderServer();
    await link.request({ kind: "register", user: ALICE });
    await link.capabilities();
    assertEquals(server.requests, ["CAP", "REG alice"], "it is never asked again");
  }
});

Deno.test("capabilities(): a server that could not be reached is asked with the next request", async () => {
  const link = new ServerLink({ host: "127.0.0.1", tcpPort: NOBODYS_PORT }, new RecordedLog());
  await assertRejects(() => link.capabilities(), UnreachableError);
  await assertRejects(() => link.request({ kind: "register", user: ALICE }), UnreachableError);
  await assertRejects(() => link.capabilities(), UnreachableError, "nothing is listening");
});

Deno.test("request(): nothing listening is an UnreachableError that names the address", async () => {
  const link = new ServerLink({ host: "127.0.0.1", tcpPort: NOBODYS_PORT }, new RecordedLog());
  const error = await assertRejects(
    () => link.request({ kind: "register", user: ALICE }),
    UnreachableError,
  );
  assertEquals(error.message, `Cannot reach 127.0.0.1:${NOBODYS_PORT}: nothing is listening there`);
  assertEquals(link.reachedIp, undefined);
});

Deno.test("request(): a server that accepts and never answers is given up", async () => {
  await using server = new FakeServer({ reply: () => undefined });
  using limit = new HeldTimers(HOUR_MS);
  const asking = assertRejects(
    () => linkTo(server, limit.milliseconds).request({ kind: "register", user: ALICE }),
    UnreachableError,
  );
  for (const line of [/^CAP/, /^REG/]) await server.hears(line);
  for (let each = 0; each < 2; each++) await limit.pass();
  assertStringIncludes((await asking).message, "did not answer within 3600 s");
});

Deno.test("request(): a reply without end is given up at a bound", async () => {
  await using server = new FakeServer({ reply: () => "x".repeat(100_000) });
  const reply = await linkTo(server).request({ kind: "register", user: ALICE });
  assertEquals(reply.code, undefined);
});

Deno.test("reachedIp is where the connection really went", async () => {
  await using server = new FakeServer(olderServer());
  const link = new ServerLink({ host: "localhost", tcpPort: server.tcp }, new RecordedLog());
  await link.capabilities();
  assertEquals(link.reachedIp, "127.0.0.1");
});

Deno.test("list(): the whole list, however long", async () => {
  const lines = Array.from(
    { length: 3000 },
    (_, at) => `buddy${at} 100 ONLINE 192.0.2.7 ${at + 1}`,
  );
  await using server = new FakeServer({ reply: () => `200 OK 3000\r\n${lines.join("\n")}\n` });
  const { entries } = await linkTo(server).list(ALICE);
  assertEquals(entries.length, 3000);
  assertEquals(entries.at(-1), {
    buddy: "buddy2999",
    status: "ONLINE",
    address: { ip: "192.0.2.7", port: 3000 },
  });
  assertEquals(await server.hears(/^GET/), "GET alice");
});

Deno.test("list(): a list broken off in the middle is no list", async () => {
  await using server = new FakeServer({
    reply: () => "200 OK 2\r\nbob 100 ONLINE 192.0.2.7 4001\n",
  });
  await assertRejects(() => linkTo(server).list(ALICE), UnreachableError, "broke off");
});

Deno.test("list(): 202 is a reply without a list", async () => {
  await using server = new FakeServer({ reply: () => "202 NO SUCH USER\r\n" });
  const { reply, entries } = await linkTo(server).list(ALICE);
  assertEquals([reply.code, entries], [202, []]);
});

Deno.test("close() breaks off a request that waits for its reply", async () => {
  await using server = new FakeServer({ reply: () => undefined });
  const link = linkTo(server);
  const asked = link.request({ kind: "register", user: ALICE });
  await server.hears(/^REG/);
  link.close();
  await assertRejects(() => asked, UnreachableError);
});

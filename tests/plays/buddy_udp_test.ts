/**
 * Presence over UDP: SET and what may be wrong with it, through real sockets. Rules:
 * protocols/buddy.md, "UDP: presence". What GET answers is in `buddy_udp_answers_test.ts`.
 */

import { assertEquals } from "@std/assert";
import { canListenOn } from "../support/machine.ts";
import { PresencePlay } from "../support/presence_play.ts";
import { type Sendable, toBytes } from "../support/raw_tcp.ts";

const UNHEARD = "bob 101 OFFLINE unknown 0\n";

/** SETs that are taken, and the line of bob's buddies afterwards. */
const TAKEN: readonly (readonly [rule: string, datagram: Sendable, line: string])[] = [
  ["100 ONLINE is taken", "SET bob 100 ONLINE 4001", "bob 100 ONLINE 127.0.0.1 4001\n"],
  ["101 OFFLINE is taken", "SET bob 101 OFFLINE 4001", "bob 101 OFFLINE 127.0.0.1 4001\n"],
  ["102 AWAY is taken", "SET bob 102 AWAY 4001", "bob 102 AWAY 127.0.0.1 4001\n"],
  ["port 1 is taken", "SET bob 100 ONLINE 1", "bob 100 ONLINE 127.0.0.1 1\n"],
  ["port 65535 is taken", "SET bob 100 ONLINE 65535", "bob 100 ONLINE 127.0.0.1 65535\n"],
  ["port 0 is taken with OFFLINE", "SET bob 101 OFFLINE 0", "bob 101 OFFLINE 127.0.0.1 0\n"],
  [
    "leading zeros are digits like others",
    "SET bob 100 ONLINE 004001",
    "bob 100 ONLINE 127.0.0.1 4001\n",
  ],
  ["LF at the end is allowed", "SET bob 102 AWAY 1\n", "bob 102 AWAY 127.0.0.1 1\n"],
  ["CRLF at the end is allowed", "SET bob 102 AWAY 1\r\n", "bob 102 AWAY 127.0.0.1 1\n"],
  ["blanks around are allowed", " \tSET bob 102 AWAY 1 \t \n", "bob 102 AWAY 127.0.0.1 1\n"],
  ["runs of blanks are one", "SET  bob\t102 \t AWAY   1", "bob 102 AWAY 127.0.0.1 1\n"],
  ["the command word is case-insensitive", "sEt bob 102 AWAY 1", "bob 102 AWAY 127.0.0.1 1\n"],
  ["the id is folded", "SET BoB 102 AWAY 1", "bob 102 AWAY 127.0.0.1 1\n"],
  ["further fields are ignored", "SET bob 102 AWAY 1 9 \0 ../x", "bob 102 AWAY 127.0.0.1 1\n"],
  ["further lines are ignored", "SET bob 102 AWAY 1\nSET bob 1\n", "bob 102 AWAY 127.0.0.1 1\n"],
  [
    "a line of 512 bytes is a request",
    "SET bob 102 AWAY 1 ".padEnd(512, "x") + "\r\n",
    "bob 102 AWAY 127.0.0.1 1\n",
  ],
];

for (const [rule, datagram, line] of TAKEN) {
  Deno.test(`UDP SET: ${rule}`, async () => {
    await using play = await PresencePlay.begin();
    await play.ann.send(datagram);
    await play.expectSilence();
    assertEquals(await play.list(), line);
  });
}

/** SETs that change nothing and are not answered. */
const IGNORED: readonly (readonly [rule: string, datagram: Sendable])[] = [
  ["a missing port", "SET bob 100 ONLINE"],
  ["a missing text", "SET bob 100 4001"],
  ["a missing code", "SET bob ONLINE 4001"],
  ["a missing user", "SET 100 ONLINE 4001"],
  ["the command alone", "SET"],
  ["port 0 with ONLINE", "SET bob 100 ONLINE 0"],
  ["port 0 with AWAY", "SET bob 102 AWAY 0"],
  ["port 65536", "SET bob 100 ONLINE 65536"],
  ["a port of many digits", "SET bob 100 ONLINE 99999999999999999999999999"],
  ["a negative port", "SET bob 100 ONLINE -4001"],
  ["a port with a plus sign", "SET bob 100 ONLINE +4001"],
  ["a port with a fraction", "SET bob 100 ONLINE 4001.5"],
  ["a port of zero and a fraction", "SET bob 100 ONLINE 4001.0"],
  ["a port with garbage behind it", "SET bob 100 ONLINE 4001ab"],
  ["a port in hexadecimal", "SET bob 100 ONLINE 0xfa1"],
  ["a port with an exponent", "SET bob 100 ONLINE 4e3"],
  ["a port in Arabic digits", "SET bob 100 ONLINE ٤٠٠١"],
  ["an unknown code", "SET bob 103 ONLINE 4001"],
  ["a code with a leading zero", "SET bob 0100 ONLINE 4001"],
  ["an unknown text", "SET bob 100 BUSY 4001"],
  ["a text in lower case", "SET bob 100 online 4001"],
  ["a text that belongs to another code", "SET bob 100 OFFLINE 4001"],
  ["another text that belongs to another code", "SET bob 101 ONLINE 4001"],
  ["a third text that belongs to another code", "SET bob 102 ONLINE 4001"],
  ["an unknown user", "SET nobody 100 ONLINE 4001"],
  ["a user outside the grammar", "SET ../bob 100 ONLINE 4001"],
  ["a user with NUL", "SET bob\0 100 ONLINE 4001"],
  ["an unknown command", "PUT bob 100 ONLINE 4001"],
  ["a TCP request", "REG carol"],
  ["nothing", ""],
  ["blanks", " \t "],
  ["an empty line before the request", "\nSET bob 100 ONLINE 4001"],
  ["NUL", "\0"],
  ["bytes that are no text", Uint8Array.of(0xff, 0xfe, 0x00, 0x80)],
  ["a line of 513 bytes", "SET bob 100 ONLINE 4001 ".padEnd(513, "x")],
  ["a line of 513 bytes ending in LF", "SET bob 100 ONLINE 4001 ".padEnd(513, "x") + "\n"],
  ["a datagram of 1,000 bytes", "SET bob 100 ONLINE 4001\n".padEnd(1000, "x")],
  ["a datagram of 9,000 bytes", "SET bob 100 ONLINE 4001 ".padEnd(9000, " ")],
];

for (const [what, datagram] of IGNORED) {
  Deno.test(`UDP SET: ${what} is ignored, without an answer`, async () => {
    await using play = await PresencePlay.begin();
    await play.ann.send(datagram);
    await play.expectSilence();
    assertEquals(await play.list(), UNHEARD);
  });
}

Deno.test("UDP SET: something ignored leaves what was said before", async () => {
  await using play = await PresencePlay.begin();
  await play.ann.send("SET bob 102 AWAY 4001");
  for (const [, datagram] of IGNORED) await play.ann.send(datagram);
  await play.expectSilence();
  assertEquals(await play.list(), "bob 102 AWAY 127.0.0.1 4001\n");
});

Deno.test("UDP SET: a user who did not exist is not created, and starts unheard of", async () => {
  await using play = await PresencePlay.begin();
  await play.ann.send("SET carol 100 ONLINE 4001");
  await play.ann.send("SET null null 1248");
  await play.ann.send("GET null");
  await play.expectSilence();
  assertEquals(await play.server.ask("ADD ann carol\n"), "202 NO SUCH USER\r\n");
  assertEquals(await play.server.ask("ADD ann null\n"), "202 NO SUCH USER\r\n");
  await play.server.register("carol");
  await play.server.addBuddies("ann", "carol");
  assertEquals(await play.list(), UNHEARD + "carol 101 OFFLINE unknown 0\n");
});

Deno.test("UDP SET: a user registered a moment ago is known at once", async () => {
  await using play = await PresencePlay.begin();
  for (let number = 0; number < 50; number++) {
    await play.server.register(`new${number}`);
    assertEquals(await play.ann.ask(`GET new${number}`), "");
  }
});

Deno.test({
  name:
    "UDP SET: the recorded address is the datagram's source, the port the one it says (needs 127.0.0.2)",
  ignore: !canListenOn("127.0.0.2"),
  async fn() {
    await using play = await PresencePlay.begin();
    using bob = play.client("127.0.0.2");
    await bob.send("SET bob 100 ONLINE 4001 10.9.8.7");
    await play.expectSilence(bob);
    assertEquals(await play.list(), "bob 100 ONLINE 127.0.0.2 4001\n");
  },
});

Deno.test({
  name: "UDP SET: the last one counts, from wherever it comes (needs 127.0.0.2)",
  ignore: !canListenOn("127.0.0.2"),
  async fn() {
    await using play = await PresencePlay.begin();
    using elsewhere = play.client("127.0.0.2");
    await play.ann.send("SET bob 100 ONLINE 4001");
    await play.expectSilence();
    await elsewhere.send("SET bob 102 AWAY 4002");
    await play.expectSilence(elsewhere);
    assertEquals(await play.list(), "bob 102 AWAY 127.0.0.2 4002\n");
  },
});

Deno.test("UDP: 2,000 datagrams of garbage do not keep a request from its answer", async () => {
  await using play = await PresencePlay.begin();
  using noise = play.client();
  for (let number = 0; number < 2000; number++) {
    const garbage = toBytes(`GET ann ${number}`).map((byte, index) => byte ^ (number * index));
    await noise.send(number % 3 === 0 ? garbage.slice(0, number % 20) : garbage.fill(number));
    if (number % 100 === 0) assertEquals(await play.list(), UNHEARD);
  }
  assertEquals(await play.list(), UNHEARD);
});

/** Presence through a balanced service on real sockets, over backends that a test plays. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { metricFamilies, reportService } from "../../lib/balancer/report.ts";
import { metricsText } from "../../lib/observe/metrics.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { counted } from "../support/counts.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { over, silent, UdpBackend } from "../support/udp_backend.ts";

/** Waited for in some tests, and long against what an answer takes. */
const ANSWER_TIMEOUT = 2;

Deno.test("SET goes to every backend as it came, and is not answered", async () => {
  await using a = new UdpBackend("a");
  await using b = new UdpBackend("b");
  await using balancer = new TestBalancer(over(a, b));
  using ann = new RawUdp(balancer.udp);
  const said = ["SET ann 100 ONLINE 4001\n", "set Ann 102 AWAY 4001", " SET x y z \0"];
  for (const text of said) await ann.send(text);
  for (const backend of [a, b]) {
    await backend.has(3);
    assertEquals(backend.texts, said);
    assertEquals(backend.arrived.map(({ client }) => client), [undefined, undefined, undefined]);
  }
});

Deno.test("Backends that take the prefix are told who sent a datagram", async () => {
  await using a = new UdpBackend("a");
  await using balancer = new TestBalancer({ ...over(a), udpSendProxy: true });
  using ann = new RawUdp(balancer.udp);
  await ann.send("SET ann 100 ONLINE 4001");
  // They come from two sockets, in no order.
  await a.has(1);
  assertEquals(await ann.ask("GET ann"), "a: GET ann\n");
  const client = `127.0.0.1 ${ann.port}`;
  assertEquals(a.arrived.map((each) => [each.text, each.client]), [
    ["SET ann 100 ONLINE 4001", client],
    ["GET ann", client],
  ]);
});

Deno.test("GET goes to one backend, in turn, and is answered once", async () => {
  await using a = new UdpBackend("a");
  await using b = new UdpBackend("b");
  await using balancer = new TestBalancer(over(a, b));
  using ann = new RawUdp(balancer.udp);
  const answers: string[] = [];
  for (let turn = 0; turn < 4; turn++) answers.push((await ann.ask(`GET ann ${turn}`))[0]!);
  assertEquals(answers.join(""), "abab");
  assertEquals([a.arrived.length, b.arrived.length], [2, 2]);
});

Deno.test("Many clients at once get each the answer to what they asked", async () => {
  await using a = new UdpBackend("a");
  await using b = new UdpBackend("b");
  await using balancer = new TestBalancer(over(a, b));
  const clients = Array.from({ length: 40 }, () => new RawUdp(balancer.udp));
  try {
    for (let round = 0; round < 5; round++) {
      await Promise.all(clients.map(async (client, number) => {
        const answer = await client.ask(`GET user${number}.${round}`);
        assertEquals(answer.slice(3), `GET user${number}.${round}\n`);
      }));
    }
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

Deno.test("Another backend answers when the first is silent, and is asked first from then on", async () => {
  await using a = new UdpBackend("a", silent);
  await using b = new UdpBackend("b");
  await using balancer = new TestBalancer({ ...over(a, b), udpAnswerTimeout: ANSWER_TIMEOUT });
  using ann = new RawUdp(balancer.udp);
  for (let turn = 0; turn < 4; turn++) {
    assertEquals(await ann.ask(`GET ann ${turn}`), `b: GET ann ${turn}\n`);
  }
  assertEquals(a.texts, ["GET ann 0"]);
});

Deno.test("A late answer is nobody's: not the one of the next GET, not a second one", async () => {
  await using a = new UdpBackend("a", silent);
  await using balancer = new TestBalancer({ ...over(a), udpAnswerTimeout: ANSWER_TIMEOUT });
  using ann = new RawUdp(balancer.udp);
  await ann.send("GET late");
  await a.has(1);
  // The second GET goes out when the first has been given up, and the first's answer comes then.
  a.behaviour = async ({ reply }) => {
    await a.arrived[0]!.reply("late\n");
    await reply("in time\n");
  };
  await eventually("it is given up", () => balancer.service.datagrams!.clients === 0);
  assertEquals(await ann.ask("GET next"), "in time\n");
  a.behaviour = ({ reply }) => reply("last\n");
  assertEquals(await ann.ask("GET last"), "last\n");
});

Deno.test("A backend that answers twice is heard once", async () => {
  await using a = new UdpBackend("a", async ({ text, reply }) => {
    await reply(`${text}\n`);
    await reply(`${text}\n`);
  });
  // While the clock stands still, no socket is used again: a second answer may come as late as it will.
  await using balancer = new TestBalancer(over(a), { clock: new FakeClock().read });
  using ann = new RawUdp(balancer.udp);
  for (let turn = 0; turn < 20; turn++) {
    assertEquals(await ann.ask(`GET ann ${turn}`), `GET ann ${turn}\n`);
  }
});

Deno.test("Whom nobody knows, nobody answers; and others are answered meanwhile", async () => {
  const knowing = (name: string) =>
    new UdpBackend(name, ({ text, reply }) => {
      if (text !== "GET nobody") reply(`${name}: ${text}\n`);
    });
  await using a = knowing("a");
  await using b = knowing("b");
  await using balancer = new TestBalancer({ ...over(a, b), udpAnswerTimeout: ANSWER_TIMEOUT });
  using stranger = new RawUdp(balancer.udp);
  using ann = new RawUdp(balancer.udp);
  await stranger.send("GET nobody");
  for (let turn = 0; turn < 6; turn++) await ann.ask("GET ann");
  await eventually(
    "both are asked",
    () => [a, b].every(({ texts }) => texts.includes("GET nobody")),
  );
  // What is the next to come to the stranger is the answer to another question.
  assertEquals((await stranger.ask("GET ann")).slice(3), "GET ann\n");
});

Deno.test("What is neither SET nor GET, or too long, goes nowhere", async () => {
  await using a = new UdpBackend("a");
  await using balancer = new TestBalancer(over(a));
  using ann = new RawUdp(balancer.udp);
  for (const text of ["", "REG ann", "GETann", "SET", "GET".padEnd(515, " x"), "\0\xff"]) {
    await ann.send(text);
  }
  await ann.ask("GET ann");
  assertEquals(a.texts, ["GET ann"]);
  const report = reportService(balancer.service);
  assertEquals(report.udp, {
    ...{ port: balancer.udp, clients: 0, received: 7, sent: 1 },
    dropped: { ...report.udp!.dropped, malformed: 6 },
    backends: [a.udpAddress],
  });
  assertEquals(counted(report.udp!.dropped), { malformed: 6 });
  const metrics = metricsText(metricFamilies(new Map([["buddy", balancer.service]])));
  for (
    const line of [
      'lb_udp_clients{service="buddy"} 0\n',
      'lb_udp_datagrams_total{service="buddy",direction="received"} 7\n',
      'lb_udp_dropped_total{service="buddy",reason="malformed"} 6\n',
      'lb_udp_dropped_total{service="buddy",reason="stray"} 0\n',
      'lb_udp_answer_seconds_count{service="buddy"} 1\n',
    ]
  ) assertStringIncludes(metrics, line);
  await balancer.stop(0);
  // In one line, or in several where much else goes on.
  const told = balancer.log.entries.map(({ fields }) => Number(fields.malformed ?? 0));
  assertEquals(told.reduce((sum, count) => sum + count), 6);
});

Deno.test("More GETs than there are places are dropped and counted, the others are answered", async () => {
  const held: (() => void)[] = [];
  await using a = new UdpBackend("a", ({ text, reply }) => {
    held.push(() => reply(`a: ${text}\n`));
  });
  await using balancer = new TestBalancer({
    ...over(a),
    maxUdpClients: 2,
  });
  using one = new RawUdp(balancer.udp);
  using two = new RawUdp(balancer.udp);
  using three = new RawUdp(balancer.udp);
  await one.send("GET 1");
  await a.has(1);
  await two.send("GET 2");
  await a.has(2);
  await three.send("GET 3");
  // A SET takes no place; when it is there, so was the GET before it.
  await three.send("SET 3");
  await a.has(3);
  for (const answer of held.splice(0)) answer();
  assertEquals([await one.receive(), await two.receive()], ["a: GET 1\n", "a: GET 2\n"]);
  a.behaviour = ({ reply }) => reply("now\n");
  assertEquals(await three.ask("GET 4"), "now\n");
  assertEquals(a.texts, ["GET 1", "GET 2", "SET 3", "GET 4"]);
  await balancer.stop(0);
  assert(balancer.told.includes("Datagrams were dropped: 1 tooMany"), balancer.told.join("\n"));
});

Deno.test("A backend that is down is neither told nor asked", async () => {
  await using a = new UdpBackend("a");
  await using b = new UdpBackend("b");
  await a.die();
  await using balancer = new TestBalancer(over(a, b));
  await balancer.tells(`Backend 0 is down: ${a.address} (nothing is listening there)`);
  using ann = new RawUdp(balancer.udp);
  await ann.send("SET ann 100 ONLINE 4001");
  for (let turn = 0; turn < 3; turn++) assertEquals(await ann.ask("GET ann"), "b: GET ann\n");
  assertEquals(a.texts, []);
});

Deno.test("A GET goes where its address has just been over TCP", async () => {
  await using a = new UdpBackend("a");
  await using b = new UdpBackend("b");
  // "Just" does not end while the clock stands still.
  await using balancer = new TestBalancer(over(a, b), { clock: new FakeClock().read });
  using ann = new RawUdp(balancer.udp);
  for (const expected of ["a", "b", "a"]) {
    assertEquals(await balancer.ask("ADD ann bob\n"), `${expected} ADD ann bob\n`);
    for (let turn = 0; turn < 3; turn++) {
      assertEquals(await ann.ask("GET ann"), `${expected}: GET ann\n`);
    }
  }
});

Deno.test("Backends are found by name, too", async () => {
  await using a = new UdpBackend("a");
  await using balancer = new TestBalancer({
    ...over(a),
    udpBackends: [a.udpAddress.replace("127.0.0.1", "localhost")],
  });
  using ann = new RawUdp(balancer.udp);
  // The name is being looked up: until then there is nobody to ask.
  const timer = setInterval(() => ann.send("GET ann"), 20);
  assertEquals(await ann.receive().finally(() => clearInterval(timer)), "a: GET ann\n");
});

Deno.test("Who is denied is not served over UDP either", async () => {
  await using a = new UdpBackend("a");
  await using balancer = new TestBalancer({ ...over(a), deny: ["127.0.0.1/32"] });
  using ann = new RawUdp(balancer.udp);
  await ann.send("GET ann");
  await eventually("it has come", () => balancer.service.datagrams!.dropped.notAllowed === 1);
  await balancer.stop(0);
  assertEquals(a.texts, []);
  assert(balancer.told.includes("Datagrams were dropped: 1 notAllowed"), balancer.told.join("\n"));
});

const elsewhere = Deno.networkInterfaces().find(({ address, family }) =>
  family === "IPv4" && !address.startsWith("127.")
)?.address;

Deno.test({
  name: "An address gets short answers until it was seen over TCP, and backends are told that" +
    (elsewhere === undefined ? " (needs an address beside loopback)" : ""),
  ignore: elsewhere === undefined,
  async fn() {
    const list = "buddy 101 OFFLINE unknown 0\n".repeat(100);
    await using a = new UdpBackend("a", ({ text, reply }) => {
      if (text.startsWith("GET")) reply(list);
    });
    await using balancer = new TestBalancer({ ...over(a), host: "0.0.0.0", udpSendProxy: true });
    using ann = new RawUdp(balancer.udp, elsewhere);
    const short = await ann.ask("GET ann");
    assert(short.length <= 1200 && short.length > 1100 && short.endsWith("\n"), short);
    using tcp = await RawTcp.connect(balancer.port, elsewhere);
    await tcp.send("REG ann\n");
    await tcp.readToEnd();
    assertEquals(await ann.ask("GET ann"), list);
    const from = `${elsewhere} ${ann.port}`;
    assertEquals(a.arrived.map(({ client, isProven }) => [client, isProven]), [
      [from, false],
      [from, true],
    ]);
    // More than the burst an unproven address has.
    using eve = new RawUdp(balancer.udp, elsewhere);
    for (let turn = 0; turn < 150; turn++) assertEquals(await eve.ask("GET eve"), list);
  },
});

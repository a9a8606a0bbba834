/** GETs through a balanced service that are too many or forged, and backends that cannot be trusted yet. */

import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { counted } from "../support/counts.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { TestBalancer, type TestOptions } from "../support/test_balancer.ts";
import { type DatagramBehaviour, over, silent, UdpBackend } from "../support/udp_backend.ts";

/** Knows ann, and nobody else. */
const knowsAnn: DatagramBehaviour = ({ text, reply }) => {
  if (text === "GET ann") reply("about ann\n");
};

function dropped(balancer: TestBalancer): Readonly<Record<string, number>> {
  return counted(balancer.service.datagrams!.dropped);
}

Deno.test("Only the backend that was asked answers a GET, and only from its own port", async () => {
  await using a = new UdpBackend("a", silent);
  await using balancer = new TestBalancer(over(a));
  using ann = new RawUdp(balancer.udp);
  await ann.send("GET ann");
  await a.has(1);
  using stranger = new RawUdp(a.arrived[0]!.port);
  await stranger.send("ben 100 ONLINE 6.6.6.6 1\n");
  await eventually("it was dropped", () => dropped(balancer).stray === 1);
  await a.arrived[0]!.reply("ben 100 ONLINE 192.0.2.7 4001\n");
  assertEquals(await ann.receive(), "ben 100 ONLINE 192.0.2.7 4001\n");
});

Deno.test("A GET that nobody answers gives its place back", async () => {
  await using a = new UdpBackend("a", knowsAnn);
  await using balancer = new TestBalancer({
    ...{ ...over(a), maxUdpClients: 2, udpAnswerTimeout: 0.05 },
  });
  using ann = new RawUdp(balancer.udp);
  for (let turn = 0; turn < 3; turn++) {
    await ann.send("GET eve");
    await a.has(turn + 1);
    await eventually("it was given up", () => balancer.service.datagrams!.clients === 0);
  }
  // As clients do, it asks again while nothing comes: the time for an answer is short here.
  const timer = setInterval(() => ann.send("GET ann"), 20);
  assertEquals(await ann.receive().finally(() => clearInterval(timer)), "about ann\n");
});

Deno.test("A client whose GETs nobody answers leaves sockets to others, and is counted", async () => {
  await using a = new UdpBackend("a", knowsAnn);
  await using balancer = new TestBalancer(over(a));
  using eve = new RawUdp(balancer.udp);
  for (let asked = 0; asked < 200; asked++) await eve.send("GET nobody");
  await a.has(192);
  await eventually("the others were dropped", () => dropped(balancer).busy === 8);
  using ann = new RawUdp(balancer.udp);
  for (let turn = 0; turn < 20; turn++) assertEquals(await ann.ask("GET ann"), "about ann\n");
  assertEquals(dropped(balancer), { busy: 8 });
});

Deno.test("A datagram from a backend's port is not answered: its answer would be, without end", async () => {
  await using a = new UdpBackend("a");
  await using balancer = new TestBalancer(over(a));
  await a.send(new TextEncoder().encode("GET 100 ONLINE"), balancer.udp);
  await eventually("it was dropped", () => dropped(balancer).unanswerable === 1);
  assertEquals(a.texts, []);
});

Deno.test({
  name: "A datagram that may be the balancer's own is not answered",
  // Elsewhere loopback is one address.
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using a = new UdpBackend("a");
    await using balancer = new TestBalancer(over(a));
    const port = balancer.udp;
    const like = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.2", port });
    await like.send(new TextEncoder().encode("GET ann"), {
      ...{ transport: "udp", hostname: "127.0.0.1", port },
    });
    await eventually("it was dropped", () => dropped(balancer).unanswerable === 1);
    like.close();
    assertEquals(a.texts, []);
  },
});

Deno.test("A drained backend goes on being told who is online", async () => {
  await using a = new UdpBackend("a");
  await using b = new UdpBackend("b");
  await using balancer = new TestBalancer(over(a, b));
  balancer.service.pool.backends[0]!.adminState = "drain";
  using ann = new RawUdp(balancer.udp);
  await ann.send("SET ann 100 ONLINE 4001");
  await Promise.all([a.has(1), b.has(1)]);
  assertEquals(await ann.ask("GET ann"), "b: GET ann\n");
});

/** Two backends and a balancer whose clock stands still; `asked` tells who answers, over and over. */
class Turns implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly a = new UdpBackend("a");
  readonly b = new UdpBackend("b");
  readonly balancer: TestBalancer;
  readonly #client: RawUdp;

  constructor(options: TestOptions = {}) {
    const clock = this.clock.read;
    this.balancer = new TestBalancer({ ...over(this.a, this.b), ...options }, { clock });
    this.#client = new RawUdp(this.balancer.udp);
  }

  /** Whoever answers the next four GETs. */
  async asked(): Promise<string> {
    let names = "";
    for (let turn = 0; turn < 4; turn++) names += (await this.#client.ask("GET ann"))[0];
    return [...names].sort().join("");
  }

  /** What a check says of the first backend, so many times. */
  report(isGood: boolean, times: number): void {
    const { pool } = this.balancer.service;
    for (let time = 0; time < times; time++) pool.report(pool.backends[0]!, isGood, "gone");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
    await this.balancer.stop(0);
    await this.a[Symbol.asyncDispose]();
    await this.b[Symbol.asyncDispose]();
  }
}

Deno.test("A backend that failed is asked last until it has heard of everybody", async () => {
  await using turns = new Turns();
  turns.report(true, 1);
  assertEquals(await turns.asked(), "aabb");
  turns.report(false, 1);
  turns.report(true, 1);
  assertEquals(await turns.asked(), "bbbb");
  turns.clock.advance(12_000);
  assertEquals(await turns.asked(), "aabb");
});

Deno.test("A backend that was down is asked last until what it missed is true no more", async () => {
  await using turns = new Turns();
  turns.report(true, 1);
  turns.report(false, 3);
  turns.report(true, 2);
  turns.clock.advance(29_000);
  assertEquals(await turns.asked(), "bbbb");
  turns.clock.advance(1000);
  assertEquals(await turns.asked(), "aabb");
});

Deno.test("A backend that was silent for a moment may have been started again, and is asked last", async () => {
  // Waited for once, and long for an answer of the other one.
  await using turns = new Turns({ udpAnswerTimeout: 2 });
  const { behaviour } = turns.a;
  turns.a.behaviour = silent;
  assertEquals(await turns.asked(), "bbbb");
  turns.a.behaviour = behaviour;
  turns.clock.advance(11_000);
  assertEquals(await turns.asked(), "bbbb");
  turns.clock.advance(1000);
  assertEquals(await turns.asked(), "aabb");
});

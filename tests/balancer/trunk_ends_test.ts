/** How trunks end: lost, misused, drained, by a reload, and with the balancer. */

import { assert, assertEquals } from "@std/assert";
import { TestBackend } from "../support/backends.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ask } from "../support/raw_tcp.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { balanceByTrunk, TrunkBackend } from "../support/trunk_backend.ts";

Deno.test("a trunk that dies: its clients are closed without an answer, and asked of nobody", async () => {
  await using a = new TrunkBackend();
  await using other = new TrunkBackend();
  other.offer = "201 INVALID";
  await using balancer = await balanceByTrunk(a, {
    backends: [a.address, other.address],
    strategy: "hash-user",
  });
  const user = userAt(balancer, 0);
  const lost = ask(balancer.port, `REG ${user}\n`);
  const { trunk, number } = await a.asked(`REG ${user}`);
  trunk.close();
  assertEquals(await lost.catch(() => ""), "");
  await balancer.tellsOf("A trunk to backend 0 was lost");
  // The other trunk goes on, and numbers by itself.
  const next = ask(balancer.port, `GET ${user}\n`);
  const again = await a.asked(`GET ${user}`);
  assert(again.trunk !== trunk && number === 1 && again.number === 1);
  await again.trunk.answer(1, "200 OK\r\n");
  assertEquals(await next, "200 OK\r\n");
  assertEquals([...other.apart, ...other.trunks], []);
  assertEquals(balancer.service.pool.backends[0]!.connections, 0);
});

/** A user whose requests go to the backend with this index. */
function userAt(balancer: TestBalancer, index: number): string {
  for (let number = 0; number < 1000; number++) {
    const user = `user${number}`;
    if (balancer.service.pool.home(user)?.index === index) return user;
  }
  throw new Error(`Nobody is at home at backend ${index}`);
}

for (
  const [what, said] of [
    ["a number nobody asked", "9 8\n200 OK\r\n"],
    ["a number of nothing", "0 8\n200 OK\r\n"],
    ["a reply without a number", "200 OK\r\n"],
    ["half an answer and a close", "1 8\n200"],
    ["an answer beyond the limit", "1 99999999\n"],
    ["that it gives up", "ERROR something is wrong\n"],
  ] as const
) {
  Deno.test(`a backend that says ${what} loses the trunk, and nobody gets a wrong answer`, async () => {
    await using a = new TrunkBackend();
    await using balancer = await balanceByTrunk(a);
    const client = ask(balancer.port, "REG ann\n");
    const { trunk } = await a.asked("REG ann");
    await trunk.say(said);
    if (said.endsWith("200")) trunk.close();
    assertEquals(await client.catch(() => ""), "");
    await balancer.tellsOf("A trunk to backend 0 was lost");
  });
}

Deno.test("a backend that answers twice loses the trunk: the second answer is nobody's", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const one = ask(balancer.port, "REG one\n");
  const { trunk } = await a.asked("REG one");
  const others = [ask(balancer.port, "REG two\n"), ask(balancer.port, "REG three\n")];
  await Promise.all(["REG two", "REG three"].map((line) => a.asked(line)));
  const mine = trunk.calls.length;
  await trunk.say("1 3\nONE1 3\nTWO");
  assertEquals(await one, "ONE");
  await balancer.tells("A trunk to backend 0 was lost (it answered what was not asked)");
  assertEquals(mine, 2);
  const [spared] = a.trunks.filter((each) => each !== trunk);
  await spared!.answer(1, "200 OK\r\n");
  const answers = await Promise.all(others.map((other) => other.catch(() => "")));
  assertEquals(answers.sort(), ["", "200 OK\r\n"]);
});

/** One of two trunks waits for an answer: it ends behind that, the other one at once. */
async function finishes(a: TrunkBackend, answer: () => Promise<void>): Promise<void> {
  const ended = (): number => a.trunks.filter(({ hasEnded }) => hasEnded).length;
  await a.until("the idle trunk's end", () => ended() === 1);
  await answer();
  await a.until("the other trunk's end", () => ended() === 2);
}

Deno.test("a backend that drains answers what it has, and gets nothing more", async () => {
  await using a = new TrunkBackend();
  await using other = new TestBackend("other");
  await using balancer = await balanceByTrunk(a, {
    backends: [a.address, `${other.address},backup`],
  });
  const client = ask(balancer.port, "REG ann\n");
  const { trunk, number } = await a.asked("REG ann");
  for (const each of a.trunks) await each.say("DRAIN\n");
  await finishes(a, async () => {
    await trunk.answer(number, "200 OK\r\n");
    assertEquals(await client, "200 OK\r\n");
  });
});

Deno.test("maintenance ends trunks when all is answered, and ready opens new ones", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const client = ask(balancer.port, "REG ann\n");
  const { trunk, number } = await a.asked("REG ann");
  const [backend] = balancer.service.pool.backends;
  backend!.adminState = "maintain";
  await finishes(a, async () => {
    await trunk.answer(number, "200 OK\r\n");
    assertEquals(await client, "200 OK\r\n");
  });
  for (const each of a.trunks) each.close();
  backend!.adminState = "ready";
  await a.until("new trunks", () => a.trunks.length === 4);
});

Deno.test("a drained backend keeps its trunks for what is under way", async () => {
  await using a = new TrunkBackend();
  await using other = new TestBackend("other");
  await using balancer = await balanceByTrunk(a, { backends: [a.address, other.address] });
  const client = ask(balancer.port, "REG ann\n");
  const { trunk, number } = await a.asked("REG ann");
  balancer.service.pool.backends[0]!.adminState = "drain";
  for (let turn = 0; turn < 3; turn++) assertEquals(await balancer.ask("x\n"), "other x\n");
  await trunk.answer(number, "200 OK\r\n");
  assertEquals(await client, "200 OK\r\n");
  assertEquals(a.trunks.map(({ hasEnded }) => hasEnded), [false, false]);
});

Deno.test("a reload may end trunks: what is under way is answered, the next goes apart", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const client = ask(balancer.port, "REG ann\n");
  const { trunk, number } = await a.asked("REG ann");
  balancer.service.reconfigure({ ...balancer.service.options, trunk: false });
  assertEquals(await balancer.ask("REG ben\n"), "apart REG ben\n");
  await trunk.answer(number, "200 OK\r\n");
  assertEquals(await client, "200 OK\r\n");
});

Deno.test("a backend that is taken out by a reload finishes what it has", async () => {
  await using a = new TrunkBackend();
  await using other = new TestBackend("other");
  await using balancer = await balanceByTrunk(a);
  const client = ask(balancer.port, "REG ann\n");
  const { trunk, number } = await a.asked("REG ann");
  const backends = new TestBalancer({ backends: [other.address] });
  balancer.service.reconfigure({
    ...balancer.service.options,
    backends: backends.service.options.backends,
  });
  await backends.stop(0);
  await finishes(a, async () => {
    await trunk.answer(number, "200 OK\r\n");
    assertEquals(await client, "200 OK\r\n");
  });
});

Deno.test("a balancer that stops waits for answers, within its grace", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const answered = ask(balancer.port, "REG ann\n");
  const { trunk, number } = await a.asked("REG ann");
  const stopping = balancer.stop(60_000);
  await trunk.answer(number, "200 OK\r\n");
  assertEquals(await answered, "200 OK\r\n");
  for (const each of a.trunks) each.close();
  await stopping;
});

Deno.test("a balancer that stops closes who is not answered when its grace is over", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const client = ask(balancer.port, "REG ann\n");
  await a.asked("REG ann");
  await balancer.stop(10);
  assertEquals(await client.catch(() => ""), "");
});

Deno.test("a request nobody answers is given up after the idle time", async () => {
  await using a = new TrunkBackend();
  const clock = new FakeClock();
  await using balancer = await balanceByTrunk(a, { idleTimeout: 0.2 }, { clock: clock.read });
  const client = ask(balancer.port, "REG ann\n");
  const { trunk, number } = await a.asked("REG ann");
  clock.advance(201);
  assertEquals(await client.catch(() => ""), "");
  // Its answer comes all the same, and is nobody's.
  await trunk.answer(number, "200 OK\r\n");
  const next = ask(balancer.port, "REG ben\n");
  const second = await a.asked("REG ben");
  await second.trunk.answer(second.number, "BEN");
  assertEquals(await next, "BEN");
});

/**
 * The balancer as a process: what it prints, how it starts, stops, is steered and reloaded. Rules:
 * docs/command-line.md.
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { echoing, TestBackend } from "../support/backends.ts";
import { BalancerProcess, ctl } from "../support/balancer_process.ts";
import { freePort } from "../support/free_port.ts";
import { ask, RawTcp } from "../support/raw_tcp.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test("backends that are down at the start are told of, watched, and taken when they are up", async () => {
  const port = freePort();
  const gone = `127.0.0.1:${port}`;
  await using b = new TestBackend("b");
  await using balancer = await BalancerProcess.start([gone, b.address], [
    "--check-interval=0.1",
  ]);
  await balancer.stderrShows(
    `[LB] Backend 0 is down: ${gone} (nothing is listening there)\n`,
  );
  assertEquals(await ask(balancer.port, "x\n"), "b x\n");
  await using _back = new TestBackend("back", undefined, port);
  await balancer.stderrShows(`[LB] Backend 0 is up: ${gone}\n`);
  const answers = [await ask(balancer.port, "x\n"), await ask(balancer.port, "x\n")];
  assertEquals(answers.sort(), ["b x\n", "back x\n"]);
});

Deno.test("--quiet leaves out the connections, and keeps what happens to backends", async () => {
  await using a = new TestBackend("a");
  await using balancer = await BalancerProcess.start([a.address], ["--quiet"]);
  assertEquals(await ask(balancer.port, "x\n"), "a x\n");
  await a.die();
  await balancer.stderrShows("is down");
  await balancer.endBy("SIGTERM");
  assertEquals(balancer.story.filter((line) => /client|closed/i.test(line)), []);
});

Deno.test("--log json is an access log: a line of JSON for every event", async () => {
  await using a = new TestBackend("a");
  await using balancer = await BalancerProcess.start([a.address], ["--log=json"]);
  assertEquals(await ask(balancer.port, "x\n"), "a x\n");
  await balancer.stderrShows("Connection closed");
  await balancer.endBy("SIGTERM");
  const events = balancer.story.map((line) => JSON.parse(line));
  const closed = events.find(({ message }) => message === "Connection closed");
  assertEquals([closed.service, closed.backend, closed.client], ["buddy", a.address, "127.0.0.1"]);
  assertEquals([closed.sent, closed.received, closed.end, closed.level], [2, 4, "ended", "info"]);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} exits 0, although connections are open and do nothing`, async () => {
    await using a = new TestBackend("a", echoing);
    const grace = signal === "SIGINT" ? [] : ["--stop-grace=0.2"];
    await using balancer = await BalancerProcess.start([a.address], grace);
    using idle = await RawTcp.connect(balancer.port);
    await idle.send("x");
    // There and back: nothing of it is under way when the time of grace runs.
    await idle.hears("x");
    const { code, stdout } = await balancer.endBy(signal);
    assertEquals(code, 0);
    assertMatch(stdout, /^ready \{[^\n]*\}\n$/);
    assertEquals(await idle.readToEnd(), "");
  });
}

Deno.test("a port in use: exit 1 and one line that says what to do", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await using balancer = BalancerProcess.spawn([
    "--host=127.0.0.1",
    `--listen=${port}`,
    "--admin-port=0",
  ]);
  const { code, stdout, stderr } = await balancer.ended();
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `load_balancer: Cannot listen on 127.0.0.1:${port} (TCP): the port is in use; ` +
      "stop the program that has it or choose another port\n",
  );
});

Deno.test("wrong usage: exit 2 and one line that says what is wrong", async () => {
  for (
    const [word, message] of [
      [
        "--backend=lab",
        'Cannot use --backend "lab": expected HOST:PORT[,weight=N][,max=N][,backup]',
      ],
      ["--backend=a:1,weight=x", "a weight is a number from 0 to 1000"],
      ["--strategy=best", 'Cannot use --strategy "best": expected one of round-robin, '],
      ["--tls-cert=c.pem", "Cannot use these options: TLS needs both --tls-cert and --tls-key"],
      ["--backend=localhost:1234", 'Cannot use backend "localhost:1234" of buddy: it is this'],
    ]
  ) {
    await using balancer = BalancerProcess.spawn([word!]);
    const { code, stdout, stderr } = await balancer.ended();
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^load_balancer: [^\n]*\n$/);
    assertStringIncludes(stderr, message!);
  }
});

Deno.test("ctl drains, takes out, brings back and weighs backends of a running balancer", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using balancer = await BalancerProcess.start([a.address, b.address]);
  const answers = async (count: number): Promise<string> => {
    let names = "";
    for (let turn = 0; turn < count; turn++) names += (await ask(balancer.port, "x\n"))[0];
    return names;
  };
  const drained = await ctl(balancer.admin, "drain", "0");
  assertEquals([drained.code, drained.stderr], [0, ""]);
  assertEquals(
    drained.stdout,
    `buddy on port ${balancer.port}: backend 0 ${a.address}: up, drain, weight 1, 0 connections\n`,
  );
  assertEquals(await answers(3), "bbb");
  assertEquals((await ctl(balancer.admin, "buddy", "ready", a.address)).code, 0);
  assertEquals([...await answers(4)].sort().join(""), "aabb");
  assertEquals((await ctl(balancer.admin, "weight", "1", "3")).code, 0);
  assertEquals([...await answers(8)].sort().join(""), "aabbbbbb");
  assertEquals((await ctl(balancer.admin, "maintain", "1")).code, 0);
  assertEquals(await answers(2), "aa");
  const { stdout } = await ctl(balancer.admin);
  assertEquals(stdout.split("\n").length, 3);
  assertStringIncludes(stdout, `: backend 1 ${b.address}: up, maintain, weight 3`);
  await balancer.stderrShows(`[LB] Backend 0: drain (${a.address})\n`);
});

Deno.test("ctl says what is wrong, on stderr, with the exit code of the contract", async () => {
  await using a = new TestBackend("a");
  await using balancer = await BalancerProcess.start([a.address]);
  for (
    const [words, code, message] of [
      [["drain", "7"], 1, 'There is no backend "7" in buddy, only 0 to 0'],
      [["rooms", "drain", "0"], 1, 'There is no service "rooms", only buddy'],
      [["drain"], 2, "Cannot drain: which backend?"],
      [["weight", "0", "heavy"], 2, "Cannot weight: a weight is 0 to 1000"],
      [["explode"], 2, 'Cannot use "explode": expected status, drain'],
    ] as const
  ) {
    const ended = await ctl(balancer.admin, ...words);
    assertEquals([ended.code, ended.stdout], [code, ""], words.join(" "));
    assertStringIncludes(ended.stderr, `load_balancer ctl: ${message}`);
  }
  await balancer.endBy("SIGKILL");
  const ended = await ctl(balancer.admin, "drain", "0");
  assertEquals(ended.code, 3);
  assertStringIncludes(ended.stderr, "nothing is listening there");
});

Deno.test("ctl says so when what listens there is no balancer", async () => {
  await using other = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({}),
  );
  for (const words of [["status"], ["drain", "0"]]) {
    const ended = await ctl(other.addr.port, ...words);
    assertEquals([ended.code, ended.stdout], [3, ""]);
    assertStringIncludes(ended.stderr, "that is no load balancer");
  }
});

/** A config file for one service on a free port. */
function config(backends: readonly string[], more = "", program = ""): string {
  return `{ // of a test
    "adminPort": 0, ${program}
    "services": {
      "buddy": { "host": "127.0.0.1", "listen": 0, "trunk": false, "backends": ${
    JSON.stringify(backends)
  } ${more} }
    }
  }`;
}

for (const how of ["SIGHUP", "the change of its file"] as const) {
  Deno.test(`${how} reloads the backends; a bad file is refused; live connections stay`, async () => {
    await using directory = await TempDir.make();
    const path = `${directory.path}/lb.jsonc`;
    await using a = new TestBackend("a", echoing);
    await using b = new TestBackend("b", echoing);
    await Deno.writeTextFile(path, config([a.address]));
    await using balancer = BalancerProcess.spawn([`--config=${path}`], directory.path);
    const { services } = await balancer.ready();
    using live = await RawTcp.connect(services.buddy!.tcp);
    await live.send("before ");
    await live.hears("before ");
    const change = async (text: string): Promise<void> => {
      await Deno.writeTextFile(`${path}.new`, text);
      await Deno.rename(`${path}.new`, path);
      if (how === "SIGHUP") balancer.signal("SIGHUP");
    };

    await change("{ oops");
    await balancer.stderrShows("[LB] The configuration stays as it was: Cannot read config file");
    await change(config([b.address], ', "listen": 9'));
    await balancer.stderrShows(
      '[LB] The configuration stays as it was: Cannot change "listen" of buddy: restart for it',
    );
    await change(config([b.address]));
    await balancer.stderrShows("[LB] The configuration was read again\n");
    assertEquals(a.asked + b.asked, 1);
    using next = await RawTcp.connect(services.buddy!.tcp);
    await next.send("y");
    await next.hears("y");
    assertEquals([a.asked, b.asked], [1, 1]);
    await live.send("after");
    await live.finish();
    assertEquals(await live.readToEnd(), "after");
  });
}

Deno.test("a reload takes quiet and stopGrace, and says what needs a restart", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/lb.jsonc`;
  await using a = new TestBackend("a", echoing);
  await Deno.writeTextFile(path, config([a.address], "", '"stopGrace": 600,'));
  await using balancer = BalancerProcess.spawn([`--config=${path}`], directory.path);
  const { services } = await balancer.ready();
  const program = '"quiet": true, "stopGrace": 0.1, "logLevel": "debug",';
  await Deno.writeTextFile(path, config([a.address], "", program));
  balancer.signal("SIGHUP");
  await balancer.stderrShows('[LB] "logLevel" stays info until a restart, not debug\n');
  using held = await RawTcp.connect(services.buddy!.tcp);
  await held.send("x");
  await held.hears("x");
  // With the grace it was started with, this would not end.
  assertEquals((await balancer.endBy("SIGTERM")).code, 0);
  assertEquals(await held.readToEnd(), "");
  assertEquals(balancer.story.filter((line) => /client/i.test(line)), []);
});

Deno.test("SIGHUP while it stops changes nothing, and does not end it", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await BalancerProcess.start([a.address], ["--stop-grace=600"]);
  using live = await RawTcp.connect(balancer.port);
  await live.send("before ");
  await live.hears("before ");
  balancer.signal("SIGTERM");
  await balancer.stderrShows("[LB] Stopping\n");
  balancer.signal("SIGHUP");
  await live.send("after");
  await live.finish();
  assertEquals(await live.readToEnd(), "after");
  const { code, stderr } = await balancer.ended();
  assertEquals([code, stderr.includes("read again")], [0, false]);
});

Deno.test("several services are told apart, and their ports are in the ready line", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/lb.jsonc`;
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  const service = (backend: string) => ({ host: "127.0.0.1", listen: 0, backends: [backend] });
  const services = { buddy: service(a.address), chat: service(b.address) };
  await Deno.writeTextFile(path, JSON.stringify({ adminPort: 0, services }));
  await using balancer = BalancerProcess.spawn([`--config=${path}`], directory.path);
  const ready = await balancer.ready();
  assertEquals(Object.keys(ready.services), ["buddy", "chat"]);
  assertEquals(await ask(ready.services.buddy!.tcp, "x\n"), "a x\n");
  assertEquals(await ask(ready.services.chat!.tcp, "x\n"), "b x\n");
  await balancer.stderrShows("[LB] chat: New client -> backend #0\n");
  const listed = await fetch(`http://127.0.0.1:${ready.admin}/`).then((answer) => answer.json());
  assertEquals(listed.services.chat.backends[0].name, b.address);
});

import { assertEquals } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { Prober, type ProberWorld } from "../../lib/balancer/prober.ts";
import { Backend } from "../../lib/balancer/backend.ts";
import { parseBackend } from "../../lib/config/backend_option.ts";
import {
  type Behaviour,
  closingAtOnce,
  counting,
  hanging,
  TestBackend,
} from "../support/backends.ts";
import { eventually } from "../support/eventually.ts";
import { serviceOptions, type TestOptions } from "../support/test_balancer.ts";
import { TestServer } from "../support/server.ts";
import { within } from "../support/within.ts";

/** The world of a prober that tells this of each result. */
function worldOf(
  report: (isGood: boolean, reason: string) => void,
  options: TestOptions,
): ProberWorld {
  return {
    connect: (hostname, port) => Deno.connect({ hostname, port }),
    random: () => 0.5,
    settings: () => serviceOptions({ checkInterval: 1000, ...options }),
    preface: () => undefined,
    report: (_, isGood, reason) => report(isGood, reason),
  };
}

/** What one check says of a backend: `good`, or why not. */
async function checked(
  address: string,
  options: TestOptions,
  world: Partial<ProberWorld> = {},
): Promise<string> {
  const results: string[] = [];
  const prober = new Prober({
    ...worldOf((isGood, reason) => results.push(isGood ? "good" : reason), options),
    ...world,
  });
  await within("a check", prober.watch(new Backend(0, parseBackend(address, ""))));
  await prober.stop();
  return results.join();
}

/** Answers whatever line comes with this. */
function replying(reply: string): Behaviour {
  return async (stream: ByteStream) => {
    await stream.read(new Uint8Array(100));
    await writeAll(stream, new TextEncoder().encode(reply));
  };
}

const CLOSES = "it closes connections at once";
const HANGS = "it takes connections and does not answer";

for (const check of ["answer", "buddy"] as const) {
  Deno.test(`the ${check} check is content with our server, and changes nothing there`, async () => {
    await using server = await TestServer.start();
    assertEquals(await checked(`127.0.0.1:${server.tcp}`, { check }), "good");
  });

  Deno.test(`the ${check} check finds out who takes connections and hangs`, async () => {
    await using a = new TestBackend("a", hanging);
    assertEquals(await checked(a.address, { check, checkTimeout: 0.2 }), HANGS);
  });
}

Deno.test("a check is over when its time is, also where that is before it is connected", async () => {
  await using a = new TestBackend("a", hanging);
  const connect: ProberWorld["connect"] = async (hostname, port) => {
    await new Promise((resume) => setTimeout(resume, 100));
    return await Deno.connect({ hostname, port });
  };
  for (const check of ["answer", "buddy", "connect"] as const) {
    assertEquals(await checked(a.address, { check, checkTimeout: 0.05 }, { connect }), HANGS);
  }
});

Deno.test("the connect check asks for no more than a connection", async () => {
  await using a = new TestBackend("a", hanging);
  assertEquals(await checked(a.address, { check: "connect" }), "good");
  await a.die();
  assertEquals((await checked(a.address, { check: "connect" })).includes("refused"), true);
});

Deno.test("the answer check takes any server that ends when its client does, and none before", async () => {
  await using a = new TestBackend("a", counting);
  assertEquals(await checked(a.address, { check: "answer" }), "good");
  a.behaviour = closingAtOnce;
  // What is at once is a moment: on a busy machine it may pass before the end comes.
  await eventually("it is found out", async () => {
    return await checked(a.address, { check: "answer" }) === CLOSES;
  });
});

Deno.test("a doubted backend is checked at once, and more closely", async () => {
  await using a = new TestBackend("a", counting);
  const results: string[] = [];
  const prober = new Prober(
    worldOf((isGood, reason) => results.push(isGood ? "good" : reason), { check: "connect" }),
  );
  const backend = new Backend(0, parseBackend(a.address, ""));
  await prober.watch(backend);
  a.behaviour = closingAtOnce;
  assertEquals(results, ["good"]);
  await eventually("it is found out", async () => {
    const before = results.length;
    prober.doubt(backend);
    prober.doubt(backend);
    await eventually("a check", () => results.length > before);
    return results.at(-1) === CLOSES;
  });
  const checks = results.length;
  prober.forget(backend);
  prober.doubt(backend);
  await prober.stop();
  assertEquals([a.accepted, results.length], [checks, checks]);
});

Deno.test("what this machine lacks says nothing about a backend", async () => {
  const results: string[] = [];
  const prober = new Prober({
    ...worldOf((_, reason) => results.push(reason), {}),
    connect: () => Promise.reject(new OperationalError("no descriptor left")),
  });
  await prober.watch(new Backend(0, parseBackend("127.0.0.1:1", "")));
  await prober.stop();
  assertEquals(results, []);
});

Deno.test("the buddy check takes what older servers say to CAP", async () => {
  for (
    const [reply, result] of [
      ["201 INVALID\r\n", "good"],
      ["201 INVALID\n", "good"],
      ["200 OK parley/1 get info\r\n", "good"],
      ["500 STORAGE\r\n", 'it answers the buddy probe with "500"'],
      ["HTTP/1.1 400 Bad Request\r\n", 'it answers the buddy probe with "HTT"'],
      ["", 'it answers the buddy probe with ""'],
    ] as const
  ) {
    await using a = new TestBackend("a", replying(reply));
    assertEquals(await checked(a.address, { check: "buddy" }), result);
  }
});

Deno.test("a backend that expects a PROXY header is sent one first", async () => {
  let seen = "";
  await using a = new TestBackend("a", async (stream) => {
    const bytes = new Uint8Array(100);
    seen += new TextDecoder().decode(bytes.subarray(0, await stream.read(bytes) ?? 0));
  });
  const preface = new TextEncoder().encode("PROXY UNKNOWN\r\n");
  const world = { preface: () => preface };
  assertEquals(await checked(a.address, { check: "answer" }, world), "good");
  assertEquals(seen, "PROXY UNKNOWN\r\n");
});

Deno.test("a backend in maintenance is not asked", async () => {
  await using a = new TestBackend("a");
  const prober = new Prober(worldOf(() => {}, {}));
  const backend = new Backend(0, parseBackend(a.address, ""));
  backend.adminState = "maintain";
  await prober.watch(backend);
  await prober.stop();
  assertEquals(a.accepted, 0);
});

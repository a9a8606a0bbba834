/** OpenTelemetry as Deno exports it, with a stub for the collector. */

import { assert, assertEquals } from "@std/assert";
import { ChatClient } from "../support/chat_client.ts";
import { eventually } from "../support/eventually.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RawMember } from "../support/room_server.ts";
import { ServerProcess } from "../support/server_process.ts";
import type { Ports } from "../support/site.ts";
import { TempDir } from "../support/temp_dir.ts";

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface ExportedSpan {
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

/** Takes what is exported over HTTP, as JSON. */
class Collector implements AsyncDisposable {
  readonly spans: ExportedSpan[] = [];
  /** Everything that came, for what must not be in it. */
  everything = "";
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, this.#take);
  }

  /** What tells Deno to export to it. */
  get env(): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_SERVICE_NAME: "parley-server",
      OTEL_BSP_SCHEDULE_DELAY: "50",
    };
  }

  /** The first span of a name, once it has come. */
  async span(name: string): Promise<ExportedSpan> {
    await eventually(`the span "${name}"`, () => this.spans.some((span) => span.name === name));
    return this.spans.find((span) => span.name === name)!;
  }

  /** What became of what is called so, in order. */
  replies(name: string): (string | undefined)[] {
    return this.spans.filter((span) => span.name === name).map(({ attributes }) =>
      attributes.find(({ key }) => key === "parley.reply")?.value.stringValue
    );
  }

  readonly #take = async (request: Request): Promise<Response> => {
    const text = await request.text();
    this.everything += text;
    if (new URL(request.url).pathname === "/v1/traces") {
      for (const { scopeSpans } of JSON.parse(text).resourceSpans) {
        for (const { spans } of scopeSpans) this.spans.push(...spans);
      }
    }
    return Response.json({});
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

Deno.test("OTEL_DENO=true exports spans named for what they are, and no secret", async () => {
  await using collector = new Collector();
  await using directory = await TempDir.make();
  const { env } = collector;
  await using server = await ServerProcess.start(directory.path, ["--status-port=0"], { env });
  const { status } = server.ports as unknown as { readonly status: number };
  assertEquals(await ask(server.ports.buddy.tcp, "REG ann\r\n"), "200 OK\r\n");
  assertEquals(await ask(server.ports.buddy.tcp, "REG ann\r\n"), "203 USER EXISTS\r\n");
  for (const path of ["/healthz", "/healthz?user=ann", "/strangers/path"]) {
    await (await fetch(`http://127.0.0.1:${status}${path}`)).text();
  }
  await (await fetch(`http://127.0.0.1:${status}/x`, { method: "STRANGE" })).text();
  await eventually("both requests", () => collector.replies("buddy register").length === 2);
  assertEquals(collector.replies("buddy register"), ["200", "203"]);
  await collector.span("store commit");
  await collector.span("GET /healthz");
  await collector.span("GET other");
  await collector.span("other");
  assert(collector.everything.includes("parley-server"));
  // What Deno itself says of an HTTP request is its address, and nothing takes it back.
  const own = collector.spans.filter(({ name }) => !/^(?:GET|other)/.test(name));
  assert(!JSON.stringify(own).includes("ann"), "a user's name was exported");
  const names = new Set(collector.spans.map(({ name }) => name));
  assertEquals([...names].filter((name) => /ann|strange/i.test(name)), []);
});

Deno.test("of datagrams one in sixteen has a span: answers about presence, messages of rooms", async () => {
  await using collector = new Collector();
  await using directory = await TempDir.make();
  const { env } = collector;
  const words = ["--services=buddy,rooms", "--rooms-tcp-port=0", "--rooms-udp-port=0"];
  await using server = await ServerProcess.start(directory.path, [...words, "--status-port=0"], {
    env,
  });
  const { buddy, rooms } = server.ports as unknown as Ports;
  await ask(buddy.tcp, "REG ann\r\n");
  using udp = new RawUdp(buddy.udp);
  using host = await RawMember.enter(rooms, 1, "lab", "ann");
  using guest = await RawMember.enter(rooms, 2, "lab", "bob");
  for (let turn = 0; turn < 17; turn++) {
    await udp.ask("GET ann");
    await guest.says("hi");
    await host.hears();
  }
  for (const name of ["buddy answer", "rooms message"]) {
    await eventually(`two of "${name}"`, () => collector.replies(name).length === 2);
  }
});

Deno.test("a login's span tells how it ended", async () => {
  await using collector = new Collector();
  await using directory = await TempDir.make();
  const { env } = collector;
  const words = ["--services=buddy,chat", "--chat-port=0"];
  await using server = await ServerProcess.start(directory.path, words, { env });
  const { tcp } = server.ports.chat as { readonly tcp: number };
  using _ann = await ChatClient.enter(tcp, "ann", "sesame");
  using eve = await ChatClient.connect(tcp);
  await eve.send("C LOGIN ann\nC PASSWORD wrong\n");
  await eve.line();
  await eve.line();
  await eventually("both logins", () => collector.replies("chat login").length === 2);
  assertEquals(collector.replies("chat login"), ["registered", "wrong"]);
});

Deno.test("without the switch nothing is exported, and the server serves all the same", async () => {
  await using collector = new Collector();
  await using directory = await TempDir.make();
  const { OTEL_DENO: _, ...env } = collector.env;
  await using server = await ServerProcess.start(directory.path, [], { env });
  assertEquals(await ask(server.ports.buddy.tcp, "REG ann\r\n"), "200 OK\r\n");
  assertEquals((await server.endBy("SIGTERM")).code, 0);
  assertEquals(collector.everything, "");
});

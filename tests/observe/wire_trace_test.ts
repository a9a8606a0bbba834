import { assert, assertEquals } from "@std/assert";
import { TRACE_LIMITS } from "../../lib/core/limits.ts";
import type { WireMessage } from "../../lib/core/wire_message.ts";
import { WireTrace } from "../../lib/observe/wire_trace.ts";
import { createDescriber } from "../../lib/wire/describe.ts";
import { encodeProxyV1 } from "../../lib/wire/proxy_protocol.ts";
import { latin1 } from "../samples/sample.ts";
import { join } from "../wire/cuttings.ts";

const CLIENT = { ip: "192.0.2.7", port: 40112 };
const SERVER = { name: "server", ip: "192.0.2.1", port: 1234 };
const PLAIN = { mayRelay: false, isTls: false } as const;
const BUDDY = { service: "buddy", client: CLIENT, server: SERVER, ...PLAIN } as const;
const ASKS = { isToServer: true, mayRelay: false } as const;
const ANSWERS = { isToServer: false, mayRelay: false } as const;

function trace(): { trace: WireTrace; messages: WireMessage[]; told: () => string[] } {
  const messages: WireMessage[] = [];
  return {
    messages,
    trace: new WireTrace({
      describer: createDescriber(),
      clock: () => 1000 * messages.length,
      show: (message) => messages.push(message),
    }),
    told: () =>
      messages.map(({ transport, from, to, text }) =>
        `${transport} ${from.name}:${from.port} ${to.name}:${to.port} ${text}`
      ),
  };
}

const NONE = { permissions: "none" } as const;

Deno.test(
  "connection() tells of the beginning, each message, and the end of each side",
  NONE,
  () => {
    const { trace: wire, told, messages } = trace();
    const tap = wire.connection(BUDDY);
    tap.bytes("client", latin1("REG al"));
    assertEquals(told(), []);
    tap.bytes("client", latin1("ice\n"));
    tap.bytes("server", latin1("200 OK\r\n"));
    for (const side of ["server", "client", "server"] as const) tap.end(side);
    assertEquals(told(), [
      "TCP alice:40112 server:1234 (connects)",
      "TCP alice:40112 server:1234 REG alice",
      "TCP server:1234 alice:40112 200 OK",
      "TCP server:1234 alice:40112 (ends its side)",
      "TCP alice:40112 server:1234 (ends its side)",
    ]);
    assertEquals(messages.map(({ id }) => id), [1, 2, 3, 4, 5]);
    assertEquals(messages.map(({ time }) => time), [0, 1000, 2000, 3000, 4000]);
    assertEquals(messages.map(({ kind }) => kind), ["open", "message", "message", "end", "end"]);
    assert(messages.every(({ user, protocol }) => user === "alice" && protocol === "buddy"));
  },
);

Deno.test("connection() says nothing of one over which nothing is said", NONE, () => {
  const { trace: wire, told } = trace();
  const tap = wire.connection(BUDDY);
  tap.end("client");
  tap.end("server");
  assertEquals(told(), []);
});

Deno.test("connection() calls a client by its address until a message names its user", NONE, () => {
  const { trace: wire, told } = trace();
  wire.connection(BUDDY).bytes("client", latin1("CAP\nREG alice\n"));
  assertEquals(told(), [
    "TCP 192.0.2.7:40112 server:1234 (connects)",
    "TCP 192.0.2.7:40112 server:1234 CAP",
    "TCP alice:40112 server:1234 REG alice",
  ]);
});

Deno.test("connection() calls one that is passed on by the balancer that does so", NONE, () => {
  const { trace: wire, told, messages } = trace();
  const source = { ip: "198.51.100.9", port: 5000 };
  const header = encodeProxyV1({ kind: "proxied", source, destination: source });
  wire.connection({ ...BUDDY, mayRelay: true }).bytes(
    "client",
    join([header, latin1("REG alice\n")]),
  );
  assertEquals(told().at(-1), "TCP balancer 192.0.2.7:40112 server:1234 REG alice");
  assertEquals(messages.at(-1)?.user, "alice");
});

Deno.test("connection() keeps the name of an end that is known beforehand", NONE, () => {
  const { trace: wire, told } = trace();
  const client = { name: "balancer", ...CLIENT };
  const tap = wire.connection({ ...BUDDY, service: "any", client });
  tap.bytes("client", latin1("REG alice\n"));
  assertEquals(told().at(-1), "TCP balancer:40112 server:1234 REG alice");
});

Deno.test("a user who is called as programs are stands in quotes", NONE, () => {
  const { trace: wire, told } = trace();
  wire.connection(BUDDY).bytes("client", latin1("REG server\n"));
  assertEquals(told().at(-1), 'TCP "server":40112 server:1234 REG server');
});

Deno.test("datagram() remembers who sends from an address", NONE, () => {
  const { trace: wire, told, messages } = trace();
  const server = { name: "server", port: 1235 };
  const ask = { service: "buddy", from: CLIENT, to: server, ...ASKS } as const;
  wire.datagram({ ...ask, bytes: latin1("GET alice\n") });
  wire.datagram({ ...ask, from: server, to: CLIENT, ...ANSWERS, bytes: latin1("") });
  assertEquals(told(), [
    "UDP alice:40112 server:1235 GET alice",
    "UDP server:1235 alice:40112 (an empty datagram: no buddies)",
  ]);
  assertEquals(messages[1]?.from.ip, undefined);
});

Deno.test("connection() tells the inside of TLS from plain TCP", NONE, () => {
  const { trace: wire, told } = trace();
  wire.connection({ ...BUDDY, isTls: true }).bytes("client", latin1("REG alice\n"));
  assertEquals(told().at(-1), "TLS alice:40112 server:1234 REG alice");
});

Deno.test("connection() believes no PROXY header but a balancer's", NONE, () => {
  const { trace: wire, messages } = trace();
  const header = latin1("PROXY TCP4 9.9.9.9 8.8.8.8 1 2\r\n");
  wire.connection(BUDDY).bytes("client", header);
  assertEquals(messages.map(({ from }) => from.name), ["192.0.2.7", "192.0.2.7"]);
});

Deno.test("datagram() knows whom an answer is for that a balancer is given", NONE, () => {
  const { trace: wire, messages } = trace();
  const balancer = { name: "balancer", port: 5000 };
  const server = { name: "server 192.0.2.1:5001", ip: "192.0.2.1", port: 5003 };
  const ask = { service: "buddy", from: balancer, to: server, ...ASKS } as const;
  const answer = { ...ask, from: server, to: balancer, ...ANSWERS } as const;
  for (const user of ["alice", "bob"]) {
    wire.datagram({ ...ask, bytes: latin1(`GET ${user}\n`) });
    wire.datagram({ ...answer, bytes: latin1("carol 100 ONLINE 192.0.2.9 4001\n") });
  }
  wire.datagram({ ...answer, to: { ...balancer, port: 5001 }, bytes: latin1("") });
  assertEquals(messages.map(({ user }) => user), ["alice", "alice", "bob", "bob", undefined]);
  assertEquals(messages[1]?.to.name, "balancer");
});

Deno.test("what a trace tells is visible, and bounded", NONE, () => {
  const { trace: wire, messages } = trace();
  const long = "\x1b[31m".repeat(800);
  const tap = wire.connection({ ...BUDDY, service: "peer" });
  tap.bytes("client", latin1(`${long}\n`));
  const { text, bytes, size, fields } = messages.at(-1)!;
  assert(text.startsWith("^[[31m^[[31m") && text.endsWith("..."), text);
  assert(!JSON.stringify([text, fields]).includes("\\u001b"));
  assert(text.length < 3 * TRACE_LIMITS.text);
  assertEquals([bytes.length, size], [4001, 4001]);

  wire.datagram({
    service: "rooms",
    from: SERVER,
    to: CLIENT,
    ...ANSWERS,
    bytes: latin1(`\x01a${"x".repeat(60_000)}`),
  });
  const cut = messages.at(-1)!;
  assertEquals([cut.bytes.length, cut.size], [TRACE_LIMITS.bytesOfMessage, 60_002]);
});

Deno.test("a trace keeps no buffer that is used again", NONE, () => {
  const { trace: wire, messages } = trace();
  const buffer = latin1("GET alice\n");
  wire.datagram({ service: "buddy", from: CLIENT, to: SERVER, ...ASKS, bytes: buffer });
  buffer.fill(0);
  assertEquals(new TextDecoder().decode(messages[0]?.bytes), "GET alice\n");
});

import { assertEquals, assertRejects } from "@std/assert";
import type { Trace, TracedConnection } from "../../lib/core/ports.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { openSocket } from "../../lib/net/traced_socket.ts";
import {
  tracedArrival,
  tracedDial,
  tracedInside,
  TracedStream,
} from "../../lib/net/traced_stream.ts";
import { latin1 } from "../samples/sample.ts";
import { RawUdp } from "../support/raw_udp.ts";

/** A trace that writes down what it is told. */
class NotedTrace implements Trace {
  readonly notes: string[] = [];
  readonly connection: Trace["connection"] = ({ service, client, server }) => {
    this.notes.push(`${service}: ${client.ip}:${client.port} ${server.name}:${server.port}`);
    return {
      bytes: (from, bytes) => this.notes.push(`${from}: ${text(bytes)}`),
      end: (from) => this.notes.push(`${from} ends`),
    };
  };
  readonly datagram: Trace["datagram"] = ({ service, from, to, isToServer, bytes }) => {
    const ends = `${from.name ?? from.ip} to ${to.name ?? to.ip}`;
    this.notes.push(`${service}, ${ends}, ${isToServer ? "asks" : "answers"}: ${text(bytes)}`);
  };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const AT = { remoteIp: "192.0.2.7", remotePort: 4000, localIp: "192.0.2.1", localPort: 1234 };

Deno.test("a traced connection tells what went each way, and is the same to its owner", async () => {
  const trace = new NotedTrace();
  const [ours, theirs] = memoryPair();
  const accepted = tracedArrival({ stream: ours, ...AT }, {
    ...{ trace, service: "buddy", name: "server" },
  });
  await theirs.write(latin1("REG alice\n"));
  const into = new Uint8Array(100);
  assertEquals(await accepted.stream.read(into), 10);
  await accepted.stream.write(latin1("200 OK\r\n"));
  await accepted.stream.closeWrite();
  await theirs.closeWrite();
  assertEquals(await accepted.stream.read(into), null);
  accepted.stream.close();
  assertEquals(text(into.subarray(0, await theirs.read(into) ?? 0)), "200 OK\r\n");
  assertEquals(trace.notes, [
    "buddy: 192.0.2.7:4000 server:1234",
    "client: REG alice\n",
    "server: 200 OK\r\n",
    "server ends",
    "client ends",
    "server ends",
  ]);
});

Deno.test("a traced connection tells no bytes that were not taken", async () => {
  const trace = new NotedTrace();
  const tap = trace.connection({
    ...{ service: "any", client: { port: 1 }, server: { port: 2 } },
    ...{ mayRelay: false, isTls: false },
  });
  const stream = new TracedStream(
    {
      read: () => Promise.reject(new Error("reset")),
      write: () => Promise.resolve(3),
      closeWrite: () => Promise.reject(new Error("gone")),
      close() {},
    },
    tap,
    "client",
  );
  assertEquals(await stream.write(latin1("abcdef")), 3);
  await assertRejects(() => stream.read(new Uint8Array(1)), Error, "reset");
  await assertRejects(() => stream.closeWrite(), Error, "gone");
  assertEquals(trace.notes.slice(1), ["client: abc"]);
});

Deno.test("without a trace a connection stays the very one it is", () => {
  const [ours, theirs] = memoryPair();
  const accepted = { stream: ours, ...AT };
  assertEquals(tracedArrival(accepted, undefined) === accepted, true);
  for (const stream of [ours, theirs]) stream.close();
});

/** What a trace is told of connections. */
function tellsOf(): { trace: Trace; told: Pick<TracedConnection, "mayRelay" | "isTls">[] } {
  const told: Pick<TracedConnection, "mayRelay" | "isTls">[] = [];
  const tap = { bytes() {}, end() {} };
  const connection: Trace["connection"] = ({ mayRelay, isTls }) => {
    told.push({ mayRelay, isTls });
    return tap;
  };
  return { told, trace: { connection, datagram() {} } };
}

Deno.test("a trace is told whose PROXY headers are believed, and what is inside of TLS", () => {
  const { trace, told } = tellsOf();
  const isProxy = (ip: string): boolean => ip === AT.remoteIp;
  const tracing = { trace, service: "buddy", name: "server" } as const;
  const [ours, theirs] = memoryPair();
  const accepted = { stream: ours, ...AT };
  const stranger = { ...accepted, remoteIp: "192.0.2.8" };
  tracedArrival(accepted, tracing);
  tracedArrival(accepted, { ...tracing, isProxy });
  tracedArrival(stranger, { ...tracing, isProxy });
  tracedInside(accepted, { ...tracing, isProxy });
  const at = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
  const conn = Object.assign(theirs, { localAddr: at, remoteAddr: at });
  tracedDial(conn, tracing);
  tracedDial(conn, { ...tracing, mayRelay: true });
  tracedDial(Object.assign(conn, { handshake() {} }), tracing);
  for (const stream of [ours, theirs]) stream.close();
  const [none, relay, tls] = [[false, false], [true, false], [false, true]];
  assertEquals(
    told.map(({ mayRelay, isTls }) => [mayRelay, isTls]),
    [none, relay, none, tls, none, relay, tls],
  );
});

Deno.test("a traced socket tells of every datagram, however it is sent", async () => {
  const trace = new NotedTrace();
  const address = { hostname: "127.0.0.1", port: 0 };
  const socket = openSocket(address, { trace, service: "buddy", name: "server", own: "server" });
  using client = new RawUdp(socket.port);
  const answered = Promise.withResolvers<void>();
  const receiving = socket.receive(async (bytes, from) => {
    assertEquals(text(bytes), "GET alice\n");
    socket.send(latin1("1"), from);
    socket.sendText("2", from);
    socket.sendTo(latin1("3"), socket.destination(from));
    await socket.sendNow(latin1("4"), from);
    answered.resolve();
  }, 100);
  await client.send("GET alice\n");
  for (const one of ["1", "2", "3", "4"]) assertEquals(await client.receive(), one);
  await answered.promise;
  socket.close();
  await receiving;
  assertEquals(trace.notes, [
    "buddy, 127.0.0.1 to server, asks: GET alice\n",
    ...["1", "2", "3", "4"].map((one) => `buddy, server to 127.0.0.1, answers: ${one}`),
  ]);
});

Deno.test("a traced socket towards a server asks, and calls it what it is called", async () => {
  const trace = new NotedTrace();
  const to = { ip: "127.0.0.1", port: 9 };
  const socket = openSocket({ hostname: "127.0.0.1", port: 0 }, {
    ...{ trace, service: "rooms", name: "balancer", own: "client" },
    peer: ({ port }) => port === to.port ? "server one" : undefined,
  });
  await socket.sendNow(latin1("hello"), to);
  socket.close();
  assertEquals(trace.notes, ["rooms, balancer to server one, asks: hello"]);
});

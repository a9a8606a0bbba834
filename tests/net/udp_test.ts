import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { MAX_PENDING_DATAGRAMS } from "../../lib/core/limits.ts";
import { type DatagramAddress, DatagramSocket } from "../../lib/net/udp.ts";
import { eventually } from "../support/eventually.ts";
import { canListenOn, NOBODYS_PORT } from "../support/machine.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { within } from "../support/within.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };

interface Arrival {
  readonly length: number;
  readonly from: DatagramAddress;
}

/** Echoes what it receives until closed: what arrived, and from where. */
function echo(
  socket: DatagramSocket,
  maxBytes = 100,
): { readonly arrived: Arrival[]; readonly done: Promise<void> } {
  const arrived: Arrival[] = [];
  const done = socket.receive((bytes, from) => {
    arrived.push({ length: bytes.length, from });
    socket.send(bytes.slice(), from);
  }, maxBytes);
  return { arrived, done };
}

Deno.test("DatagramSocket says that a port is in use, and what to do", () => {
  const socket = new DatagramSocket(HERE);
  const error = assertThrows(
    () => new DatagramSocket({ ...HERE, port: socket.port }),
    OperationalError,
  );
  socket.close();
  assertEquals(
    error.message,
    `Cannot listen on 127.0.0.1:${socket.port} (UDP): the port is in use; ` +
      "stop the program that has it or choose another port",
  );
});

Deno.test("receive() hands on datagrams with their source, and returns when closed", async () => {
  const socket = new DatagramSocket(HERE);
  const { arrived, done } = echo(socket);
  using client = new RawUdp(socket.port);
  assertEquals(await client.ask("hello"), "hello");
  assertEquals(await client.ask(""), "");
  assertEquals(arrived, [
    { length: 5, from: { ip: "127.0.0.1", port: client.port } },
    { length: 0, from: { ip: "127.0.0.1", port: client.port } },
  ]);
  socket.close();
  await done;
});

Deno.test("sendText() sends every text as it was, however many are under way and however long", async () => {
  const socket = new DatagramSocket(HERE);
  using client = new RawUdp(socket.port);
  const to = { ip: "127.0.0.1", port: client.port };
  const texts = [
    "",
    "b 101 OFFLINE unknown 0\n",
    "\u20ac".repeat(1000),
    "x".repeat(9000),
    "z".repeat(1365),
  ];
  for (let round = 0; round < 20; round++) {
    for (const text of texts) socket.sendText(text, to);
    for (const text of texts) assertEquals(await client.receive(), text);
  }
  socket.close();
});

Deno.test("sendTo() sends one message to many, and says when too many wait", async () => {
  const socket = new DatagramSocket(HERE);
  const clients = Array.from({ length: 3 }, () => new RawUdp(socket.port));
  const places = clients.map(({ port }) => socket.destination({ ip: "127.0.0.1", port }));
  const message = new TextEncoder().encode("hello");
  assertEquals(places.map((place) => socket.sendTo(message, place)), [true, true, true]);
  for (const client of clients) assertEquals(await client.receive(), "hello");
  // Nothing is finished before we wait: what is over the bound is refused.
  const nowhere = socket.destination({ ip: "127.0.0.1", port: clients[0]!.port });
  let taken = 0;
  while (taken <= MAX_PENDING_DATAGRAMS && socket.sendTo(message, nowhere)) taken++;
  assertEquals(taken, MAX_PENDING_DATAGRAMS);
  await eventually("nothing waits", () => socket.pending === 0);
  assertEquals(socket.sendTo(message, nowhere), true);
  await eventually("nothing waits again", () => socket.pending === 0);
  for (const client of clients) client[Symbol.dispose]();
  socket.close();
});

Deno.test("receive() cuts a long datagram to one byte more than asked for", async () => {
  const socket = new DatagramSocket(HERE);
  const { arrived, done } = echo(socket, 10);
  using client = new RawUdp(socket.port);
  for (const length of [9, 10, 11, 1000]) await client.ask("x".repeat(length));
  assertEquals(arrived.map(({ length }) => length), [9, 10, 11, 11]);
  socket.close();
  await done;
});

Deno.test("receive() goes on after a datagram that was sent to nobody", async () => {
  const socket = new DatagramSocket(HERE);
  const { done } = echo(socket);
  await socket.sendNow(new Uint8Array(1), { ip: "127.0.0.1", port: NOBODYS_PORT });
  using client = new RawUdp(socket.port);
  assertEquals(await client.ask("still there?"), "still there?");
  socket.close();
  await done;
});

Deno.test("send() of what cannot be sent is lost without an error", async () => {
  const socket = new DatagramSocket(HERE);
  const { done } = echo(socket);
  using client = new RawUdp(socket.port);
  socket.send(new Uint8Array(70_000), { ip: "127.0.0.1", port: client.port });
  assertEquals(await client.ask("next"), "next");
  socket.close();
  socket.send(new Uint8Array(1), { ip: "127.0.0.1", port: client.port });
  await done;
});

Deno.test("sendNow() rejects when the socket is closed", async () => {
  const socket = new DatagramSocket(HERE);
  socket.close();
  await assertRejects(() => socket.sendNow(new Uint8Array(1), { ip: "127.0.0.1", port: 9 }));
});

Deno.test({
  name: "a socket bound to :: answers IPv4 and IPv6, each by its own spelling (needs ::1)",
  ignore: !canListenOn("::1"),
  async fn() {
    const socket = new DatagramSocket({ hostname: "::", port: 0 });
    const { arrived, done } = echo(socket);
    using four = new RawUdp(socket.port, "127.0.0.1");
    using six = new RawUdp(socket.port, "::1");
    assertEquals(await four.ask("four"), "four");
    assertEquals(await six.ask("six"), "six");
    assertEquals(arrived.map(({ from }) => from.ip), ["127.0.0.1", "::1"]);
    socket.close();
    await done;
  },
});

Deno.test("DatagramSocket sends in order, from its first datagram on", async () => {
  const received: number[] = [];
  const all = Promise.withResolvers<void>();
  const receiver = new DatagramSocket({ hostname: "127.0.0.1", port: 0 });
  const receiving = receiver.receive((bytes) => {
    if (received.push(bytes[0]!) === 30) all.resolve();
  }, 10);
  const sender = new DatagramSocket({ hostname: "127.0.0.1", port: 0 });
  const to = { ip: "127.0.0.1", port: receiver.port };
  for (let number = 0; number < 10; number++) sender.send(Uint8Array.of(number), to);
  for (let number = 10; number < 20; number++) {
    sender.sendTo(Uint8Array.of(number), sender.destination(to));
  }
  await new Promise((resume) => setTimeout(resume));
  for (let number = 20; number < 30; number++) sender.send(Uint8Array.of(number), to);
  await within("all datagrams", all.promise);
  assertEquals(received, Array.from({ length: 30 }, (_, number) => number));
  sender.close();
  receiver.close();
  await receiving;
});

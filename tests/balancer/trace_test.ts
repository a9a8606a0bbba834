/** What the balancer tells a trace: both sides of it, over TCP, TLS and UDP. */

import { assertEquals } from "@std/assert";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { TestBackend } from "../support/backends.ts";
import { eventually } from "../support/eventually.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RawMember, RoomServer } from "../support/room_server.ts";
import { TestServer } from "../support/server.ts";
import { readToEnd } from "../support/streams.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { toldTrace } from "../support/told_trace.ts";
import { over, UdpBackend } from "../support/udp_backend.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";

Deno.test("a traced balancer tells of what TLS hides, of PROXY headers, and of both sides", async () => {
  const { trace, told } = toldTrace();
  await using a = new TestBackend("a");
  await using balancer = new TestBalancer(
    { backends: [a.address], sendProxyV2: true, strategy: "hash-user" },
    { tls: { cert: CERT, key: KEY }, trace },
  );
  using conn = await Deno.connectTls({
    hostname: "localhost",
    port: balancer.port,
    caCerts: [CERT],
  });
  const { port } = conn.localAddr;
  await writeAll(conn, new TextEncoder().encode("REG ann\n"));
  await conn.closeWrite();
  await readToEnd(conn);
  assertEquals(told.slice(0, 3), [
    "TLS ann to balancer: REG ann",
    `TCP balancer to server ${a.address}: PROXY v2 127.0.0.1 port ${port} to 127.0.0.1 port ${balancer.port}`,
    `TCP balancer to server ${a.address}: REG ann`,
  ]);
});

Deno.test("a traced balancer and server tell what goes over a trunk, and for whom", async () => {
  const { trace, told } = toldTrace();
  const { trace: serverTrace, told: serverTold } = toldTrace();
  await using server = await TestServer.start({ trustProxy: ["127.0.0.1"], trace: serverTrace });
  const address = `127.0.0.1:${server.tcp}`;
  await using balancer = new TestBalancer({ backends: [address], trunk: true }, { trace });
  await balancer.tells(`Backend 0 is reached by 2 trunks: ${address}`);
  // What was written is told when that is known, which may be after it was read at the other side.
  const opened = (told: readonly string[]) => told.filter((line) => line.includes("trunk/1"));
  await eventually(
    "both sides of both",
    () => [told, serverTold].every((told) => opened(told).length === 2),
  );
  told.splice(0);
  serverTold.splice(0);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: balancer.port });
  const { port } = conn.localAddr;
  await writeAll(conn, new TextEncoder().encode("REG ann\n"));
  await readToEnd(conn);
  await eventually("both sides", () => told.length === 4 && serverTold.length === 2);
  const asked = `#1 (for 127.0.0.1 port ${port}) REG ann`;
  assertEquals(
    told.toSorted(),
    [
      `TCP balancer to server ${address}: ${asked}`,
      `TCP server ${address} to balancer: #1 200 OK`,
      "TCP ann to balancer: REG ann",
      "TCP balancer to ann: 200 OK",
    ].toSorted(),
  );
  assertEquals(serverTold, [
    `TCP balancer 127.0.0.1 to server: ${asked}`,
    "TCP server to balancer 127.0.0.1: #1 200 OK",
  ]);
});

Deno.test("a traced balancer calls a server the same over UDP as over TCP", async () => {
  const { trace, told } = toldTrace();
  await using a = new UdpBackend("a");
  await using balancer = new TestBalancer({ ...over(a), udpSendProxy: true }, { trace });
  using ann = new RawUdp(balancer.udp);
  assertEquals(await ann.ask("GET ann\n"), "a: GET ann\n\n");
  assertEquals(told, [
    "UDP ann to balancer: GET ann",
    `UDP balancer to server ${a.address}: (for 127.0.0.1 port ${ann.port}) GET ann`,
    `UDP server ${a.address} to balancer: a: GET ann`,
    "UDP balancer to ann: a: GET ann",
  ]);
});

Deno.test("a traced balancer knows the members of rooms by what was granted through it", async () => {
  const { trace, told } = toldTrace();
  await using server = await RoomServer.start();
  await using balancer = new TestBalancer({
    ...{ strategy: "hash-room", udpListen: 0 },
    ...{ backends: [`127.0.0.1:${server.tcp}`], udpBackends: [`127.0.0.1:${server.udp}`] },
  }, { trace });
  const there = { tcp: balancer.port, udp: balancer.udp };
  using ann = await RawMember.enter(there, 1, "lab", "ann");
  await ann.says("hello");
  const name = `server 127.0.0.1:${server.tcp}`;
  const last = `UDP balancer to ${name}: to lab: hello`;
  await eventually(last, () => told.includes(last));
  assertEquals(told.filter((line) => line.startsWith("UDP") && line.endsWith("hello")), [
    "UDP ann to balancer: to lab: hello",
    last,
  ]);
  assertEquals(told.filter((line) => line.includes("token")), [
    `TCP ${name} to balancer: complete: create lab {"token": "********"}`,
    'TCP balancer to ann: complete: create lab {"token": "********"}',
  ]);
});

import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { OperationalError, UnreachableError } from "../../lib/core/errors.ts";
import {
  connectTcp,
  listenEverywhere,
  listenTcp,
  listenTls,
  shakeHands,
} from "../../lib/net/tcp.ts";
import { closeNow } from "../../lib/net/orderly_close.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { canListenOn, NOBODYS_PORT } from "../support/machine.ts";

const HERE = "127.0.0.1";
const PATIENT = { timeoutMs: 20_000 };

function portOf(listener: Deno.TcpListener): number {
  return (listener.addr as Deno.NetAddr).port;
}

Deno.test("listenTcp() says that a port is in use, and what to do", () => {
  using listener = listenTcp({ hostname: HERE, port: 0 });
  const port = portOf(listener);
  const error = assertThrows(() => listenTcp({ hostname: HERE, port }), OperationalError);
  assertEquals(
    error.message,
    `Cannot listen on 127.0.0.1:${port} (TCP): the port is in use; ` +
      "stop the program that has it or choose another port",
  );
});

Deno.test("listenTcp() says that an address is not this machine's", () => {
  assertThrows(
    () => listenTcp({ hostname: "198.51.100.77", port: 0 }),
    OperationalError,
    "Cannot listen on 198.51.100.77:0 (TCP): this machine does not have that address",
  );
});

for (const host of ["127.0.0.1", "::1"]) {
  Deno.test({
    name: `listenEverywhere() takes connections to ${host}${
      canListenOn(host) ? "" : " (this machine does not have that address)"
    }`,
    ignore: !canListenOn(host),
    fn: async () => {
      using listener = listenEverywhere(0);
      using connection = await connectTcp(host, portOf(listener), PATIENT);
      using accepted = await listener.accept();
      assertEquals(accepted.remoteAddr.port, connection.localAddr.port);
    },
  });
}

Deno.test("listenEverywhere() says that a port is in use", () => {
  using listener = listenEverywhere(0);
  const error = assertThrows(() => listenEverywhere(portOf(listener)), OperationalError);
  assertStringIncludes(error.message, "the port is in use");
});

Deno.test("connectTcp() connects to a listener", async () => {
  using listener = listenTcp({ hostname: HERE, port: 0 });
  using connection = await connectTcp(HERE, portOf(listener), PATIENT);
  using accepted = await listener.accept();
  assertEquals(accepted.remoteAddr.port, connection.localAddr.port);
});

Deno.test("connectTcp() says that nothing is listening", async () => {
  await assertRejects(
    () => connectTcp(HERE, NOBODYS_PORT, PATIENT),
    UnreachableError,
    `Cannot reach 127.0.0.1:${NOBODYS_PORT}: nothing is listening there`,
  );
});

Deno.test({
  name: "connectTcp() says that a name is not known",
  sanitizeResources: false, // Deno 2.6 itself forgets a resource when a name is not known
  async fn() {
    await assertRejects(
      () => connectTcp("nobody.invalid", 1234, PATIENT),
      UnreachableError,
      "Cannot reach nobody.invalid:1234: the name is not known",
    );
  },
});

Deno.test({
  name: "connectTcp() gives up after its time (Linux only: needs a backlog that drops)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // With its backlog full, Linux leaves further connections without an answer.
    using listener = Deno.listen({ hostname: HERE, port: 0, tcpBacklog: 1 });
    const waiting: Deno.TcpConn[] = [];
    const fill = async (): Promise<void> => {
      for (;;) waiting.push(await connectTcp(HERE, portOf(listener), { timeoutMs: 200 }));
    };
    const error = await assertRejects(fill, UnreachableError);
    for (const connection of waiting) connection.close();
    assertEquals(error.message, `Cannot reach 127.0.0.1:${portOf(listener)}: no answer in time`);
  },
});

Deno.test("connectTcp() stops when its caller asks", async () => {
  const caller = new AbortController();
  caller.abort(new Error("The user pressed Ctrl-C"));
  await assertRejects(
    () => connectTcp(HERE, 9, { ...PATIENT, signal: caller.signal }),
    UnreachableError,
    "The user pressed Ctrl-C",
  );
});

Deno.test("shakeHands() gives up on a client that does not begin, and on one that speaks no TLS", async () => {
  using listener = listenTls({ hostname: HERE, port: 0 }, { cert: CERT, key: KEY });
  const { port } = listener.addr as Deno.NetAddr;
  for (const said of ["", "REG ann\n"]) {
    using client = await connectTcp(HERE, port, PATIENT);
    await client.write(new TextEncoder().encode(said));
    const accepted = await listener.accept();
    await assertRejects(() => shakeHands(accepted, said === "" ? 0.05 : 20));
    closeNow(accepted);
  }
});

Deno.test("listenTls() says that a certificate is none", () => {
  assertThrows(
    () => listenTls({ hostname: HERE, port: 0 }, { cert: "no certificate", key: KEY }),
    OperationalError,
    "Cannot use certificate and key (TLS): ",
  );
});

import { assert, assertThrows } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { bindPortPair } from "../../lib/net/port_pair.ts";
import { listenTcp } from "../../lib/net/tcp.ts";

const HOST = "127.0.0.1";
const FREE = { tcpPort: 0, udpPort: 0 };

Deno.test("both ports are bound, free ones when none is named", () => {
  const { listener, socket } = bindPortPair(HOST, FREE);
  assert((listener.addr as Deno.NetAddr).port > 0);
  assert(socket.port > 0);
  listener.close();
  socket.close();
});

Deno.test("when the UDP port is taken, the TCP port is free again", () => {
  const taken = bindPortPair(HOST, FREE);
  const free = listenTcp({ hostname: HOST, port: 0 });
  const { port } = free.addr as Deno.NetAddr;
  free.close();
  assertThrows(
    () => bindPortPair(HOST, { tcpPort: port, udpPort: taken.socket.port }),
    OperationalError,
  );
  listenTcp({ hostname: HOST, port }).close();
  taken.listener.close();
  taken.socket.close();
});

/**
 * The bare limit for the balancer: round robin and a read/write loop for each direction, nothing
 * else.
 *
 * Usage: bare_proxy.ts PORT BACKEND_PORT...
 */

const [port = 0, ...backends] = Deno.args.map(Number);
const hostname = "127.0.0.1";
const listener = Deno.listen({ hostname, port, tcpBacklog: 4096 });
const buffers: Uint8Array[] = [];
for (let turn = 0;; turn++) {
  try {
    proxy(await listener.accept(), backends[turn % backends.length]!).catch(() => {});
  } catch {
    // A client that was gone before it was accepted.
  }
}

async function proxy(client: Deno.TcpConn, port: number): Promise<void> {
  const backend = await Deno.connect({ hostname, port });
  await Promise.allSettled([copy(client, backend), copy(backend, client)]);
  client.close();
  backend.close();
}

async function copy(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = buffers.pop() ?? new Uint8Array(64 * 1024);
  try {
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) return await to.closeWrite();
      for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
    }
  } finally {
    buffers.push(buffer);
  }
}

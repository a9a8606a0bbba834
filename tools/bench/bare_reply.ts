/**
 * A backend that costs as little as one can: every connection's first bytes are answered with a
 * line, then it is closed.
 *
 * Usage: bare_reply.ts PORT
 */

const listener = Deno.listen({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0]),
  tcpBacklog: 4096,
});
const reply = new TextEncoder().encode("200 OK\r\n");
const own = new Uint8Array(2048);
for (;;) answer(await listener.accept());

async function answer(conn: Deno.TcpConn): Promise<void> {
  try {
    await conn.read(own);
    await conn.write(reply);
  } catch {
    // Gone.
  }
  conn.close();
}

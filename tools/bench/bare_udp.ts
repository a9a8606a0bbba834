/**
 * The bare limit for presence: every datagram is answered with the same bytes.
 *
 * Usage: bare_udp.ts PORT ANSWER_BYTES
 */

const [port, bytes] = Deno.args;
const socket = Deno.listenDatagram({
  transport: "udp",
  port: Number(port),
  hostname: "127.0.0.1",
});
const answer = new Uint8Array(Number(bytes)).fill(114);
const own = new Uint8Array(2048);
for (;;) {
  const [, from] = await socket.receive(own);
  socket.send(answer, from).catch(() => {});
}

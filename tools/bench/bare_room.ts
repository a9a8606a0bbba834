/**
 * The bare limit for rooms: whoever says `__REGISTER__` is in, and what anybody says goes to the
 * others as it is. Nothing is looked at or checked.
 *
 * Usage: bare_room.ts PORT MESSAGE_AT
 */

const [port, messageAt] = Deno.args.map(Number) as [number, number];
const UNDERSCORE = 95;
const socket = Deno.listenDatagram({ transport: "udp", port, hostname: "127.0.0.1" });
const members = new Map<number, Deno.NetAddr>();
const own = new Uint8Array(8192);
for (;;) {
  const [bytes, address] = await socket.receive(own);
  const from = address as Deno.NetAddr;
  if (bytes.length <= messageAt) {
    socket.send(bytes.slice(), from).catch(() => {});
  } else if (bytes[messageAt] === UNDERSCORE) {
    members.set(from.port, from);
  } else {
    const message = bytes.slice(messageAt);
    for (const [port, member] of members) {
      if (port !== from.port) socket.send(message, member).catch(() => {});
    }
  }
}

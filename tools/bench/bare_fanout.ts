/**
 * The bare limit for the login chat: all complete lines of a read go to everybody else as one piece,
 * with a queue for each that goes out joined. It knows no names, no commands and no bounds.
 *
 * Usage: bare_fanout.ts PORT
 */

interface Member {
  readonly conn: Deno.TcpConn;
  queue: Uint8Array[];
  isWriting: boolean;
}

const LF = 10;
const members = new Set<Member>();

async function write(member: Member): Promise<void> {
  member.isWriting = true;
  try {
    while (member.queue.length > 0) {
      const joined = join(member.queue);
      member.queue = [];
      for (let at = 0; at < joined.length;) at += await member.conn.write(joined.subarray(at));
    }
  } catch {
    members.delete(member);
  }
  member.isWriting = false;
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

async function serve(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const member: Member = { conn, queue: [], isWriting: false };
  members.add(member);
  const buffer = new Uint8Array(16 * 1024);
  let length = 0;
  try {
    for (let count; (count = await conn.read(buffer.subarray(length))) !== null;) {
      length += count;
      const end = buffer.lastIndexOf(LF, length - 1) + 1;
      if (end === 0) continue;
      const piece = buffer.slice(0, end);
      for (const other of members) {
        if (other === member) continue;
        other.queue.push(piece);
        if (!other.isWriting) write(other);
      }
      buffer.copyWithin(0, end, length);
      length -= end;
    }
  } catch {
    // Gone.
  }
  members.delete(member);
  conn.close();
}

const listener = Deno.listen({
  port: Number(Deno.args[0]),
  hostname: "127.0.0.1",
  tcpBacklog: 4096,
});
for await (const conn of listener) serve(conn);

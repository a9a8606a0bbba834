/**
 * The bare limit for durable requests: a responder with group commit and nothing else. No parsing,
 * no checks; every request is appended as it came and answered after a data sync.
 *
 * Usage: bare_group_commit.ts PORT FILE
 */

const [port, path] = Deno.args;
const file = await Deno.open(path!, { create: true, append: true });
const listener = Deno.listen({ port: Number(port), hostname: "127.0.0.1", tcpBacklog: 4096 });
const OK = new TextEncoder().encode("200 OK\r\n");
const buffers: Uint8Array<ArrayBuffer>[] = [];
let waiting: { readonly bytes: Uint8Array; readonly done: () => void }[] = [];
let busy = false;

async function commit(): Promise<void> {
  busy = true;
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    const joined = new Uint8Array(batch.reduce((sum, { bytes }) => sum + bytes.length, 0));
    let at = 0;
    for (const { bytes } of batch) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    for (at = 0; at < joined.length;) at += await file.write(joined.subarray(at));
    await file.syncData();
    for (const { done } of batch) done();
  }
  busy = false;
}

async function serve(conn: Deno.TcpConn): Promise<void> {
  const buffer = buffers.pop() ?? new Uint8Array(512);
  try {
    const count = await conn.read(buffer);
    if (count !== null) {
      const bytes = buffer.slice(0, count);
      await new Promise<void>((done) => {
        waiting.push({ bytes, done });
        if (!busy) commit();
      });
      await conn.write(OK);
    }
  } catch {
    // The generator resets what is in flight at the end of a run.
  }
  buffers.push(buffer);
  conn.close();
}

for (;;) {
  try {
    serve(await listener.accept());
  } catch {
    // A connection reset before it was accepted.
  }
}

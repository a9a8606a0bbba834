/**
 * The bare limit for sending files: a file read, sent, received and written by one loop at each
 * side, and perhaps hashed at both.
 *
 * Usage: bare_copy.ts receive FILE plain|hashed, which prints its port;
 *        bare_copy.ts send FILE plain|hashed PORT, which prints the seconds it took.
 */

import { createHash } from "node:crypto";

const [side, path = "", how, port] = Deno.args;
const hash = how === "hashed" ? createHash("sha256") : undefined;
const buffer = new Uint8Array(256 * 1024);
if (side === "receive") await receive();
else await send();

async function receive(): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await Deno.stdout.write(new TextEncoder().encode(`${listener.addr.port}\n`));
  using conn = await listener.accept();
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  await copy(conn, file);
  await conn.write(new Uint8Array(1)); // all of it is here
}

async function send(): Promise<void> {
  const begun = performance.now();
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  using file = await Deno.open(path);
  await copy(file, conn);
  await conn.closeWrite();
  await conn.read(buffer);
  await Deno.stdout.write(new TextEncoder().encode(`${(performance.now() - begun) / 1000}\n`));
}

async function copy(
  from: Pick<Deno.FsFile, "read">,
  to: Pick<Deno.FsFile, "write">,
): Promise<void> {
  for (let count; (count = await from.read(buffer)) !== null;) {
    hash?.update(buffer.subarray(0, count));
    for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
  }
  hash?.digest();
}

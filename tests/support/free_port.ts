/**
 * Ports for programs that must have the same one again after they have ended.
 *
 * They are from where systems give no port by themselves, neither to a listener on port 0 nor to a
 * client: such a port stays free while its owner is down. Each test file has a block of them, whose
 * first port it keeps open: no other file uses the rest.
 */

const FIRST = 20_000;
const BLOCKS = 120;
const BLOCK_PORTS = 100;

/** Opened with this file, and not by a test, which would have to close it; where that is allowed. */
let block = isAllowed() ? takeBlock() : undefined;

let last = 0;

/** A port of this machine that nobody has, for TCP and for datagrams; another one each time. */
export function freePort(): number {
  block ??= takeBlock();
  for (;;) {
    last = last % (BLOCK_PORTS - 1) + 1;
    if (isFree(block + last)) return block + last;
  }
}

/** Tools that only name this file may be without the network. */
function isAllowed(): boolean {
  return Deno.permissions.querySync({ name: "net", host: "0.0.0.0" }).state === "granted";
}

function takeBlock(): number {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let tried = 0; tried < BLOCKS; tried++) {
    const port = FIRST + (start + tried) % BLOCKS * BLOCK_PORTS;
    try {
      Deno.listen({ hostname: "0.0.0.0", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("All ports for programs that come back are taken");
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "0.0.0.0", port }).close();
    Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/**
 * Ports that nobody else is given: a port that was free a moment ago may be another program's now.
 */

/** A port where nothing listens: `tcpmux`, which no system has any more. */
export const CLOSED_PORT = 1;

/** Where systems take no port from for whoever wants any: they begin at 32,768, or above. */
const [FIRST, LAST] = [10_000, 32_767] as const;

/**
 * A port of this machine that is free for TCP and UDP, and that nobody else is given while its
 * server is not there: others ask the system for any port.
 */
export function steadyPort(): number {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (isFree(port)) return port;
  }
}

/** Two of them, one for TCP and one for UDP. */
export function steadyPorts(): { readonly tcp: number; readonly udp: number } {
  return { tcp: steadyPort(), udp: steadyPort() };
}

function isFree(port: number): boolean {
  try {
    // Everywhere, as others may have it at another address.
    using _tcp = Deno.listen({ hostname: "0.0.0.0", port });
    Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

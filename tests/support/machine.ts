/**
 * Whether this machine can listen on an address of its own: containers often have no `::1`, and
 * some systems have no `127.0.0.2`.
 */
export function canListenOn(hostname: string): boolean {
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** A port of this machine where nobody listens, and of which no program is given by chance. */
export const NOBODYS_PORT = 1;

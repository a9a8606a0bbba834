/**
 * Where the backends take datagrams. Names are looked up now and then; the last address that was
 * found stays good while a name cannot be looked up.
 */

import type { DatagramBackend } from "../config/backend_option.ts";
import { canonicalIp, isIpAddress } from "../core/ip_address.ts";
import { resolveHost } from "../net/resolve.ts";
import type { DatagramAddress } from "../net/udp.ts";
import type { Backend } from "./backend.ts";

/** How long an address that was found is good. */
const REFRESH_MS = 30_000;

/** The addresses of the backends of one service. */
export class BackendAddresses {
  readonly #listed: () => readonly DatagramBackend[];
  readonly #found = new Map<string, string>();
  #refreshedAt = -Infinity;

  /** @param listed the addresses as configured, in the order of the backends */
  constructor(listed: () => readonly DatagramBackend[]) {
    this.#listed = listed;
  }

  /** Where a backend takes datagrams; `undefined` while its name is not known. */
  of({ index }: Backend): DatagramAddress | undefined {
    const backend = this.#listed()[index];
    if (backend === undefined) return undefined;
    const ip = this.#ipOf(backend.host);
    return ip === undefined ? undefined : { ip, port: backend.port };
  }

  /** Whether a datagram from there comes from a backend's own port. */
  has({ ip, port }: DatagramAddress): boolean {
    return this.#listed().some((each) => each.port === port && this.#ipOf(each.host) === ip);
  }

  #ipOf(host: string): string | undefined {
    return isIpAddress(host) ? canonicalIp(host) : this.#found.get(host);
  }

  /** Looks names up when it is time to; resolves when that is done. */
  async refresh(now: number): Promise<void> {
    if (now - this.#refreshedAt < REFRESH_MS) return;
    this.#refreshedAt = now;
    const names = this.#listed().map(({ host }) => host).filter((host) => !isIpAddress(host));
    await Promise.all(names.map(async (name) => {
      const ip = await resolveHost(name);
      if (ip !== undefined) this.#found.set(name, ip);
    }));
  }

  /** Looks every name up at the next {@linkcode BackendAddresses.refresh}. */
  expire(): void {
    this.#refreshedAt = -Infinity;
  }
}

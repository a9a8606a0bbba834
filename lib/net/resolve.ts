/**
 * Addresses of hosts by their names, as `connect` would find them, for datagrams: sending one to a
 * name would look the name up every time.
 */

import { lookup } from "node:dns";
import { canonicalIp, isIpAddress } from "../core/ip_address.ts";

/** The address of a host; `undefined` when nobody knows it. An address is its own. Never rejects. */
export async function resolveHost(host: string): Promise<string | undefined> {
  if (isIpAddress(host)) return canonicalIp(host);
  return await new Promise((resolve) => {
    try {
      lookup(host, (error, address) => resolve(error ? undefined : canonicalIp(address)));
    } catch {
      resolve(undefined);
    }
  });
}

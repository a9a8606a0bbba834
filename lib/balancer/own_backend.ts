/** Whether a backend is the balancer itself, which would connect to itself without end. Pure. */

import type { DatagramBackend } from "../config/backend_option.ts";
import type { ServiceOptions } from "../config/service_options.ts";
import { hostPort } from "../core/endpoint.ts";
import { UsageError } from "../core/errors.ts";
import { canonicalIp, isLoopback } from "../core/ip_address.ts";

/**
 * Checks that no backend of a service is the service.
 *
 * @param own this machine's addresses, in canonical form
 * @throws UsageError naming the backend
 */
export function refuseItself(name: string, service: ServiceOptions, own: readonly string[]): void {
  const { host, listen, backends, udpListen, udpBackends } = service;
  const isBound = (ip: string): boolean => {
    if (host !== "0.0.0.0" && host !== "::") return ip === canonicalIp(address(host));
    if (host === "0.0.0.0" && ip.includes(":")) return false;
    return isLoopback(ip) || ip === "0.0.0.0" || ip === "::" || own.includes(ip);
  };
  const refuse = (port: number | undefined, candidates: readonly DatagramBackend[]): void => {
    if (port === undefined || port === 0) return;
    const itself = candidates.find((each) => each.port === port && isBound(address(each.host)));
    if (itself === undefined) return;
    const at = hostPort(itself.host, itself.port);
    throw new UsageError(`Cannot use backend "${at}" of ${name}: it is this service itself`);
  };
  refuse(listen, backends);
  refuse(udpListen, udpBackends);
}

/** The one name that is known without asking anybody. */
function address(host: string): string {
  return host.toLowerCase() === "localhost" ? "127.0.0.1" : canonicalIp(host);
}

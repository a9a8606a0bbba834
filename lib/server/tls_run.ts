/**
 * TLS as the options of a server ask for it: which ports, whose certificate, and another one when
 * the program is told to look again.
 */

import type { ServerOptions } from "../config/server_options.ts";
import { reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { dialableAddresses, ownAddresses } from "../net/interfaces.ts";
import type { TlsIdentity } from "../net/tcp.ts";
import { type LoadedIdentity, loadIdentity } from "./tls_identity.ts";
import type { TlsSettings } from "./tls_ports.ts";

/** What speaking TLS was begun with. */
export interface OpenedTls extends TlsSettings {
  readonly identity: LoadedIdentity;
}

/**
 * The certificate and the ports; `undefined` for a server without a TLS port.
 *
 * @throws OperationalError when there is no certificate to be had
 */
export async function openTls(options: ServerOptions): Promise<OpenedTls | undefined> {
  const { services, tlsPort, roomsTlsPort, chatTlsPort, handshakeDeadline } = options;
  const all = { buddy: tlsPort, rooms: roomsTlsPort, chat: chatTlsPort };
  const ports = Object.fromEntries(services.map((service) => [service, all[service]]));
  if (Object.values(ports).every((port) => port === undefined)) return undefined;
  return { ports, handshakeSeconds: handshakeDeadline, identity: await identityOf(options) };
}

/**
 * Shows the certificate, for people to compare with what their client shows, and reads it again on
 * SIGHUP. A bad one is told of, and the old one stays. A server without TLS lives on all the same:
 * the signal would end it otherwise.
 */
export function keepTls(
  server: { reloadTls(identity: TlsIdentity): void },
  tls: OpenedTls | undefined,
  options: ServerOptions,
  log: Log,
): void {
  if (tls !== undefined) show(tls.identity, log);
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGHUP", async () => {
    if (tls === undefined) return;
    try {
      const other = await identityOf(options);
      server.reloadTls(other);
      show(other, log);
    } catch (error) {
      const reason = reasonOf(error);
      log.error("The certificate was not taken, the one before stays", { reason });
    }
  });
}

async function identityOf(
  { tlsCert, tlsKey, data, host, advertise = "127.0.0.1" }: ServerOptions,
): Promise<LoadedIdentity> {
  // An address with a zone means something on this machine alone.
  const own = dialableAddresses(host, ownAddresses()).filter((ip) => !ip.includes("%"));
  return await loadIdentity({ tlsCert, tlsKey, data, hosts: [...new Set([...own, advertise])] });
}

function show({ file, fingerprint }: LoadedIdentity, log: Log): void {
  log.info("Certificate for TLS", { file, sha256: fingerprint });
}

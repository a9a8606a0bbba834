/**
 * TLS to a server: with an authority's word for it, or with the certificate that was seen there
 * before.
 *
 * Connections that carry something are made by Deno's own TLS, which checks that the other side has
 * the key of its certificate. Looking at a certificate is another thing: only `node:tls` shows it, and
 * a connection that takes any certificate (`rejectUnauthorized: false`) takes a copied one, too,
 * without its key. So that one is only looked at, carries nothing, and is closed; what is learned is
 * then demanded of the next one.
 */

import { connect } from "node:tls";
import { OWN_CERTIFICATE_NAME } from "../core/certificate_name.ts";
import { hostPort } from "../core/endpoint.ts";
import { UnreachableError, UntrustedError } from "../core/errors.ts";
import { isHost } from "../core/host_name.ts";
import { isIpAddress } from "../core/ip_address.ts";
import { closeNow } from "./orderly_close.ts";
import { connectReason } from "./system_error.ts";
import { connectTcp, type DialOptions, setUpSocket, shakeHands } from "./tcp.ts";

/** Whom to believe that a server is the right one. */
export interface TlsTrust {
  /** The name its certificate must have. */
  readonly name: string;
  /** Certificates (PEM) that are believed beside those the system trusts. */
  readonly authorities: readonly string[];
}

/** What a server has shown. */
export interface SeenCertificate {
  /** The certificate itself, DER. */
  readonly bytes: Uint8Array;
  /** A name in it: that of all certificates servers make for themselves, where it has that one. */
  readonly name: string;
}

/**
 * Connects, and shakes hands with a server that is trusted. The caller closes the connection.
 *
 * @throws UnreachableError when no connection could be had, or none in time
 * @throws UntrustedError when the server's certificate is not to be trusted
 */
export async function connectTls(
  host: string,
  port: number,
  trust: TlsTrust,
  options: DialOptions,
): Promise<Deno.TlsConn> {
  const at = hostPort(host, port);
  const plain = await connectTcp(host, port, options);
  // Now or never: a TLS connection cannot be set up. Without it a request waits 40 ms for the other
  // side's word on the end of the handshake.
  setUpSocket(plain);
  let conn: Deno.TlsConn;
  try {
    conn = await Deno.startTls(plain, { hostname: trust.name, caCerts: [...trust.authorities] });
  } catch (error) {
    closeNow(plain);
    throw new UnreachableError(`Cannot speak TLS with ${at}: ${connectReason(error)}`);
  }
  const close = (): void => closeNow(conn);
  options.signal?.addEventListener("abort", close);
  try {
    await shakeHands(conn, options.timeoutMs / 1000);
    return conn;
  } catch (error) {
    close();
    const reason = (error as Error).message;
    const [, fault] = /^invalid peer certificate: (.*)$/.exec(reason) ?? [];
    if (fault !== undefined) {
      throw new UntrustedError(`Cannot trust ${at}: ${faultText(fault)}`, { cause: error });
    }
    throw new UnreachableError(`No TLS comes from ${at}: ${connectReason(error)}`, {
      cause: error,
    });
  } finally {
    options.signal?.removeEventListener("abort", close);
  }
}

/** What is said of a certificate that nobody signed whom we trust. */
export const UNKNOWN_ISSUER = "its certificate comes from nobody we know";

function faultText(fault: string): string {
  if (fault === "UnknownIssuer" || fault === "BadSignature") {
    return UNKNOWN_ISSUER;
  }
  if (fault.includes("CaUsedAsEndEntity")) {
    return "its certificate is that of an authority, it needs one with basicConstraints=CA:FALSE";
  }
  return `its certificate is not good (${fault})`;
}

/**
 * The name to ask for of a certificate: that of all certificates servers make for themselves, else the
 * first one that a host can have, else what was dialled, which a pattern (`*.lab`) may fit.
 *
 * @param names its alternative names as `node:tls` lists them: `DNS:lab, IP Address:192.0.2.1`
 */
export function nameToAskFor(names: string, dialled: string): string {
  const hosts = [...names.matchAll(/DNS:([^,\s]+)/g)].map(([, name = ""]) => name).filter(isHost);
  return hosts.includes(OWN_CERTIFICATE_NAME) ? OWN_CERTIFICATE_NAME : hosts[0] ?? dialled;
}

/**
 * Looks at the certificate a server shows, and says nothing to it.
 *
 * @throws UnreachableError when it shows none
 */
export function lookAtCertificate(
  host: string,
  port: number,
  { timeoutMs }: DialOptions,
): Promise<SeenCertificate> {
  const at = hostPort(host, port);
  const { promise, resolve, reject } = Promise.withResolvers<SeenCertificate>();
  const servername = isIpAddress(host) ? OWN_CERTIFICATE_NAME : host;
  const socket = connect({ host, port, servername, rejectUnauthorized: false });
  const fail = (reason: string): void =>
    reject(new UnreachableError(`No certificate comes from ${at}: ${reason}`));
  const timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
  socket.on("error", (error) => fail(connectReason(error)));
  socket.on("close", () => fail("it hung up"));
  socket.on("secureConnect", () => {
    const { raw, subjectaltname = "" } = socket.getPeerCertificate(true);
    if (raw === undefined) return fail("it shows none");
    resolve({ bytes: new Uint8Array(raw), name: nameToAskFor(subjectaltname, host) });
  });
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

/** SHA-256 of a certificate (DER), as `openssl x509 -fingerprint -sha256` writes it. */
export async function fingerprintOf(certificate: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", certificate as BufferSource);
  return new Uint8Array(digest).toHex().toUpperCase().match(/../g)!.join(":");
}

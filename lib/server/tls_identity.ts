/**
 * The certificate a server shows: the one it was given, or one it makes at its first start and keeps
 * in its data directory, where every server of that directory finds it.
 */

import { ensureDir } from "@std/fs";
import { OperationalError, reasonOf } from "../core/errors.ts";
import type { TlsIdentity } from "../net/tcp.ts";
import { fingerprintOf } from "../net/tls_client.ts";
import { firstOfPem } from "../wire/pem.ts";
import { makeIdentity } from "./self_signed.ts";

/** Certificate and key in one file, so that no server ever finds one without the other. */
export const OWN_IDENTITY_FILE = "tls.pem";

/** Where an identity comes from. */
export interface IdentitySource {
  /** Files of the site, both or none. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  /** The data directory. */
  readonly data: string;
  /** Names and addresses for a certificate of our own. */
  readonly hosts: readonly string[];
}

/** An identity, and what people compare it by. */
export interface LoadedIdentity extends TlsIdentity {
  /** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` writes it. */
  readonly fingerprint: string;
  /** The file of the certificate. */
  readonly file: string;
}

/**
 * Reads the certificate and its key; those of our own are made when they are missing.
 *
 * @throws OperationalError when a file cannot be read or written, or holds no certificate
 */
export async function loadIdentity(source: IdentitySource): Promise<LoadedIdentity> {
  const { tlsCert, tlsKey, data, hosts } = source;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return await withFingerprint(await readText(tlsCert), await readText(tlsKey), tlsCert);
  }
  const file = `${data}/${OWN_IDENTITY_FILE}`;
  try {
    await ensureOwn(data, file, hosts);
  } catch (error) {
    throw new OperationalError(
      `Cannot make a certificate in "${file}": ${reasonOf(error)}, give one with --tls-cert`,
      { cause: error },
    );
  }
  const text = await readText(file);
  return await withFingerprint(text, text, file);
}

/** Writes a file of its own and gives it the name, unless a sibling was faster. */
async function ensureOwn(data: string, file: string, hosts: readonly string[]): Promise<void> {
  if (await exists(file)) return;
  await ensureDir(data);
  const { cert, key } = await makeIdentity(hosts, Date.now());
  const draft = `${file}.${crypto.randomUUID()}`;
  try {
    await Deno.writeTextFile(draft, cert + key, { createNew: true, mode: 0o600 });
    using written = await Deno.open(draft, { write: true });
    await written.sync();
    await Deno.link(draft, file);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(draft).catch(() => {});
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new OperationalError(`Cannot read "${file}" for TLS: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function withFingerprint(cert: string, key: string, file: string): Promise<LoadedIdentity> {
  const own = firstOfPem("CERTIFICATE", cert);
  if (own === undefined) {
    throw new OperationalError(
      `Cannot use "${file}" for TLS: it holds no certificate (PEM), mend or remove it`,
    );
  }
  return { cert, key, file, fingerprint: await fingerprintOf(own) };
}

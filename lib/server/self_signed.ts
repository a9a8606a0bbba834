/**
 * A certificate that signs itself (RFC 5280): for servers nobody gave one. P-256, because every
 * TLS client knows it and its keys are small.
 *
 * It names itself as {@linkcode OWN_CERTIFICATE_NAME}, which Parley's clients go by, and the names
 * and addresses it was made at, for others.
 */

import { isIpAddress } from "../core/ip_address.ts";
import { OWN_CERTIFICATE_NAME } from "../core/certificate_name.ts";
import type { TlsIdentity } from "../net/tcp.ts";
import { pemText } from "../wire/pem.ts";
import {
  derBits,
  derExplicit,
  derImplicit,
  derInteger,
  derObjectId,
  derOctets,
  derSequence,
  derSetOf,
  derText,
  derTime,
  derTrue,
} from "../wire/der.ts";

/** Those who trust it on first use would be asked again when it ends. */
const LIFETIME_YEARS = 10;

/** Clocks in a lab differ, and a certificate of tomorrow is refused. */
const BACKDATED_MS = 24 * 60 * 60 * 1000;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const ECDSA_WITH_SHA256 = derSequence(derObjectId("1.2.840.10045.4.3.2"));
const COMMON_NAME = derObjectId("2.5.4.3");
const KEY_USAGE = derObjectId("2.5.29.15");
const SUBJECT_ALTERNATIVES = derObjectId("2.5.29.17");
const BASIC_CONSTRAINTS = derObjectId("2.5.29.19");
const EXTENDED_KEY_USAGE = derObjectId("2.5.29.37");
const SERVER_AUTHENTICATION = derObjectId("1.3.6.1.5.5.7.3.1");

/** The first bit: it signs handshakes, nothing else. */
const DIGITAL_SIGNATURE = derBits(Uint8Array.of(0x80), 7);

/** How a certificate names hosts: 2 is a name, 7 an address. */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/**
 * Makes a key and a certificate for it.
 *
 * @param hosts names and addresses of this machine; IPv6 without zones
 * @param now milliseconds since 1970
 */
export async function makeIdentity(hosts: readonly string[], now: number): Promise<TlsIdentity> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ]);
  const body = certificateBody(
    new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)),
    [OWN_CERTIFICATE_NAME, "localhost", ...hosts],
    new Date(now - BACKDATED_MS),
  );
  const signature = new Uint8Array(
    await crypto.subtle.sign(ALGORITHM, privateKey, body as BufferSource),
  );
  const certificate = derSequence(body, ECDSA_WITH_SHA256, derBits(ecdsaSignature(signature)));
  const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  return { cert: pemText("CERTIFICATE", certificate), key: pemText("PRIVATE KEY", key) };
}

function certificateBody(
  publicKey: Uint8Array,
  hosts: readonly string[],
  from: Date,
): Uint8Array {
  const until = new Date(from);
  until.setUTCFullYear(from.getUTCFullYear() + LIFETIME_YEARS);
  const self = derSequence(
    derSetOf(derSequence(COMMON_NAME, derText(OWN_CERTIFICATE_NAME))),
  );
  return derSequence(
    derExplicit(0, derInteger(Uint8Array.of(2))), // version 3
    derInteger(crypto.getRandomValues(new Uint8Array(16))),
    ECDSA_WITH_SHA256,
    self,
    derSequence(derTime(from), derTime(until)),
    self,
    publicKey,
    derExplicit(
      3,
      derSequence(
        derSequence(BASIC_CONSTRAINTS, derTrue(), derOctets(derSequence())), // no authority
        derSequence(KEY_USAGE, derTrue(), derOctets(DIGITAL_SIGNATURE)),
        derSequence(EXTENDED_KEY_USAGE, derOctets(derSequence(SERVER_AUTHENTICATION))),
        derSequence(
          SUBJECT_ALTERNATIVES,
          derOctets(derSequence(...hosts.map(alternativeName))),
        ),
      ),
    ),
  );
}

function alternativeName(host: string): Uint8Array {
  return isIpAddress(host)
    ? derImplicit(IP_ADDRESS, addressBytes(host))
    : derImplicit(DNS_NAME, new TextEncoder().encode(host));
}

function addressBytes(ip: string): Uint8Array {
  if (!ip.includes(":")) return Uint8Array.from(ip.split("."), Number);
  const [head = "", tail] = ip.split("::", 2);
  const groups = (text: string): string[] => text === "" ? [] : text.split(":");
  const before = groups(head);
  const after = groups(tail ?? "");
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return Uint8Array.from(
    [...before, ...zeros, ...after].flatMap((group) => {
      const bits = Number.parseInt(group, 16);
      return [bits >> 8, bits & 0xff];
    }),
  );
}

/** WebCrypto writes both numbers of a signature side by side, certificates as integers. */
function ecdsaSignature(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return derSequence(derInteger(raw.subarray(0, half)), derInteger(raw.subarray(half)));
}

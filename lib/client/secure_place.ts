/**
 * Finding out how a server is to be trusted, before anything is said to it.
 *
 * Rules of this file:
 * - A certificate is remembered under the place the user named, not under the port TLS is at: an
 *   answer to `CAP` comes in the clear, and may name any port.
 * - Nothing is ever said in the clear after TLS was asked for, but that `CAP`.
 * - What differs from what is remembered ends the attempt; `--accept-new-key` says which one is right.
 */

import type { TlsWishes } from "../config/client_tls_options.ts";
import { hostPort } from "../core/endpoint.ts";
import {
  OperationalError,
  systemReason,
  UnreachableError,
  UntrustedError,
  UsageError,
} from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { closeNow } from "../net/orderly_close.ts";
import type { Dial } from "../net/tcp.ts";
import {
  connectTls,
  fingerprintOf,
  lookAtCertificate,
  type SeenCertificate,
  type TlsTrust,
  UNKNOWN_ISSUER,
} from "../net/tls_client.ts";
import { firstOfPem, pemText } from "../wire/pem.ts";
import { KnownServers } from "./known_servers.ts";
import { ServerLink } from "./server_link.ts";

/** How long a server may take to let us connect and shake hands. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The server as the user named it. */
export interface NamedPlace {
  readonly host: string;
  readonly tcpPort: number;
}

/** How to reach a server over TLS, once it is trusted. */
export interface SecureLine {
  readonly tlsPort: number;
  /** Opens connections, each of which is refused where the certificate is not the trusted one. */
  readonly dial: Dial;
}

/** What finding out needs. */
export interface TrustWorld {
  readonly log: Log;
  /** Is told what the user should know: a certificate seen for the first time. */
  readonly tell: (line: string) => void;
  /** That of the user unless given. */
  readonly known?: KnownServers;
}

/** A place to which TLS is spoken, where it is. */
export type MaybeSecure<Place> = Place & { readonly secure?: SecureLine };

/**
 * Whether TLS is wished for.
 *
 * @throws UsageError when it is not, and something is said about it
 */
export function wantsTls({ tls, tlsPort, ca, acceptNewKey }: TlsWishes): boolean {
  if (tls || tlsPort !== undefined) return true;
  if (ca === undefined && acceptNewKey === undefined) return false;
  throw new UsageError("Cannot use --ca or --accept-new-key without --tls");
}

/**
 * The place with what TLS to it needs, if TLS is wished for; the server is trusted then.
 *
 * @throws UnreachableError when it cannot be reached, or offers no TLS
 * @throws OperationalError when it is not to be trusted, or offers no TLS any more
 */
export async function securePlace<Place extends NamedPlace>(
  place: Place,
  wishes: TlsWishes,
  world: TrustWorld,
): Promise<MaybeSecure<Place>> {
  if (!wantsTls(wishes)) return place;
  const tlsPort = wishes.tlsPort ?? await askForPort(place, world);
  return { ...place, secure: await secureLine(place, tlsPort, wishes, world) };
}

/**
 * Trusts the server at a port that speaks TLS, or does not.
 *
 * @throws UnreachableError when it cannot be reached
 * @throws OperationalError when it is not to be trusted
 */
export async function secureLine(
  { host, tcpPort }: NamedPlace,
  tlsPort: number,
  wishes: TlsWishes,
  world: TrustWorld,
): Promise<SecureLine> {
  const options = { timeoutMs: CONNECT_TIMEOUT_MS };
  const place = keptAs({ host, tcpPort });
  const { trust, explain, keep }: Believed = wishes.ca === undefined
    ? await rememberedTrust({ host, tlsPort, place }, wishes.acceptNewKey, world)
    : { trust: await authorityTrust(wishes.ca, host) };
  const dial: Dial = async (at, port, options) => {
    try {
      return await connectTls(at, port, trust, options);
    } catch (error) {
      throw error instanceof UntrustedError && explain ? await explain(error, port) : error;
    }
  };
  try {
    closeNow(await dial(host, tlsPort, options));
  } catch (error) {
    // It is there, and we refuse it: trying again later is no help.
    if (error instanceof UntrustedError) {
      throw new OperationalError(error.message, { cause: error });
    }
    throw error;
  }
  await keep?.();
  return { tlsPort, dial };
}

/** What a place is remembered as. */
function keptAs({ host, tcpPort }: NamedPlace): string {
  return hostPort(host.toLowerCase(), tcpPort);
}

/**
 * The port TLS is at, as the server says in the clear.
 *
 * @throws OperationalError when it says that there is none, and spoke TLS before
 * @throws UnreachableError when it cannot be reached, or offers no TLS
 */
async function askForPort(
  { host, tcpPort }: NamedPlace,
  { log, known = KnownServers.ofThisUser() }: TrustWorld,
): Promise<number> {
  const link = new ServerLink({ host, tcpPort }, log);
  const { tls } = await link.capabilities();
  if (tls !== undefined) return tls;
  // A file that cannot be read must not make it look like a server never met.
  if (await known.find(keptAs({ host, tcpPort })) !== undefined) {
    throw new OperationalError(
      `REFUSED ${
        hostPort(host, tcpPort)
      }: it offers no TLS, and spoke it before. Somebody may be ` +
        "in between. Nothing was sent. Ask whoever runs the server for its TLS port: --tls-port",
    );
  }
  throw new UnreachableError(
    `The server at ${hostPort(host, tcpPort)} offers no TLS: give its port with --tls-port, or ` +
      "leave out --tls",
  );
}

async function authorityTrust(file: string, host: string): Promise<TlsTrust> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    throw new OperationalError(`Cannot read "${file}" for --ca: ${systemReason(error)}`, {
      cause: error,
    });
  }
  if (firstOfPem("CERTIFICATE", text) === undefined) {
    throw new OperationalError(`Cannot use "${file}" for --ca: it holds no certificate (PEM)`);
  }
  return { name: host, authorities: [text] };
}

interface Believed {
  readonly trust: TlsTrust;
  /** What is to be said of a server that turned out to be another one. */
  readonly explain?: (error: UntrustedError, port: number) => Promise<Error>;
  /** Remembers what is new, once the server has proved that it has the key of its certificate. */
  readonly keep?: () => Promise<void>;
}

interface Meeting {
  readonly host: string;
  readonly tlsPort: number;
  readonly place: string;
}

async function rememberedTrust(
  meeting: Meeting,
  accepted: string | undefined,
  { known = KnownServers.ofThisUser(), tell }: TrustWorld,
): Promise<Believed> {
  const { place } = meeting;
  const look = (port = meeting.tlsPort): Promise<SeenCertificate> =>
    lookAtCertificate(meeting.host, port, { timeoutMs: CONNECT_TIMEOUT_MS });
  let certificate = await known.find(place);
  let news: string | undefined;
  if (accepted !== undefined && accepted !== await shownBy(certificate)) {
    const seen = await look();
    const shown = await fingerprintOf(seen.bytes);
    if (shown !== accepted) {
      throw new OperationalError(
        `Refused ${place}: its certificate is ${shown}, and not the one of --accept-new-key`,
      );
    }
    certificate = seen;
    news = `The certificate of ${place} is remembered: ${shown}`;
  } else if (certificate === undefined) {
    certificate = await look();
    news = `First visit to ${place} over TLS. Compare with what its server shows at its start: ` +
      await fingerprintOf(certificate.bytes);
  }
  const { name, bytes } = certificate;
  return {
    trust: { name, authorities: [pemText("CERTIFICATE", bytes)] },
    explain: async (error, port) => {
      const before = await fingerprintOf(bytes);
      const now = await shownBy(await look(port).catch(() => undefined));
      return changedError(place, { before, now }, error);
    },
    async keep() {
      if (news === undefined) return;
      await known.remember(place, { name, bytes });
      tell(news);
    },
  };
}

async function shownBy(seen: SeenCertificate | undefined): Promise<string | undefined> {
  return seen && await fingerprintOf(seen.bytes);
}

/** What to do about a certificate that somebody signed whom we do not know. */
const GIVE_AUTHORITY = "an authority signed it, give that one's certificate with --ca FILE";

function changedError(
  place: string,
  { before, now }: { readonly before: string; readonly now: string | undefined },
  cause: UntrustedError,
): UntrustedError {
  if (now === before) {
    // One that signed itself is known by being remembered; another one only by who signed it.
    const isSigned = cause.message.endsWith(UNKNOWN_ISSUER);
    return isSigned ? new UntrustedError(`${cause.message}: ${GIVE_AUTHORITY}`, { cause }) : cause;
  }
  return new UntrustedError(
    `REFUSED ${place}: ITS CERTIFICATE HAS CHANGED. Somebody may be in between, or the server has a ` +
      `new one. Nothing was sent. Remembered: ${before}. Shown now: ${
        now ?? "none"
      }. Ask whoever ` +
      `runs the server which is right; if the new one is: --accept-new-key ${now ?? "SHA256"}`,
    { cause },
  );
}

/** A client on its way through a service: what there is of it, wherever its connection is held. */

import type { Link } from "../core/linked_list.ts";
import type { ByteStream } from "../core/ports.ts";
import type { AcceptedStream } from "../net/accept_loop.ts";
import type { Place } from "../net/admission.ts";
import type { KnownClient } from "./plain_visits.ts";
import type { RemoteArrival } from "./remote_client.ts";

/** What can be closed of a client, wherever it is. */
export type Closable = Pick<ByteStream, "close">;

/** A client on its way. */
export interface Visit<Accepted = AcceptedStream> {
  readonly accepted: Accepted;
  /** To be given back when nothing of it is left. */
  readonly place: Place;
  /** Where it stands among those that have no relay yet. */
  readonly arriving: Link<Closable>;
}

/** A client on its way, whoever holds its connection. */
export type AnyVisit = Visit<AcceptedStream | RemoteArrival>;

/** What is known of a client that may come in. */
export type Known = KnownClient & Pick<Visit, "arriving">;

/** What the socket tells of a client. */
export function knownOf({ accepted, arriving }: AnyVisit): Known {
  const { remoteIp, remotePort, localIp, localPort, connection } = accepted;
  return {
    source: { ip: remoteIp, port: remotePort },
    destination: { ip: localIp, port: localPort },
    connection,
    arriving,
  };
}

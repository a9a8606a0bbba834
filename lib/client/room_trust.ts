/**
 * Trusting the servers whose rooms are visited, as the user wishes it.
 */

import type { TlsWishes } from "../config/client_tls_options.ts";
import type { TrustRoomServer } from "./room_way.ts";
import { secureLine, type TrustWorld, wantsTls } from "./secure_place.ts";

/**
 * What trusts a room server, if TLS is wished for. Certificates are remembered under the server and
 * its TLS port, which the user names: there is nobody to ask for it.
 *
 * @throws UsageError when the wishes do not go together
 */
export function trustingRooms(wishes: TlsWishes, world: TrustWorld): TrustRoomServer | undefined {
  if (!wantsTls(wishes)) return undefined;
  return async (server) => (await secureLine(server, server.tcpPort, wishes, world)).dial;
}

/**
 * The same for somebody who visits rooms from elsewhere, at `host` over TLS: what they said about
 * another certificate was about that server.
 */
export function trustingRoomsFrom(
  host: string,
  wishes: TlsWishes,
  world: TrustWorld,
): TrustRoomServer {
  return async (server) => {
    const acceptNewKey = server.host === host ? wishes.acceptNewKey : undefined;
    const line = await secureLine(server, server.tcpPort, { ...wishes, acceptNewKey }, world);
    return line.dial;
  };
}

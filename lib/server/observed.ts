/** A running server as its status port shows it. */

import { shownText } from "../config/start.ts";
import type { Observed } from "../observe/status_view.ts";
import type { StoreMeter } from "../storage/store_meter.ts";
import { connectionsPart, storagePart } from "./server_part.ts";
import type { RunningServer } from "./start.ts";

/** What a server does not tell of itself. */
export interface ServerSurroundings {
  readonly maxConnections: number;
  /** Where everything is kept, for people to see. */
  readonly places: Readonly<Record<string, string>>;
  readonly meter: StoreMeter;
}

/** Makes a server visible. */
export function observeServer(
  server: RunningServer,
  { maxConnections, places, meter }: ServerSurroundings,
): Observed {
  return {
    program: "Parley server",
    troubles() {
      const { store, sharing } = server.health();
      return [
        ...(store.writable ? [] : [`read-only: ${shownText(store.reason)}`]),
        ...(sharing === null || sharing.isShared ? [] : [`degraded: ${sharing.reason}`]),
      ];
    },
    parts: {
      ...server.parts,
      connections: connectionsPart(server, maxConnections),
      storage: storagePart(server, places, meter),
    },
  };
}
